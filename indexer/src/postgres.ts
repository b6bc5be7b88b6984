import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { findPostgres } from "./binaries.ts";
import { failure } from "./errors.ts";
import { isAlive, type Program, run } from "./process.ts";

const NOBODY = 65534;
const STOP_MS = 20_000;
const START_MS = 60_000;
const PORT = 5432;
/** As the C library puts it, in the language that it is started in. */
const NO_ROOM = /No space left on device|Disk quota exceeded/;

/**
 * For an index, which can always be rebuilt from the chain: commits do not wait for the disk (a crash of the machine costs the
 * last blocks, never consistency), there is no replica to feed, and the planner knows that the disk has no arm to move.
 */
const SETTINGS = {
  listen_addresses: "",
  max_connections: "200",
  shared_buffers: "256MB",
  work_mem: "16MB",
  synchronous_commit: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "2GB",
  // what is not in its files yet has to be written before the next start after a kill: little, so that it starts in seconds
  checkpoint_timeout: "1min",
  random_page_cost: "1.1",
  // compiling a query, or starting workers for it, takes longer than any of them runs
  jit: "off",
  max_parallel_workers_per_gather: "0",
  // a history is written in minutes: plans that are made from what the tables were before it are slow
  autovacuum_naptime: "10s",
};
export const DATABASE_USER = "assay";

export interface Postgres extends Program {
  /** The socket that it listens on; it has no TCP port. */
  socket: string;
  /** Resolves with what it says when it finds no room on the disk; what was committed is safe, and nothing more can be. */
  full: Promise<string>;
}

export interface StartPostgresArgs {
  /** Where the database lives; made if absent. */
  dataDir: string;
  /** A short path of a folder for its socket; made if absent. */
  socketDir: string;
  onLine?: (line: string) => void;
}

/** How to run a program that refuses root. */
interface Disguise {
  prefix: readonly string[];
  user?: { uid: number; gid: number };
}

/**
 * Starts PostgreSQL on a Unix socket only. Whoever may enter the socket's folder may use the database: it belongs to
 * the user and admits nobody else.
 *
 * @throws IX-003 no PostgreSQL here, IX-004 it does not start (disk full, data of another version)
 */
export async function startPostgres({ dataDir, socketDir, onLine }: StartPostgresArgs): Promise<Postgres> {
  const { postgres, initdb } = findPostgres();
  const disguise = findDisguise();
  for (const folder of [dataDir, socketDir]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (disguise.user) chownSync(folder, disguise.user.uid, disguise.user.gid);
  }
  const cluster = join(dataDir, "cluster");
  if (!existsSync(cluster)) await initialise(initdb, cluster, disguise);
  await predecessorGone(cluster);
  const flags = Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  let full: (line: string) => void = () => {};
  const room = new Promise<string>((resolve) => {
    full = resolve;
  });
  const program = run({
    ...disguised(disguise, postgres, ["-D", cluster, "-k", socketDir, "-p", String(PORT), ...flags]),
    cwd: dataDir,
    env: { LC_ALL: "C" },
    onParentDeath: "INT",
    onLine: (line) => {
      onLine?.(line);
      if (NO_ROOM.test(line)) full(line);
    },
  });
  const socket = join(socketDir, `.s.PGSQL.${PORT}`);
  await answering(socket, program);
  return { ...program, socket, full: room, stop: () => program.stop("SIGINT", STOP_MS) };
}

/**
 * PostgreSQL refuses to run as root. In a user namespace that calls root by another number it does run, and still owns
 * root's files; where there are no namespaces, root hands it to `nobody`.
 */
function findDisguise(): Disguise {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const [file = "", ...args] = ["unshare", "--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  if (spawnSync(file, [...args, "true"]).status === 0) return { prefix: [file, ...args] };
  return { prefix: [], user: { uid: NOBODY, gid: NOBODY } };
}

function disguised({ prefix, user }: Disguise, program: string, args: readonly string[]) {
  const [file = "", ...rest] = [...prefix, program, ...args];
  return { file, args: rest, ...(user ? { user } : {}) };
}

async function initialise(initdb: string, cluster: string, disguise: Disguise): Promise<void> {
  const draft = `${cluster}.new`;
  rmSync(draft, { recursive: true, force: true });
  // graph-node wants the first two; sockets are guarded by their folder, and there is no other way in
  const flags = ["--locale=C", "--encoding=UTF8", "--auth-local=trust", "--auth-host=reject"];
  const program = run({
    ...disguised(disguise, initdb, ["-D", draft, "-U", DATABASE_USER, ...flags]),
    cwd: dirname(cluster),
    env: { LC_ALL: "C" },
  });
  const { code } = await program.exited;
  if (code !== 0) throw notStarted("initdb", program);
  // an initdb that was killed half-way must not be taken for a database
  renameSync(draft, cluster);
}

/** A database whose indexer was killed takes a moment to close. */
async function predecessorGone(cluster: string): Promise<void> {
  const file = join(cluster, "postmaster.pid");
  const deadline = Date.now() + STOP_MS;
  while (existsSync(file) && Date.now() < deadline) {
    const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
    if (!isAlive(pid)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function answering(socket: string, program: Program): Promise<void> {
  const deadline = Date.now() + START_MS;
  let gone = false;
  void program.exited.then(() => {
    gone = true;
  });
  while (!gone && Date.now() < deadline) {
    const open = await new Promise<boolean>((resolve) => {
      const probe = connect(socket, () => resolve(true));
      probe.once("error", () => resolve(false));
      probe.once("connect", () => probe.destroy());
    });
    if (open && program.tail.some((line) => line.includes("ready to accept connections"))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await program.stop("SIGKILL", STOP_MS);
  throw notStarted("postgres", program);
}

function notStarted(what: string, program: Program) {
  // the last lines tell what was cleaned up; what went wrong stands above them
  const telling = program.tail.filter((line) => /FATAL|PANIC|ERROR|error:|could not/.test(line));
  return failure("IX-004", `${what} did not start`, {
    found: (telling.length > 0 ? telling : program.tail).slice(-4).join(" | ") || "no output",
    wanted: "a database that accepts connections",
    hint: "free some disk, or run `npm run indexer -- reset`: the index can always be rebuilt from the chain",
  });
}

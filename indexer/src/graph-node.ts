import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findGraphNode } from "./binaries.ts";
import { ask, call } from "./door.ts";
import { failure } from "./errors.ts";
import type { Door, InsideArgs } from "./inside.ts";
import { findIsolation } from "./namespace.ts";
import { type Program, run } from "./process.ts";

const START_MS = 60_000;
const STOP_MS = 15_000;
const POLL_MS = 50;
const PAUSE_MS = 250;
const PAUSE_TRIES = 60;

/**
 * No query may hold the database for long, whoever asks: deeper, wider and slower ones are refused. Introspection is 13 deep.
 * ops/docker-compose.yml sets the same.
 */
export const QUERY_LIMITS = {
  GRAPH_GRAPHQL_MAX_DEPTH: "15",
  GRAPH_GRAPHQL_MAX_COMPLEXITY: "5000000",
  GRAPH_GRAPHQL_MAX_SKIP: "5000",
  GRAPH_GRAPHQL_QUERY_TIMEOUT: "20",
  GRAPH_SQL_STATEMENT_TIMEOUT: "20",
};

/** What graph-node is told by its environment. */
const SETTINGS = {
  ...QUERY_LIMITS,
  // a local chain makes blocks faster than the half second of the default
  ETHEREUM_POLLING_INTERVAL: "250",
  // seconds after which a stream looks by itself for a head that the database's message did not tell it of (default 30)
  GRAPH_CHAIN_HEAD_WATCHER_TIMEOUT: "1",
  // a block that a reorganisation took away is asked for in vain: the default of ten tries takes half a minute
  GRAPH_ETHEREUM_REQUEST_RETRIES: "3",
  // kilobytes: a job is claimed, computed and settled long after it was posted, and what fell out of the default of 10 MB
  // by then costs a question to the database for each of these events
  GRAPH_ENTITY_CACHE_SIZE: "100000",
  // history is fetched in large pieces: each costs a round trip
  GRAPH_ETHEREUM_TARGET_TRIGGERS_PER_BLOCK_RANGE: "5000",
  ETHEREUM_BLOCK_BATCH_SIZE: "50",
  // seconds that a history is gathered before it is written: the first answers must not wait for the default of 300
  GRAPH_STORE_WRITE_BATCH_DURATION: "5",
  GRAPH_ALLOW_NON_DETERMINISTIC_IPFS: "0",
  // no log of every query, no ANSI colours
  GRAPH_LOG: "info",
  NO_COLOR: "1",
};

export interface GraphNode extends Program {
  /** The Unix socket of one of its servers. */
  door(name: Door): string;
  /** Makes the subgraph `name` and points it at a built manifest. Doing it again with the same manifest changes nothing. */
  deploy(name: string, manifest: string): Promise<void>;
  /** Stops the indexing of its own idle manifest. */
  rest(): Promise<void>;
}

export type StartGraphNodeArgs = Omit<InsideArgs, "graphNode"> & { onLine?: (line: string) => void };

/**
 * Starts graph-node in a network of its own, and waits until it answers.
 *
 * @throws IX-002 no graph-node, IX-005 no isolation to be had, IX-007 it does not start
 */
export async function startGraphNode({ onLine, ...args }: StartGraphNodeArgs): Promise<GraphNode> {
  const { prefix } = findIsolation();
  mkdirSync(args.doors, { recursive: true, mode: 0o700 });
  const inside: InsideArgs = { ...args, graphNode: findGraphNode() };
  const script = fileURLToPath(new URL("inside.ts", import.meta.url));
  const [file = "", ...rest] = [...prefix, process.execPath, script, JSON.stringify(inside)];
  const program = run({
    file,
    args: rest,
    env: SETTINGS,
    ...(onLine ? { onLine } : {}),
  });
  const door = (name: Door) => join(args.doors, `${name}.sock`);
  const stop = () => program.stop("SIGTERM", STOP_MS);
  await answering(program, door("graphql"), door("admin"), stop);
  const deploy = (name: string, manifest: string) => deployTo(door("admin"), name, manifest);
  return { ...program, door, deploy, rest: () => pause(door("admin"), args.idleManifest), stop };
}

/** Makes the subgraph `name` behind an admin socket and points it at a built manifest. */
export async function deployTo(admin: string, name: string, manifest: string): Promise<void> {
  await call(admin, "subgraph_create", { name });
  await call(admin, "subgraph_deploy", { name, ipfs_hash: manifest });
}

/**
 * Lets the deployment that graph-node insists on rest: it would fetch and commit every block a second time. graph-node makes
 * it in its own time, and knows it only then.
 */
async function pause(admin: string, manifest: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const refused = await call(admin, "subgraph_pause", { deployment: manifest }).then(
      () => undefined,
      (error: Error) => error,
    );
    if (!refused) return;
    if (tries === PAUSE_TRIES) throw refused;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function answering(program: Program, graphql: string, admin: string, stop: () => Promise<void>): Promise<void> {
  let gone = false;
  void program.exited.then(() => {
    gone = true;
  });
  const deadline = Date.now() + START_MS;
  while (!gone && Date.now() < deadline) {
    const up = await Promise.all([ask(graphql, "/"), ask(admin, "/")]).then(
      () => true,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  await stop();
  throw failure("IX-007", "graph-node did not start", {
    found:
      program.tail
        .filter((line) => !/^\s+\d+:|^\s+at /.test(line))
        .slice(-6)
        .join("\n          ") || "no output",
    wanted: "a graph-node that answers queries",
    hint: "see its log in the data folder; `npm run indexer -- reset` starts from nothing",
  });
}

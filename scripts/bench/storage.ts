/**
 * The data path: a file streamed from a gateway on this machine, each block checked against its identifier before a byte
 * is handed out. Gateway and reader run in processes of their own, the reader with a heap of 64 MiB, however long the file is.
 * Prints MB/s by the clock and for each second of the reader's processor time, and the reader's memory: at its most, and what
 * it grew by after the first sixteenth of the file, which is flat when a file of any length streams.
 * `--mebibytes N` (default 1907: 2 GB), `--json`. `--job train` (or `infer`): the file is the data set of a job, which the
 * node's own children fetch, check, and run for `--steps N` (default 64) steps.
 */
import { spawn } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fetchFile, importToStore, openBlockFolder, requestBytes, startGateway } from "../../storage/src/index.ts";

const MB = 1e6;
const MIB = 2 ** 20;
const { values, positionals } = parseArgs({
  options: {
    json: { type: "boolean" },
    mebibytes: { type: "string", default: "1907" },
    serve: { type: "string" },
    read: { type: "boolean" },
    job: { type: "string" },
    steps: { type: "string", default: "64" },
  },
  allowPositionals: true,
});
const READER_HEAP_MIB = 64;
/** Bytes between two looks at the memory, which take a millisecond each. */
const LOOK_BYTES = 16 * MIB;

/** Bytes that no two blocks share, made as they are asked for. */
function* source(mebibytes: number): Generator<Uint8Array> {
  const chunk = randomFillSync(Buffer.alloc(MIB));
  for (let i = 0; i < mebibytes; i++) {
    chunk.writeUInt32LE(i);
    yield Uint8Array.from(chunk);
  }
}

/** Streams the file, and tells of it on one line. */
async function read(gateway: string, cid: string, bytes: number): Promise<void> {
  const began = performance.now();
  let done = 0;
  let early = 0;
  let most = 0;
  let looked = 0;
  for await (const data of fetchFile({ gateways: [gateway], cid, maxBytes: bytes, request: requestBytes })) {
    done += data.length;
    if (done < looked + LOOK_BYTES && done < bytes) continue;
    looked = done;
    most = Math.max(most, process.memoryUsage.rss() / MIB);
    if (done <= bytes / 16) early = most;
  }
  if (done !== bytes) throw new Error(`${done} bytes arrived of ${bytes}`);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage();
  const found = {
    megabytes: bytes / MB,
    seconds,
    mbPerSecond: bytes / MB / seconds,
    mbPerCpuSecond: bytes / (user + system),
    mostMib: most,
    grewMib: most - early,
  };
  console.log(JSON.stringify(found));
}

async function measure(mebibytes: number): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
  let server: ReturnType<typeof start> | undefined;
  try {
    const { cid, bytes } = await importToStore(await openBlockFolder(folder), source(mebibytes));
    server = start(["--serve", folder]);
    const gateway = await lineOf(server);
    const reader = start(
      ["--read", gateway, cid.toString(), String(bytes)],
      [`--max-old-space-size=${READER_HEAP_MIB}`],
    );
    return JSON.parse(await lineOf(reader)) as Record<string, number>;
  } finally {
    server?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runJob(mebibytes: number, kind: string) {
  if (kind !== "train" && kind !== "infer") throw new TypeError(`found --job ${kind}, wanted train or infer`);
  const { measureJob } = await import("./storage-job.ts");
  let server: ReturnType<typeof start> | undefined;
  try {
    return await measureJob(mebibytes, kind, Number(values.steps), (folder) => {
      server = start(["--serve", folder]);
      return lineOf(server);
    });
  } finally {
    server?.kill("SIGKILL");
  }
}

function start(args: readonly string[], flags: readonly string[] = []) {
  const node = ["--disable-warning=ExperimentalWarning", ...flags, import.meta.filename];
  return spawn(process.execPath, [...node, ...args], { stdio: ["ignore", "pipe", "inherit"] });
}

/** The first line that a process prints. */
async function lineOf(child: ReturnType<typeof start>): Promise<string> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`ended with code ${code} and said nothing`);
  });
  ended.catch(() => {}); // it ends some time in any case
  const [line] = (await Promise.race([once(child.stdout, "data"), ended])) as [Buffer];
  return line.toString().trim();
}

if (values.serve) {
  const gateway = await startGateway({ store: await openBlockFolder(values.serve), port: 0 });
  console.log(gateway.url);
} else if (values.read) {
  const [gateway = "", cid = "", bytes] = positionals;
  await read(gateway, cid, Number(bytes));
} else {
  const mebibytes = Number(values.mebibytes);
  const found = values.job ? await runJob(mebibytes, values.job) : await measure(mebibytes);
  const round = Object.fromEntries(
    Object.entries(found).map(([name, value]) => [name, typeof value === "number" ? Number(value.toFixed(1)) : value]),
  );
  console.log(values.json ? JSON.stringify(round) : round);
}

/**
 * A job whose data set is large, through the node's own children: the inputs are fetched from a gateway and checked, then a few
 * steps are run. Tells the most memory that each child took, what it took to the first step, and what a step takes.
 */
import { randomFillSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareInputs, runJob } from "../../compute-node/src/children.ts";
import { loadNodeConfig } from "../../compute-node/src/config.ts";
import type { TaskMessage } from "../../compute-node/src/tasks.ts";
import {
  assembleJob,
  encodeManifest,
  encodeTensors,
  type Hex,
  type JobManifest,
  type Program,
  parseProgram,
  tensorRows,
} from "../../exact/src/index.ts";
import {
  type BlockFolder,
  digestOf,
  importToStore,
  openBlockFolder,
  openFile,
  type StoredFile,
} from "../../storage/src/index.ts";

const MIB = 2 ** 20;
const CLASSES = 10;
const COLS = 1024;
/** Of the data set in one MiB. */
const ROWS = MIB / COLS;
export const SEED: Hex = `0x${"5a".repeat(32)}`;
/** Blocks are shifted against each other by it: none is as another one. */
const STRIDE = 7919;
const WATCH_MS = 50;
const UNUSED = "0x0000000000000000000000000000000000000000";

export interface JobFigures {
  megabytes: number;
  /** Fetching and checking. */
  prepareSeconds: number;
  prepareMib: number;
  /** From the start of the run's process to its first step: all rows are checked again. */
  startSeconds: number;
  runMib: number;
  msPerStep: number;
  finalState: string;
}

/** A tensor file of so many MiB, as it is made: features of five bits, and a label that they lean on. */
function* tensorFile(mebibytes: number): Generator<Uint8Array> {
  const header = encodeTensors([{ name: "dataset", rows: 0, cols: COLS, dtype: "int8", data: new Int8Array() }]);
  new DataView(header.buffer).setUint32(header.length - 12, mebibytes * ROWS);
  yield header;
  const noise = randomFillSync(new Uint8Array(MIB));
  const part = new Uint8Array(MIB);
  for (let n = 0; n < mebibytes; n++) {
    for (let row = 0, i = 0; row < ROWS; row++) {
      const label = (row * 7 + n) % CLASSES;
      for (let col = 0; col < COLS - CLASSES; col++, i++) part[i] = (noise[(i + n * STRIDE) % MIB]! + label * col) & 31;
      for (let k = 0; k < CLASSES; k++, i++) part[i] = k === label ? 1 : 0;
    }
    yield Uint8Array.from(part);
  }
}

function programOf(kind: Program["kind"], rows: number, steps: number): Program {
  return parseProgram({
    format: "assay-program",
    version: 1,
    kind,
    name: "large",
    input: { features: COLS - CLASSES, bits: 5, rows },
    layers: [
      { type: "dense", units: 32, activation: "relu", weightBits: 9, weightExponent: 11 },
      { type: "dense", units: CLASSES, activation: "softmax", weightBits: 9, weightExponent: 10 },
    ],
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", rateExponent: -4, halveAtPercent: [50] },
    batchSize: 64,
    steps,
    segmentLength: 16,
  });
}

/** Stores a job over a data set of so many MiB. @returns its spec, and the data set */
export async function storeJob(origin: BlockFolder, kind: Program["kind"], mebibytes: number, steps: number) {
  const { cid } = await importToStore(origin, tensorFile(mebibytes));
  const program = programOf(kind, mebibytes * ROWS, steps);
  const manifest: JobManifest = {
    version: 1,
    program,
    dataset: { cid: cid.toString(), rows: mebibytes * ROWS, columns: COLS },
    init: { seed: SEED },
  };
  const { cid: inputs } = await importToStore(origin, encodeManifest(manifest));
  const file: StoredFile = await openFile({ gateways: [], store: origin, cid });
  const { spec } = await assembleJob(manifest, { dataset: await tensorRows(file) });
  return { spec: { ...spec, inputs: digestOf(inputs), judge: UNUSED } as const, manifest, file };
}

export type StoredJob = Awaited<ReturnType<typeof storeJob>>;

/** Follows the most memory that processes take, in MiB. */
class Peak {
  readonly #pids = new Set<number>();
  most = 0;
  readonly #timer = setInterval(() => this.#look(), WATCH_MS);

  readonly watch = (_: TaskMessage, pid: number): void => {
    this.#pids.add(pid);
    this.#look();
  };

  #look(): void {
    for (const pid of this.#pids) {
      try {
        const kib = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
        this.most = Math.max(this.most, Number(kib ?? 0) / 1024);
      } catch {
        this.#pids.delete(pid);
      }
    }
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

/** @param serve starts a gateway for a folder of blocks, and tells its address */
export async function measureJob(
  mebibytes: number,
  kind: Program["kind"],
  steps: number,
  serve: (folder: string) => Promise<string>,
): Promise<JobFigures> {
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
  try {
    const origin = await openBlockFolder(join(folder, "origin"));
    const { spec } = await storeJob(origin, kind, mebibytes, steps);
    const figures = await runStored(spec, await serve(origin.dir), join(folder, "node"));
    return { megabytes: (mebibytes * MIB) / 1e6, ...figures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Prepares and runs a job that a gateway has, in children of a node.
 * @param memoryMb most that each of them may take
 * @throws DK-060 when it takes more
 */
export async function runStored(
  spec: StoredJob["spec"],
  gateway: string,
  dataDir: string,
  memoryMb = 8192,
): Promise<Omit<JobFigures, "megabytes">> {
  const env = { ASSAY_NODE_DATA_DIR: dataDir, ASSAY_NODE_SANDBOX: "off", ASSAY_NODE_MEMORY_MB: String(memoryMb) };
  const { config } = loadNodeConfig({ env });
  const { maxJobBytes: maxBytes } = config;
  const inputs = { gateways: [gateway], timeoutMs: 60_000, blocks: join(dataDir, "blocks"), spec, maxBytes, kept: [] };
  const folder = join(dataDir, "files");
  mkdirSync(folder, { recursive: true });
  const logFile = join(dataDir, "log");
  const preparing = new Peak();
  let began = performance.now();
  await prepareInputs(config, inputs, { logFile, onMessage: preparing.watch }).finally(() => preparing.end());
  const prepareSeconds = (performance.now() - began) / 1000;
  const running = new Peak();
  began = performance.now();
  let started = 0;
  const engine = { name: "wasm", folder: undefined, allowSoftwareAdapter: false } as const;
  const { finalState } = await runJob(
    config,
    { task: "run", inputs, nonce: SEED, folder, engine },
    {
      logFile,
      wallClockMs: 3_600_000,
      onMessage: (message, pid) => {
        running.watch(message, pid);
        if (message.kind === "started") started = performance.now();
      },
    },
  ).finally(() => running.end());
  return {
    prepareSeconds,
    prepareMib: preparing.most,
    startSeconds: (started - began) / 1000,
    runMib: running.most,
    msPerStep: (performance.now() - started) / spec.steps,
    finalState,
  };
}

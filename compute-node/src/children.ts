import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { facts, runChild } from "@assay/daemon-kit";
import type { BackendName } from "@assay/exact";
import { type Outcomes, readMessage, readOutcome } from "./child-answers.ts";
import type { NodeConfig } from "./config.ts";
import type { RunResult } from "./state.ts";
import type {
  AnswerOutcome,
  EngineChoice,
  MeasureOutcome,
  PrepareOutcome,
  ProbeOutcome,
  Task,
  TaskMessage,
} from "./tasks.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
/** Most time the inputs of a job may take to arrive and to be checked, beside what their bytes take on a slow line. */
const PREPARE_MS = 15 * 60_000;
const SLOWEST_BYTES_PER_MS = 20_000;
const PROBE_MS = 120_000;
const CACHE_SPARE_MB = 1024;
/** What drivers of graphics cards and their libraries are told by; none of it is secret. */
const ENGINE_VARIABLES = ["LD_LIBRARY_PATH", "VK_ICD_FILENAMES", "VK_DRIVER_FILES", "CUDA_VISIBLE_DEVICES"];

export type EngineSettings = Pick<NodeConfig, "engineFolder" | "allowSoftwareGpu">;
type Limits = Pick<NodeConfig, "dataDir" | "memoryMb" | "silenceSeconds" | "sandbox" | "diskMb"> & EngineSettings;

interface Options {
  logFile: string;
  wallClockMs: number;
  /** Most MiB of this child, when that is less than the setting. */
  memoryMb?: number;
  /** Most MiB in its folders, when that is not the setting. */
  diskMb?: number;
  signal?: AbortSignal;
  onMessage?: (message: TaskMessage, pid: number) => void;
}

/** What a task's child may reach. */
interface Reach {
  network: boolean;
  readable: string[];
  writable: string[];
  /** Nothing of a stranger reaches it: it may fill the folder of compiled code that every child starts from. */
  trusted?: boolean;
}

async function runTask<T extends Task>(
  config: Limits,
  task: T,
  reach: Reach,
  { logFile, wallClockMs, memoryMb = config.memoryMb, diskMb = config.diskMb, signal, onMessage }: Options,
): Promise<Outcomes[T["task"]]> {
  mkdirSync(dirname(logFile), { recursive: true });
  const compiled = resolve(config.dataDir, "compiled");
  const { network } = reach;
  const readable = reach.trusted ? reach.readable : [...reach.readable, compiled];
  const writable = reach.trusted ? [...reach.writable, compiled] : reach.writable;
  for (const folder of [...readable, ...writable]) mkdirSync(folder, { recursive: true });
  const liar = new AbortController();
  const result = await runChild({
    script: WORKER,
    input: task,
    // No key reaches it: runChild passes on a few named variables only.
    env: { NODE_OPTIONS: "--disable-warning=ExperimentalWarning", NODE_COMPILE_CACHE: compiled, ...engineVariables() },
    memoryMb: Math.min(memoryMb, config.memoryMb),
    diskMb,
    sandbox: config.sandbox,
    network,
    readable: [...readable, ...engineFolders(config)],
    writable,
    wallClockMs: Math.min(wallClockMs, 2 ** 31 - 1),
    silenceMs: config.silenceSeconds * 1000,
    onMessage: (message, pid) => {
      try {
        onMessage?.(readMessage(message), pid);
      } catch (error) {
        liar.abort(error);
      }
    },
    signal: signal ? AbortSignal.any([signal, liar.signal]) : liar.signal,
    abortGraceMs: 3000,
    logFile,
  });
  return readOutcome(task, result);
}

function engineVariables(): Record<string, string> {
  return Object.fromEntries(
    ENGINE_VARIABLES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** Where the engine's packages, drivers and libraries are, when they are not the system's. */
function engineFolders({ engineFolder }: EngineSettings): string[] {
  const { LD_LIBRARY_PATH = "", VK_ICD_FILENAMES = "", VK_DRIVER_FILES = "" } = process.env;
  const files = [VK_ICD_FILENAMES, VK_DRIVER_FILES].flatMap((list) => list.split(":")).filter(Boolean);
  const libraries = LD_LIBRARY_PATH.split(":").filter(Boolean);
  return [...(engineFolder ? [engineFolder] : []), ...libraries, ...files.map((file) => dirname(file))];
}

/** Loads one engine in a child and puts it to the exactness probe. @throws EX-020, EX-021, DK-060..DK-066 */
export function probeEngine(config: NodeConfig, name: BackendName, signal?: AbortSignal): Promise<ProbeOutcome> {
  const task = { task: "probe", engine: engineChoice(config, name) } as const;
  const reach = { network: false, readable: [], writable: [], trusted: true };
  const logFile = join(config.dataDir, "probe.log");
  return runTask(config, task, reach, { logFile, wallClockMs: PROBE_MS, ...(signal ? { signal } : {}) });
}

/** Measures how fast an engine is here, in a child. @throws EX-020, EX-021, DK-060..DK-062 */
export function measureEngine(config: NodeConfig, name: BackendName, signal?: AbortSignal): Promise<MeasureOutcome> {
  const task = { task: "measure", engine: engineChoice(config, name) } as const;
  const reach = { network: false, readable: [], writable: [], trusted: true };
  const logFile = join(config.dataDir, "measure.log");
  return runTask(config, task, reach, { logFile, wallClockMs: PROBE_MS, ...(signal ? { signal } : {}) });
}

/** What a child needs to know of the engine it is to use. */
export function engineChoice(config: EngineSettings, name: BackendName, proven?: string): EngineChoice {
  return { name, folder: config.engineFolder, allowSoftwareAdapter: config.allowSoftwareGpu, proven };
}

/**
 * Fetches and verifies a job's inputs in a child; only the manifest of one whose run needs more than `runMemoryMb`.
 * @throws ST-xxx, EX-xxx, CN-020, CN-021, CN-033, DK-060..DK-066
 */
export function prepareInputs(
  config: NodeConfig,
  inputs: Extract<Task, { task: "prepare" }>["inputs"],
  { runMemoryMb = Number.MAX_SAFE_INTEGER, ...options }: Omit<Options, "wallClockMs"> & { runMemoryMb?: number },
): Promise<PrepareOutcome> {
  const reach = { network: true, readable: [], writable: [inputs.blocks] };
  // The cache as large as it may be at a start, and what one job may add to it.
  const diskMb = (config.cacheBytes + 4 * config.maxJobBytes) / 2 ** 20 + CACHE_SPARE_MB;
  const task = { task: "prepare", inputs, memoryMb: runMemoryMb, cacheBytes: config.cacheBytes } as const;
  return runTask(config, task, reach, {
    ...options,
    diskMb,
    wallClockMs: PREPARE_MS + config.maxJobBytes / SLOWEST_BYTES_PER_MS,
  });
}

/** Runs a job in a child, from its last checkpoint. @throws ST-xxx, EX-xxx, CN-020, CN-033, DK-060..DK-066 */
export function runJob(config: NodeConfig, task: Extract<Task, { task: "run" }>, options: Options): Promise<RunResult> {
  return runOffline(config, task, options);
}

/** Works out the answers to games in a child. @throws ST-xxx, EX-xxx, CN-020, CN-033, DK-060..DK-066 */
export function answerGames(
  config: NodeConfig,
  task: Extract<Task, { task: "answer" }>,
  options: Options,
): Promise<AnswerOutcome> {
  return runOffline(config, task, options);
}

/**
 * A child that computes has no network: its inputs were fetched before the claim. Where the cache has lost them since, they
 * are fetched again first, by a child that does nothing else.
 */
async function runOffline<T extends Extract<Task, { task: "run" | "answer" }>>(
  config: NodeConfig,
  task: T,
  options: Options,
): Promise<Outcomes[T["task"]]> {
  const { inputs, folder } = task;
  const reach = { network: false, readable: [inputs.blocks], writable: [folder] };
  const offline = { ...task, inputs: { ...inputs, gateways: [] } };
  try {
    return await runTask(config, offline, reach, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!isMissing(facts(error).code)) throw error;
  }
  // What was claimed is delivered, whatever a setting says since.
  await prepareInputs(config, { ...inputs, maxBytes: Number.MAX_SAFE_INTEGER }, options);
  return await runTask(config, offline, reach, options);
}

/** A block that is not there, is not sound, or cannot be removed although it is not sound. */
function isMissing(code: string): boolean {
  return ["ST-003", "ST-005", "ST-009", "ST-013"].includes(code);
}

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "@assay/daemon-kit";
import type { BackendName } from "@assay/exact";
import type { NodeConfig } from "./config.ts";
import type { RunResult } from "./state.ts";
import type { AnswerOutcome, EngineChoice, PrepareOutcome, ProbeOutcome, Task, TaskMessage } from "./tasks.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
/** Most time the inputs of a job may take to arrive and to be checked. */
const PREPARE_MS = 15 * 60_000;
const PROBE_MS = 120_000;

export type EngineSettings = Pick<NodeConfig, "engineFolder" | "allowSoftwareGpu">;

interface Options {
  logFile: string;
  wallClockMs: number;
  signal?: AbortSignal;
  onMessage?: (message: TaskMessage) => void;
}

type Outcome = { probe: ProbeOutcome; prepare: PrepareOutcome; run: RunResult; answer: AnswerOutcome };

async function runTask<T extends Task>(
  config: Pick<NodeConfig, "memoryMb" | "silenceSeconds">,
  task: T,
  { logFile, wallClockMs, signal, onMessage }: Options,
): Promise<Outcome[T["task"]]> {
  mkdirSync(dirname(logFile), { recursive: true });
  const result = await runChild({
    script: WORKER,
    input: task,
    // No key reaches it: runChild passes on a few named variables only.
    env: { NODE_OPTIONS: "--disable-warning=ExperimentalWarning" },
    memoryMb: config.memoryMb,
    wallClockMs: Math.min(wallClockMs, 2 ** 31 - 1),
    silenceMs: config.silenceSeconds * 1000,
    onMessage: (message) => onMessage?.(message as TaskMessage),
    signal,
    abortGraceMs: 3000,
    logFile,
  });
  return result as Outcome[T["task"]];
}

/** Loads one engine in a child and puts it to the exactness probe. @throws EX-020, EX-021, DK-060..DK-062 */
export function probeEngine(config: NodeConfig, name: BackendName, signal?: AbortSignal): Promise<ProbeOutcome> {
  const task = { task: "probe", engine: engineChoice(config, name) } as const;
  return runTask(config, task, { logFile: join(config.dataDir, "probe.log"), wallClockMs: PROBE_MS, signal });
}

/** What a child needs to know of the engine it is to use. */
export function engineChoice(config: EngineSettings, name: BackendName): EngineChoice {
  return { name, folder: config.engineFolder, allowSoftwareAdapter: config.allowSoftwareGpu };
}

/** Fetches and verifies a job's inputs in a child. @throws ST-xxx, EX-xxx, CN-020, DK-060..DK-062 */
export function prepareInputs(
  config: NodeConfig,
  inputs: Extract<Task, { task: "prepare" }>["inputs"],
  options: Omit<Options, "wallClockMs">,
): Promise<PrepareOutcome> {
  return runTask(config, { task: "prepare", inputs }, { ...options, wallClockMs: PREPARE_MS });
}

/** Runs a job in a child, from its last checkpoint. @throws ST-xxx, EX-xxx, CN-020, DK-060..DK-062 */
export function runJob(config: NodeConfig, task: Extract<Task, { task: "run" }>, options: Options): Promise<RunResult> {
  return runTask(config, task, options);
}

/** Works out the answers to games in a child. @throws ST-xxx, EX-xxx, CN-020, DK-060..DK-062 */
export function answerGames(
  config: NodeConfig,
  task: Extract<Task, { task: "answer" }>,
  options: Options,
): Promise<AnswerOutcome> {
  return runTask(config, task, options);
}

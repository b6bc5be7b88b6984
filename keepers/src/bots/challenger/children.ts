import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "@assay/daemon-kit";
import type { BackendName } from "@assay/exact";
import { chooseEngine } from "@assay/exact/engines";
import type { ChallengerConfig } from "../../config.ts";
import { keeperError } from "../../errors.ts";
import type { CheckOutcome, EngineChoice, ProbeOutcome, Task, TaskMessage, ViewOutcome } from "./tasks.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
export const RUN_LOG = "run.log";

interface Options {
  wallClockMs: number;
  signal: AbortSignal;
  onMessage?: (message: TaskMessage) => void;
}

type Outcome = { probe: ProbeOutcome; check: CheckOutcome; view: ViewOutcome };

/** Does a task in a child process with limits of its own. @throws ST-xxx, EX-xxx, KP-xxx, DK-060..DK-062 */
export async function runTask<T extends Task>(
  config: Pick<ChallengerConfig, "memoryMb" | "silenceSeconds">,
  task: T,
  { wallClockMs, signal, onMessage }: Options,
): Promise<Outcome[T["task"]]> {
  mkdirSync(task.folder, { recursive: true });
  const result = await runChild({
    script: WORKER,
    input: task,
    // No key reaches it: runChild passes on a few named variables only.
    env: { NODE_OPTIONS: "--disable-warning=ExperimentalWarning" },
    memoryMb: config.memoryMb,
    wallClockMs: Math.max(1000, Math.min(wallClockMs, 2 ** 31 - 1)),
    silenceMs: config.silenceSeconds * 1000,
    onMessage: (message) => onMessage?.(message as TaskMessage),
    signal,
    abortGraceMs: 3000,
    logFile: join(task.folder, RUN_LOG),
  });
  return result as Outcome[T["task"]];
}

const PROBE_MS = 120_000;

/**
 * The engine for every re-run: the one that is set, or with `auto` the first that passes the exactness probe.
 * @throws KP-012 when none does
 */
export async function findEngine(
  config: ChallengerConfig,
  dataDir: string,
  signal: AbortSignal,
): Promise<EngineChoice> {
  const choice = (name: BackendName): EngineChoice => ({
    name,
    folder: config.engineFolder,
    allowSoftwareAdapter: config.allowSoftwareGpu,
  });
  if (config.engine !== "auto") return choice(config.engine);
  const prove = (name: BackendName) => {
    const task = { task: "probe", engine: choice(name), folder: join(dataDir, "probe") } as const;
    return runTask(config, task, { wallClockMs: PROBE_MS, signal });
  };
  const { proven, rejected } = await chooseEngine("auto", prove, { folder: config.engineFolder });
  const [engine] = proven;
  if (engine) return choice(engine.engine);
  throw keeperError("KP-012", {
    found: rejected.map((item) => `${item.engine}: ${item.code} ${item.reason}`).join("; "),
    wanted: "an engine that computes the probe's integers exactly",
    hint: rejected.map((item) => `${item.engine}: ${item.remedy}`).join(" "),
  });
}

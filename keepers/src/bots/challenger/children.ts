import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "@assay/daemon-kit";
import type { ChallengerConfig } from "../../config.ts";
import type { CheckOutcome, Task, TaskMessage, ViewOutcome } from "./tasks.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
export const RUN_LOG = "run.log";

interface Options {
  wallClockMs: number;
  signal: AbortSignal;
  onMessage?: (message: TaskMessage) => void;
}

type Outcome = { check: CheckOutcome; view: ViewOutcome };

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

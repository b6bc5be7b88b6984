import { asDiskError, facts } from "@assay/daemon-kit";
import type { Saturation } from "@assay/exact";
import type { ClaimedJob, JobId } from "@assay/sdk";
import { engineChoice, runJob } from "../children.ts";
import { memoryLimit } from "../engine.ts";
import { nodeError } from "../errors.ts";
import { logFile } from "../job-logs.ts";
import { attemptsFile, filesFolder, noteAttempts, runFolder } from "../run-folder.ts";
import type { RunResult } from "../state.ts";
import { submitDeadline } from "../state.ts";
import type { TaskMessage } from "../tasks.ts";
import type { ActDeps } from "./deps.ts";
import { inputsRequest, isPassing } from "./prepare.ts";

const LOG_EVERY_MS = 1000;
const STORAGE_RETRY_MS = 5000;

/**
 * Runs a claimed job in a child process, from its last checkpoint. A child that crashes, hangs or grows too large is a
 * failed attempt; after `maxAttempts` of them the job is given up, loudly, and the node goes on.
 * @param chainNow the chain's clock, Unix seconds: a run that is not done by the deadline is ended then
 */
export async function run(deps: ActDeps, job: ClaimedJob, chainNow: number): Promise<void> {
  const { config, log, local, signal, metrics, engine, history, machine } = deps;
  const { id, nonce } = job;
  const state = local.runOf(id, nonce);
  const folder = runFolder(config.dataDir, id, nonce);
  const stop = new AbortController();
  const { preparation } = local.of(id);
  local.of(id).running = { nonce, stop };
  history.note(id, "RUN_STARTED", `attempt ${state.attempts + 1}`);
  log.info({ jobId: id, nonce, attempt: state.attempts + 1, engine }, "run starts");
  const began = performance.now();
  try {
    const result: RunResult = await runJob(
      config,
      {
        task: "run",
        inputs: inputsRequest(deps, job),
        nonce,
        folder: filesFolder(folder),
        engine: engineChoice(config, engine, deps.fingerprint),
      },
      {
        logFile: logFile(config.dataDir, id, "run", nonce),
        // What was reckoned is forgotten with the process; then the setting is the only wall.
        ...(preparation?.status === "ready" ? { memoryMb: memoryLimit(preparation.memoryMb) } : {}),
        wallClockMs: Math.max(1, submitDeadline(job) - chainNow) * 1000,
        signal: AbortSignal.any([signal, stop.signal]),
        onMessage: reporter(deps, job),
      },
    );
    state.finished = true;
    const { resumed } = local.of(id);
    // A resumed run did not do all of its steps in this time.
    if (preparation?.status === "ready" && !resumed) {
      const { macs, readSeconds } = preparation;
      machine.ran({ macs, seconds: (performance.now() - began) / 1000 - readSeconds }, Date.now());
    }
    metrics.runs.inc({ end: "finished" });
    history.note(id, "RUN_FINISHED", `loss ${round(result.loss)}`);
    log.info({ jobId: id, finalState: result.finalState, loss: result.loss }, "run finished");
  } catch (error) {
    if (signal.aborted) {
      log.info({ jobId: id }, "run stopped; it resumes from its last checkpoint");
      return;
    }
    if (stop.signal.aborted) log.info({ jobId: id, nonce, reason: "CLAIM_CHANGED" }, "run ended, its claim is gone");
    else failed(deps, job, error);
  } finally {
    delete local.of(id).progress;
    delete local.of(id).running;
  }
}

function failed({ config, log, local, metrics, history }: ActDeps, { id, nonce }: ClaimedJob, error: unknown): void {
  const state = local.runOf(id, nonce);
  const found = facts(asDiskError(error));
  const file = logFile(config.dataDir, id, "run", nonce);
  if (isPassing(found.code)) {
    state.retryAtMs = Date.now() + STORAGE_RETRY_MS;
    log.warn({ jobId: id, ...found }, "the run waits for its inputs, or for room on the disk");
    return;
  }
  metrics.runs.inc({ end: "failed" });
  state.attempts += 1;
  state.retryAtMs = Date.now() + Math.min(60_000, 1000 * 2 ** (state.attempts - 1));
  history.note(id, "RUN_FAILED", `attempt ${state.attempts} of ${config.maxAttempts}: ${found.code}`);
  log.warn({ jobId: id, attempt: state.attempts, of: config.maxAttempts, ...found, logFile: file }, "run failed");
  if (state.attempts >= config.maxAttempts) {
    const verdict = nodeError("CN-030", {
      found: `${state.attempts} failed attempts, the last one with ${found.code}: ${found.message}`,
      wanted: "a run to the end",
      hint: `see ${file}; mend the cause, delete ${attemptsFile(config.dataDir, id, nonce)} and restart, before the job's deadline: its bond is at stake`,
    });
    state.gaveUp = facts(verdict);
    history.note(id, "GAVE_UP", `${found.code}: ${found.message}`);
    log.error({ jobId: id, err: verdict }, "job given up");
  }
  noteAttempts(config.dataDir, id, state);
}

/** Turns a child's messages into log lines, metrics and the facts of /status. */
function reporter(deps: ActDeps, { id, spec }: ClaimedJob): (message: TaskMessage, pid: number) => void {
  const { log, local } = deps;
  let logged = 0;
  return (message, pid) => {
    if (message.kind === "started") {
      const { step, steps, torn } = message;
      local.of(id).resumed = step > 0;
      if (torn.length > 0) log.warn({ jobId: id, torn }, "torn checkpoint left out");
      log.info(
        { jobId: id, child: pid, fromStep: step, steps },
        step > 0 ? "run resumed from checkpoint" : "run started",
      );
    } else if (message.kind === "progress") {
      local.of(id).progress = message;
      if (message.saturation) noteSaturation(deps, id, message.saturation);
      if (Date.now() - logged < LOG_EVERY_MS) return;
      logged = Date.now();
      const { step, steps, loss, etaSeconds } = message;
      log.info({ jobId: id, step, steps, loss: round(loss), etaSeconds: Math.round(etaSeconds) }, "progress");
    } else if (message.kind === "checkpoint") {
      log.debug({ jobId: id, step: message.step, steps: spec.steps }, "checkpoint written");
    }
  };
}

/** Above this share at the clip, training suffers: the requester should lower the rate. */
const MANY_CLIPPED = 0.05;

function noteSaturation(
  { log, local, metrics }: ActDeps,
  id: JobId,
  { clippedWeights, zeroedGradients }: Saturation,
): void {
  metrics.runClipped.set(clippedWeights);
  metrics.runZeroed.set(zeroedGradients);
  const job = local.of(id);
  if (clippedWeights <= MANY_CLIPPED || job.saturated) return;
  job.saturated = true;
  log.warn(
    { jobId: id, clippedWeights: round(clippedWeights) },
    "many weights are at their clip: the recipe's rate is too high",
  );
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

import { join } from "node:path";
import { asDiskError, facts, isRetryable } from "@assay/daemon-kit";
import { isEnded, type Job } from "@assay/sdk";
import { prepareInputs } from "../children.ts";
import { memoryOn } from "../engine.ts";
import { logFile } from "../job-logs.ts";
import { isMine } from "../state.ts";
import type { InputsRequest } from "../tasks.ts";
import type { ActDeps } from "./deps.ts";

/** Before the second try; doubles with each. */
const RETRY_MS = 30_000;
const MOST_RETRY_MS = 30 * 60_000;
const DISK_RETRY_MS = 5_000;

/** What a child needs to load a job's inputs. */
export function inputsRequest({ config, index, account }: ActDeps, job: Job): InputsRequest {
  const { gateways, gatewayTimeoutSeconds, maxJobBytes, dataDir } = config;
  const own = index.all().filter((other) => isMine(other, account.address) && !isEnded(other.status));
  return {
    gateways,
    timeoutMs: gatewayTimeoutSeconds * 1000,
    blocks: join(dataDir, "blocks"),
    spec: job.spec,
    maxBytes: maxJobBytes,
    kept: own.map(({ spec }) => spec.inputs),
  };
}

/** Fetches and verifies the inputs of an open job (DSP-90). The outcome, good or bad, is kept for `decide`. */
export async function prepare(deps: ActDeps, job: Job): Promise<void> {
  const { config, log, local, signal, history } = deps;
  const { id } = job;
  try {
    const { fetched, ...found } = await prepareInputs(config, inputsRequest(deps, job), {
      logFile: logFile(config.dataDir, id, "prepare"),
      runMemoryMb: config.memoryMb - memoryOn(deps.engine, 0),
      signal,
    });
    const cost = { ...found, memoryMb: memoryOn(deps.engine, found.memoryMb) };
    local.of(id).preparation = { status: fetched ? "ready" : "unfetched", ...cost };
    if (!fetched) {
      log.info({ jobId: id, ...cost }, "inputs left where they are: the run needs too much memory");
      return;
    }
    history.note(id, "INPUTS_VERIFIED", `${cost.macs} multiply-adds, ${cost.memoryMb} MiB, ${cost.diskMb} MiB on disk`);
    log.info({ jobId: id, ...cost }, "inputs verified");
  } catch (cause) {
    if (signal.aborted) return;
    const error = asDiskError(cause);
    const found = facts(error);
    const before = local.of(id).preparation;
    const tries = before?.status === "refused" ? before.tries + 1 : 1;
    const wait = retryWait(error, tries, config.maxAttempts);
    const retryAtMs = wait === undefined ? undefined : Date.now() + wait;
    local.of(id).preparation = { status: "refused", error: found, retryAtMs, tries };
    history.note(id, "INPUTS_REFUSED", `${found.code}: ${found.message}`);
    log.warn({ jobId: id, ...found, retry: wait !== undefined }, "inputs refused");
  }
}

/**
 * How long inputs that were refused are left alone, in ms; undefined: for good. What a storage did not deliver may come later,
 * what is wrong stays wrong, and inputs that end the process that reads them are given `maxAttempts` tries.
 * @param tries made so far, this one too
 */
export function retryWait(error: unknown, tries: number, maxAttempts: number): number | undefined {
  const { code } = facts(error);
  if (!isPassing(code) && !isRetryable(error)) return undefined;
  // Room comes back at once, or not for long; nobody else is asked for anything meanwhile.
  if (code === "DK-068" || code === "ST-004") return DISK_RETRY_MS;
  if (code === CRASHED && tries >= maxAttempts) return undefined;
  return Math.min(MOST_RETRY_MS, RETRY_MS * 2 ** (tries - 1));
}

/** The child ended without a word: what it read may have done that. */
const CRASHED = "DK-062";

/** Failures of storage or disk rather than of the job. A wrong block counts: another gateway may have the right one. */
export function isPassing(code: string): boolean {
  return ["ST-002", "ST-003", "ST-004", "ST-005", "ST-009", "ST-013", "CN-021", "DK-068"].includes(code);
}

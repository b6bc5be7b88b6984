import { join } from "node:path";
import { facts, isRetryable } from "@assay/daemon-kit";
import type { Job } from "@assay/sdk";
import { prepareInputs } from "../children.ts";
import { memoryOn } from "../engine.ts";
import { logFile } from "../job-logs.ts";
import type { InputsRequest } from "../tasks.ts";
import type { ActDeps } from "./deps.ts";

/** Before the second try; doubles with each. */
const RETRY_MS = 30_000;
const MOST_RETRY_MS = 30 * 60_000;

/** What a child needs to load a job's inputs. */
export function inputsRequest({ config }: ActDeps, job: Job): InputsRequest {
  const { gateways, gatewayTimeoutSeconds, maxJobBytes, dataDir } = config;
  return {
    gateways,
    timeoutMs: gatewayTimeoutSeconds * 1000,
    blocks: join(dataDir, "blocks"),
    spec: job.spec,
    maxBytes: maxJobBytes,
  };
}

/** Fetches and verifies the inputs of an open job (DSP-90). The outcome, good or bad, is kept for `decide`. */
export async function prepare(deps: ActDeps, job: Job): Promise<void> {
  const { config, log, local, signal, history } = deps;
  const { id } = job;
  try {
    const found = await prepareInputs(config, inputsRequest(deps, job), {
      logFile: logFile(config.dataDir, id, "prepare"),
      signal,
    });
    const cost = { ...found, memoryMb: memoryOn(deps.engine, found.memoryMb) };
    local.of(id).preparation = { status: "ready", ...cost };
    history.note(id, "INPUTS_VERIFIED", `${cost.macs} multiply-adds, ${cost.memoryMb} MiB, ${cost.diskMb} MiB on disk`);
    log.info({ jobId: id, ...cost }, "inputs verified");
  } catch (error) {
    if (signal.aborted) return;
    const found = facts(error);
    // What a storage did not deliver may come later; what is wrong stays wrong.
    const passing = isPassing(found.code) || isRetryable(error);
    const before = local.of(id).preparation;
    const tries = before?.status === "refused" ? before.tries + 1 : 1;
    const wait = Math.min(MOST_RETRY_MS, RETRY_MS * 2 ** (tries - 1));
    const retryAtMs = passing ? Date.now() + wait : undefined;
    local.of(id).preparation = { status: "refused", error: found, retryAtMs, tries };
    history.note(id, "INPUTS_REFUSED", `${found.code}: ${found.message}`);
    log.warn({ jobId: id, ...found, retry: passing }, "inputs refused");
  }
}

/** Failures of the storage rather than of the job. A wrong block counts: another gateway may have the right one. */
export function isPassing(code: string): boolean {
  return ["ST-002", "ST-003", "ST-004", "ST-005", "ST-009", "ST-013"].includes(code);
}

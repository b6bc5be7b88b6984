import { TxRevertedError } from "@assay/daemon-kit";
import { type AssayError, decodeError, type PostedJob, prepareClaim, revertError } from "@assay/sdk";
import { type ActDeps, countGas, waitUntil } from "./deps.ts";

const LOST_MS = 30_000;

/**
 * Sends the claim of a prepared job when this provider's turn comes. The sender simulates it against the pending state
 * just before, so that a claim which another provider was faster with costs nothing.
 */
export async function claim(deps: ActDeps, job: PostedJob, atMs: number): Promise<void> {
  const { client, sender, provider, log, signal, metrics, index } = deps;
  const { id, terms } = job;
  if (!(await waitUntil(atMs, signal))) return;
  // The chain is asked again after the wait: nothing is simulated for a job that is known to be gone.
  if (index.get(id)?.status !== "open") return lose(deps, job, "CLAIM_LOST", "before the simulation");
  try {
    const { to, data, value } = prepareClaim(client, { terms, provider });
    const receipt = await sender.send({ key: `claim:${id}`, to, data, value });
    countGas(deps, receipt);
    log.info({ jobId: id, tx: receipt.transactionHash, block: receipt.blockNumber }, "job claimed");
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof TxRevertedError) {
      metrics.claimsLost.inc({ at: "chain" });
      const reason = error.data ? revertError(error.data).message : error.found;
      log.warn({ jobId: id, reason: "CLAIM_REVERTED", detail: reason, tx: error.hash }, "claim reverted on chain");
      deps.local.of(id).lostUntilMs = Number.POSITIVE_INFINITY;
      return;
    }
    const refusal = decodeError(error);
    if (!refusal.revert) throw error;
    refused(deps, job, refusal);
  }
}

function refused(deps: ActDeps, job: PostedJob, refusal: AssayError): void {
  if (refusal.revert?.name === "Market_StaleJob") {
    lose(deps, job, "CLAIM_LOST", "in the simulation");
    return;
  }
  const { code, message, hint } = refusal;
  deps.log.warn(
    { jobId: job.id, reason: "CLAIM_REFUSED", code, detail: message, hint },
    "the market refuses the claim",
  );
  deps.local.of(job.id).lostUntilMs = Date.now() + LOST_MS;
}

function lose({ log, local, metrics }: ActDeps, { id }: PostedJob, reason: string, detail: string): void {
  metrics.claimsLost.inc({ at: "simulation" });
  local.of(id).lostUntilMs = Date.now() + LOST_MS;
  log.info({ jobId: id, reason, detail }, "another provider was faster");
}

import { TxRevertedError } from "@assay/daemon-kit";
import { type AssayError, decodeError, type PostedJob, prepareClaim, revertError } from "@assay/sdk";
import { type ActDeps, countGas, waitUntil } from "./deps.ts";

const LOST_MS = 30_000;

/**
 * Sends the claim of a prepared job when this provider's turn comes. The sender simulates it against the pending state
 * just before, so that a claim which another provider was faster with costs nothing.
 */
export async function claim(deps: ActDeps, job: PostedJob, atMs: number): Promise<void> {
  const { client, sender, provider, log, signal, index, history } = deps;
  const { id, terms } = job;
  if (!(await waitUntil(atMs, signal))) return;
  // The chain is asked again after the wait: nothing is simulated for a job that is known to be gone.
  if (index.get(id)?.status !== "open") return lose(deps, job, "simulation", "before the simulation");
  try {
    const { to, data, value } = prepareClaim(client, { terms, provider });
    const receipt = await sender.send({ key: `claim:${id}`, to, data, value });
    countGas(deps, receipt, "claim");
    history.note(id, "CLAIMED", receipt.transactionHash);
    deps.notify({ event: "JOB_WON", text: `job ${id} was claimed`, facts: { jobId: id, tx: receipt.transactionHash } });
    log.info({ jobId: id, tx: receipt.transactionHash, block: receipt.blockNumber }, "job claimed");
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof TxRevertedError) return reverted(deps, job, error);
    const refusal = decodeError(error);
    if (!refusal.revert) throw error;
    refused(deps, job, refusal);
  }
}

/**
 * A claim that is in a block and failed. That another provider was faster is a part of the trade: the simulation cannot
 * see a claim that reaches the pool after it. Anything else that the simulation did not show is worth a warning.
 */
async function reverted(deps: ActDeps, job: PostedJob, error: TxRevertedError): Promise<void> {
  const { log, local, index, metrics } = deps;
  const { id } = job;
  // Lost inside one block, the replay of the claim shows no reason: the job itself does.
  const fresh = await index.reload(id).catch(() => undefined);
  const refusal = error.data && revertError(error.data);
  if (refusal?.revert?.name === "Market_StaleJob" || (fresh && fresh.status !== "open")) {
    return lose(deps, job, "chain", "in the same block, or before the simulation could see it");
  }
  metrics.claimsFailed.inc();
  const detail = refusal ? refusal.message : error.found;
  deps.history.note(id, "CLAIM_REVERTED", detail);
  log.warn({ jobId: id, reason: "CLAIM_REVERTED", detail, tx: error.hash }, "claim reverted on chain");
  local.of(id).lostUntilMs = Number.POSITIVE_INFINITY;
}

function refused(deps: ActDeps, job: PostedJob, refusal: AssayError): void {
  if (refusal.revert?.name === "Market_StaleJob") {
    lose(deps, job, "simulation", "in the simulation");
    return;
  }
  const { code, message, hint } = refusal;
  deps.history.note(job.id, "CLAIM_REFUSED", `${code}: ${message}`);
  deps.log.warn(
    { jobId: job.id, reason: "CLAIM_REFUSED", code, detail: message, hint },
    "the market refuses the claim",
  );
  deps.local.of(job.id).lostUntilMs = Date.now() + LOST_MS;
}

/** @param at where it showed: "simulation" cost nothing, "chain" the gas of a failed claim */
function lose(deps: ActDeps, { id }: PostedJob, at: "simulation" | "chain", detail: string): void {
  const { log, local, metrics, history } = deps;
  metrics.claimsLost.inc({ at });
  local.of(id).lostUntilMs = Date.now() + LOST_MS;
  history.note(id, "CLAIM_LOST", `at ${at}: ${detail}`);
  log.info({ jobId: id, reason: "CLAIM_LOST", at, detail }, "another provider was faster");
}

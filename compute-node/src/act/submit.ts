import { facts, isCodedError, TxRevertedError, unfailedKey } from "@assay/daemon-kit";
import { type ClaimedJob, decodeError, prepareSubmit, resultCommitment, revertError } from "@assay/sdk";
import { cidOfFile, digestOf, uploadFile } from "@assay/storage";
import type { Hex } from "viem";
import { nodeError } from "../errors.ts";
import { filesFolder, noteAttempts, readResult, runFolder } from "../run-folder.ts";
import { isMine, submitDeadline } from "../state.ts";
import { type ActDeps, countGas, postpone } from "./deps.ts";

/** Seconds before the deadline from which a result is submitted even though its output could not be uploaded. */
const LAST_CALL_SECONDS = 120;
const RETRY_MS = 5000;

/**
 * Uploads the output and commits the result: once for each claim, whatever happens in between. The guard is asked before
 * anything is signed, and the claim is read from the chain again (DSP-93).
 */
export async function submit(deps: ActDeps, job: ClaimedJob, chainNow: number): Promise<void> {
  const { client, config, guard, sender, journal, log, signal, index } = deps;
  const { id, nonce } = job;
  const { result, output } = read(deps, job);
  const outputDigest = await upload(deps, job, output, chainNow);

  const fresh = await index.reload(id);
  if (fresh?.status !== "claimed" || !isMine(fresh, deps.account.address) || (fresh as ClaimedJob).nonce !== nonce) {
    log.info({ jobId: id, reason: "CLAIM_CHANGED", status: fresh?.status ?? "none" }, "the claim is another one now");
    return;
  }
  const claimed = fresh as ClaimedJob;
  const { runRoot, finalState } = result;
  const commitment = resultCommitment({ id, nonce, runRoot, finalState });
  // Lower case: the guard must know the market again however its address is spelled.
  const scope = `${config.chainId}:${client.deployment.contracts.JobMarketplace.address.toLowerCase()}`;
  try {
    guard.commit(scope, `${id}:${nonce}`, commitment);
  } catch (error) {
    // Another result was committed for this very claim: two of them must never leave this machine.
    giveUp(deps, claimed, error);
    return;
  }
  const { to, data, value } = prepareSubmit(client, {
    ...claimed,
    runRoot,
    finalState,
    outputDigest,
    sender: deps.account.address,
  });
  const deed = `submit:${id}:${nonce}`;
  const key = unfailedKey(journal, deed);
  try {
    const receipt = await sender.send({ key, to, data, value });
    countGas(deps, receipt, "submit");
    deps.history.note(id, "SUBMITTED", receipt.transactionHash);
    log.info({ jobId: id, tx: receipt.transactionHash, commitment, outputDigest }, "result submitted");
  } catch (error) {
    if (signal.aborted) return;
    refused(deps, claimed, error, key === deed);
  }
}

function read(deps: ActDeps, { id, nonce, spec }: ClaimedJob) {
  try {
    return readResult(filesFolder(runFolder(deps.config.dataDir, id, nonce)), spec.steps);
  } catch (error) {
    // CN-031 has removed the files: the run goes on from its last checkpoint.
    deps.local.runOf(id, nonce).finished = false;
    throw error;
  }
}

/** What is bought is the output's root, not its place (DSP-94): near the deadline the result goes out without it. */
async function upload(deps: ActDeps, job: ClaimedJob, output: Uint8Array, chainNow: number): Promise<Hex> {
  const { config, log, signal, uploadToken } = deps;
  let failure: unknown;
  for (const gateway of config.gateways) {
    try {
      const { cid, bytes } = await uploadFile({ gateway, bytes: output, token: uploadToken, signal });
      log.info({ jobId: job.id, cid: cid.toString(), bytes }, "output uploaded");
      return digestOf(cid);
    } catch (error) {
      if (signal.aborted) throw error;
      failure = error;
    }
  }
  if (chainNow < submitDeadline(job) - LAST_CALL_SECONDS) throw failure;
  log.error({ jobId: job.id, err: failure }, "output not uploaded; submitting all the same, the deadline is near");
  return digestOf(await cidOfFile(output));
}

function refused(deps: ActDeps, job: ClaimedJob, error: unknown, isFirst: boolean): void {
  const { id } = job;
  const reverted = error instanceof TxRevertedError;
  if (reverted && isFirst) {
    // Too little gas, or a claim that a reorganisation took and gave back: none of it speaks against the result. It is sent
    // once more if the claim still stands then, and if the simulation finds nothing to say against it.
    deps.history.note(id, "SUBMIT_REVERTED", error.found);
    deps.log.warn({ jobId: id, reason: "SUBMIT_REVERTED", ...facts(error) }, "submission reverted on chain; once more");
    postpone(deps, id, RETRY_MS);
    return;
  }
  const refusal = reverted ? (error.data ? revertError(error.data) : undefined) : decodeError(error);
  if (!reverted && refusal?.revert?.name === "Market_StaleJob") {
    // Submitted by a transaction this journal does not know, or taken back by a reorganisation: the logs will tell.
    deps.log.info({ jobId: id, reason: "CLAIM_CHANGED", detail: refusal.message }, "the claim is another one now");
    postpone(deps, id, RETRY_MS);
    return;
  }
  if (!reverted && (isCodedError(error) || !refusal?.revert)) throw error;
  giveUp(
    deps,
    job,
    nodeError("CN-032", {
      found: refusal?.message ?? facts(error).message,
      wanted: "a result that the market takes",
      hint: "see the market's reason; the output stays on the disk until the job has ended",
      cause: error,
    }),
  );
}

function giveUp({ local, config, log, history }: ActDeps, { id, nonce }: ClaimedJob, why: unknown): void {
  const state = local.runOf(id, nonce);
  state.gaveUp = facts(why);
  noteAttempts(config.dataDir, id, state);
  history.note(id, "GAVE_UP", `${facts(why).code}: ${facts(why).message}`);
  log.error({ jobId: id, err: why }, "job given up");
}

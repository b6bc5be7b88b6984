import type { Address } from "viem";
import { asJobId, packJobTerms } from "../codec/jobTerms.ts";
import { unpackRunWord } from "../codec/runWord.ts";
import type { JobTerms } from "../codec/types.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { eventsNamed, parseAssayLogs } from "../events/parse.ts";
import { marketCall } from "../internal/call.ts";
import { outOfRange } from "../internal/layout.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";
import { MAX_BATCH } from "./finalizeBatch.ts";

export interface ClaimBatchArgs {
  /** 1 to 256 open jobs, in the order in which they are wanted. */
  jobs: readonly JobTerms[];
  /** Whose stake is locked and who is paid; the wallet's account when left out. */
  provider?: Address | undefined;
}

/** The call that claims what is still open of many jobs. @throws AssayError SDK-001 when there are none or more than 256 */
export function prepareClaimBatch(context: AssayContext, { jobs, provider }: ClaimBatchArgs): PreparedCall {
  if (jobs.length === 0 || jobs.length > MAX_BATCH) throw outOfRange("jobs", jobs.length, `1 to ${MAX_BATCH} jobs`);
  return marketCall(context, "claimBatch", [jobs.map(packJobTerms), accountOr(context, provider)]);
}

/**
 * Claims what is still open of up to 256 jobs. Jobs that others were faster with are skipped; without the means for all the
 * rest together none is claimed.
 * @returns the claims, each as `claimJob` returns it with the job's id, and the ids that were skipped
 * @throws AssayError as `claimJob`
 */
export const claimBatch = sendingAction(prepareClaimBatch, (context, receipt) => {
  const events = parseAssayLogs(context.deployment, receipt.logs);
  const claimed = eventsNamed(events, "JobMarketplace", "JobClaimed").map(({ args }) => {
    const { id, provider, claimer, price, nonce, run: word } = args;
    const run = unpackRunWord(word);
    return { id: asJobId(id), provider, claimer, price, nonce, claimedAt: run.claimedAt, run };
  });
  const skipped = eventsNamed(events, "JobMarketplace", "ClaimSkipped").map(({ args }) => asJobId(args.id));
  return { claimed, skipped };
});

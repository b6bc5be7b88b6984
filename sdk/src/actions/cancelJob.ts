import { packJobTerms } from "../codec/jobTerms.ts";
import type { JobTerms } from "../codec/types.ts";
import type { AssayContext } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that refunds an open job: by its requester at any time, by anyone after claimBy. */
export function prepareCancel(context: AssayContext, { terms }: { terms: JobTerms }): PreparedCall {
  return marketCall(context, "cancel", [packJobTerms(terms)]);
}

/**
 * Refunds a job that nobody has claimed.
 * @returns the refund, in the job's token
 * @throws AssayError of kind `stale` when it was claimed meanwhile (`Market_StaleJob`)
 */
export const cancelJob = sendingAction(prepareCancel, (context, receipt) => {
  const { refund } = outcomeOf(context, receipt, "JobMarketplace", "JobCancelled").args;
  return { refund };
});

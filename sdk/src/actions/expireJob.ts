import type { Address, Hex } from "viem";
import { packJobTerms } from "../codec/jobTerms.ts";
import { packRunWord } from "../codec/runWord.ts";
import type { JobTerms, RunWord } from "../codec/types.ts";
import type { AssayContext } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** A claimed job, as `getJob` returns it. */
export interface ExpireArgs {
  terms: JobTerms;
  run: RunWord;
  nonce: Hex;
  claimer: Address;
}

/** The call that refunds a claimed job whose result is overdue. Anyone may send it. */
export function prepareExpire(context: AssayContext, { terms, run, nonce, claimer }: ExpireArgs): PreparedCall {
  return marketCall(context, "expire", [packJobTerms(terms), packRunWord(run), nonce, claimer]);
}

/**
 * Refunds a claimed job whose result did not come in time. Anyone may do it.
 * @returns provider, refund (the job's token) and penalty, a tenth of the bond (ASY): 45 % of it are the requester's staking
 *   credit, 55 % will be burned
 * @throws AssayError of kind `retryable` before the deadline (`Market_TooEarly`)
 */
export const expireJob = sendingAction(prepareExpire, (context, receipt) => {
  const { provider, refund, penalty } = outcomeOf(context, receipt, "JobMarketplace", "JobExpired").args;
  return { provider, refund, penalty };
});

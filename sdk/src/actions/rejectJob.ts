import type { AssayContext } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";
import { type SettlementArgs, settlementWords } from "../internal/settlement.ts";

/** The call that refunds a job whose result a strategy rejected. Anyone may send it. */
export function prepareReject(context: AssayContext, args: SettlementArgs): PreparedCall {
  return marketCall(context, "reject", settlementWords(args));
}

/**
 * Refunds a job whose result a strategy rejected; the provider's bond is lost: 15 % to the requester's staking credit, 25 % to
 * whoever found it out, the rest to burn. Anyone may do it.
 * @returns provider, refund (the job's token) and forfeited (ASY)
 * @throws AssayError SDK-030 (`Market_NotRejected`)
 */
export const rejectJob = sendingAction(prepareReject, (context, receipt) => {
  const { provider, refund, forfeited } = outcomeOf(context, receipt, "JobMarketplace", "JobRejected").args;
  return { provider, refund, forfeited };
});

import type { AssayContext } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";
import { type SettlementArgs, settlementWords } from "../internal/settlement.ts";

/** The call that refunds a job whose verification never answered. Anyone may send it. */
export function prepareResolveStalled(context: AssayContext, args: SettlementArgs): PreparedCall {
  return marketCall(context, "resolveStalled", settlementWords(args));
}

/**
 * Refunds a job on which a strategy has not answered 30 days and four times the run after its window; the bond is
 * returned. Anyone may do it.
 * @returns provider and refund (the job's token)
 * @throws AssayError of kind `retryable` before the time (`Market_TooEarly`)
 */
export const resolveStalled = sendingAction(prepareResolveStalled, (context, receipt) => {
  const { provider, refund } = outcomeOf(context, receipt, "JobMarketplace", "JobUnresolved").args;
  return { provider, refund };
});

import type { AssayContext } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";
import { type SettlementArgs, settlementWords } from "../internal/settlement.ts";

/** The call that pays the provider of an accepted job. Anyone may send it. */
export function prepareFinalize(context: AssayContext, args: SettlementArgs): PreparedCall {
  return marketCall(context, "finalize", settlementWords(args));
}

/**
 * Pays the provider of a job whose every strategy has accepted. Anyone may do it.
 * @returns provider, price and the fee that is part of it
 * @throws AssayError of kind `retryable` while the window is open (`Market_TooEarly`, `Market_NotAccepted`)
 */
export const finalizeJob = sendingAction(prepareFinalize, (context, receipt) => {
  const { provider, price, fee } = outcomeOf(context, receipt, "JobMarketplace", "JobFinalized").args;
  return { provider, price, fee };
});

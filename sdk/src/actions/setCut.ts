import type { AssayContext } from "../context.ts";
import { poolsCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface SetCutArgs {
  /** Share of the delegators' fees that the provider keeps, 0 to 10,000. */
  bps: number;
}

/** The call that sets the sender's cut. */
export function prepareSetCut(context: AssayContext, { bps }: SetCutArgs): PreparedCall {
  return poolsCall(context, "setCut", [bps]);
}

/**
 * Sets what the wallet, as a provider, keeps of its delegators' fees: less holds at once, more after the thaw period.
 * @returns from when on it holds, Unix seconds
 * @throws AssayError SDK-030 (`Delegation_CutOutOfRange`)
 */
export const setCut = sendingAction(prepareSetCut, (context, receipt) => {
  const { from } = outcomeOf(context, receipt, "DelegationPools", "CutSet").args;
  return { from: Number(from) };
});

import type { AssayContext } from "../context.ts";
import { stakingCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that destroys what forfeited bonds have left to burn. Anyone may send it. */
export function prepareBurnForfeited(context: AssayContext): PreparedCall {
  return stakingCall(context, "burnForfeited", []);
}

/**
 * Destroys what forfeited bonds have left to burn. Anyone may do it.
 * @returns the amount, ASY in its smallest unit
 * @throws AssayError SDK-030 (`Staking_NothingToBurn`)
 */
export const burnForfeited = sendingAction<void, { amount: bigint }>(prepareBurnForfeited, (context, receipt) => {
  const { amount } = outcomeOf(context, receipt, "StakingManager", "Burned").args;
  return { amount };
});

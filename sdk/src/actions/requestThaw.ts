import type { AssayContext } from "../context.ts";
import { stakingCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that starts the withdrawal of free stake. */
export function prepareRequestThaw(context: AssayContext, { amount }: { amount: bigint }): PreparedCall {
  return stakingCall(context, "requestThaw", [amount]);
}

/**
 * Starts the withdrawal of free stake: it backs no new job from now on and can be withdrawn after the thaw.
 * @param args.amount ASY, smallest unit
 * @returns readyAt, Unix time in seconds
 * @throws AssayError SDK-030 (`Staking_InsufficientFreeStake`, `Staking_TooManyThaws`)
 */
export const requestThaw = sendingAction(prepareRequestThaw, (context, receipt) => {
  const { readyAt } = outcomeOf(context, receipt, "StakingManager", "ThawRequested").args;
  return { readyAt: Number(readyAt) };
});

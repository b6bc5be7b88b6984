import type { Address } from "viem";
import type { AssayContext } from "../context.ts";
import { poolsCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface UndelegateStakeArgs {
  provider: Address;
  /** of the provider's pool; `getDelegation` tells how many there are */
  shares: bigint;
}

/** The call that asks shares back from a provider's pool. */
export function prepareUndelegateStake(context: AssayContext, { provider, shares }: UndelegateStakeArgs): PreparedCall {
  return poolsCall(context, "undelegateStake", [provider, shares]);
}

/**
 * Asks shares back. They back no new job from now on and can be withdrawn with `withdrawDelegation`.
 * @returns readyAt, the Unix time at which they have thawed
 * @throws AssayError SDK-030 (`Delegation_NotEnoughShares`, `Delegation_TooManyExits`)
 */
export const undelegateStake = sendingAction(prepareUndelegateStake, (context, receipt) => {
  const { shares, readyAt } = outcomeOf(context, receipt, "DelegationPools", "ExitRequested").args;
  return { shares, readyAt: Number(readyAt) };
});

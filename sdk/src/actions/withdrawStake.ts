import type { Address } from "viem";
import { type AssayContext, accountOr } from "../context.ts";
import { stakingCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface WithdrawStakeArgs {
  /** The wallet's account when left out. The stake always goes to the provider, whoever sends this. */
  provider?: Address;
}

/** The call that pays out a provider's thawed stake. */
export function prepareWithdrawStake(context: AssayContext, { provider }: WithdrawStakeArgs): PreparedCall {
  return stakingCall(context, "withdraw", [accountOr(context, provider)]);
}

/**
 * Pays out all thawed stake of a provider.
 * @returns the amount, ASY in its smallest unit
 * @throws AssayError of kind `retryable` while nothing has thawed (`Staking_NothingThawed`)
 */
export const withdrawStake = sendingAction(prepareWithdrawStake, (context, receipt) => {
  const { amount } = outcomeOf(context, receipt, "StakingManager", "Withdrawn").args;
  return { amount };
});

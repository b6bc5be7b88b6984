import type { Address } from "viem";
import { type AssayContext, accountOr } from "../context.ts";
import { poolsCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface WithdrawDelegationArgs {
  provider: Address;
  /** The wallet's account when left out. It is paid, whoever sends this. */
  account?: Address;
}

/** The call that pays out what an account asked back from a pool and has thawed. */
export function prepareWithdrawDelegation(context: AssayContext, args: WithdrawDelegationArgs): PreparedCall {
  return poolsCall(context, "withdrawDelegation", [args.provider, accountOr(context, args.account)]);
}

/**
 * Pays out what an account asked back from a pool and has thawed.
 * @returns the amount, ASY in its smallest unit
 * @throws AssayError of kind `retryable` while nothing is ready (`Delegation_NothingReady`)
 */
export const withdrawDelegation = sendingAction(prepareWithdrawDelegation, (context, receipt) => {
  const { amount, shares } = outcomeOf(context, receipt, "DelegationPools", "DelegationWithdrawn").args;
  return { amount, shares };
});

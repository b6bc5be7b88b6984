import type { Address } from "viem";
import type { AssayContext } from "../context.ts";
import { poolsCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface RedelegateStakeArgs {
  from: Address;
  to: Address;
  /** of the pool of `from` */
  shares: bigint;
}

/** The call that moves shares to another provider's pool. */
export function prepareRedelegateStake(context: AssayContext, args: RedelegateStakeArgs): PreparedCall {
  return poolsCall(context, "redelegateStake", [args.from, args.to, args.shares]);
}

/**
 * Moves shares to another provider at once, without thaw.
 * @returns amount in ASY and newShares of the other pool
 * @throws AssayError SDK-030 (`Delegation_NotMovable`, `Delegation_NoRoom`)
 */
export const redelegateStake = sendingAction(prepareRedelegateStake, (context, receipt) => {
  const { amount, newShares } = outcomeOf(context, receipt, "DelegationPools", "StakeRedelegated").args;
  return { amount, newShares };
});

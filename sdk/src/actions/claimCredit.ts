import type { Address } from "viem";
import { type AssayContext, accountOr } from "../context.ts";
import { stakingCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface ClaimCreditArgs {
  /** The wallet's account when left out. The credit always goes to the account itself. */
  account?: Address;
}

/** The call that pays out what an account received from forfeited bonds. */
export function prepareClaimCredit(context: AssayContext, { account }: ClaimCreditArgs): PreparedCall {
  return stakingCall(context, "claimCredit", [accountOr(context, account)]);
}

/**
 * Pays out what an account received from forfeited bonds (late or rejected jobs).
 * @returns the amount, ASY in its smallest unit
 * @throws AssayError SDK-030 (`Staking_NoCredit`)
 */
export const claimCredit = sendingAction(prepareClaimCredit, (context, receipt) => {
  const { amount } = outcomeOf(context, receipt, "StakingManager", "CreditClaimed").args;
  return { amount };
});

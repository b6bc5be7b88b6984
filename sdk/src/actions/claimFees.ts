import type { Address } from "viem";
import { type AssayContext, accountOr } from "../context.ts";
import { poolsCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface ClaimFeesArgs {
  provider: Address;
  /** ASY when left out */
  token?: Address;
  /** The wallet's account when left out. It is paid, whoever sends this. */
  account?: Address;
}

/** The call that pays an account its part of a provider's fees in one token. */
export function prepareClaimFees(context: AssayContext, { provider, token, account }: ClaimFeesArgs): PreparedCall {
  const asset = token ?? context.deployment.contracts.AssayToken.address;
  return poolsCall(context, "claimFees", [provider, asset, accountOr(context, account)]);
}

/**
 * Pays an account its part of a provider's fees in one token.
 * @returns the amount in the token's smallest unit
 * @throws AssayError SDK-030 (`Delegation_NoFees`)
 */
export const claimFees = sendingAction(prepareClaimFees, (context, receipt) => {
  const { amount } = outcomeOf(context, receipt, "DelegationPools", "FeesClaimed").args;
  return { amount };
});

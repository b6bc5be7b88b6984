import type { Address } from "viem";
import { type AssayContext, accountOr } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface CollectArgs {
  /** ASY when left out */
  token?: Address;
  /** The wallet's account when left out. Anyone may collect for anyone. */
  provider?: Address;
}

/** The call that turns a provider's earnings into its in-market balance, less the fee. */
export function prepareCollect(context: AssayContext, { token, provider }: CollectArgs): PreparedCall {
  const asset = token ?? context.deployment.contracts.AssayToken.address;
  return marketCall(context, "collect", [asset, accountOr(context, provider)]);
}

/**
 * Collects a provider's earnings into its in-market balance.
 * @returns net (the provider's), fee and shared (its delegators'), in the token's smallest unit
 * @throws AssayError SDK-030 (`Market_NothingEarned`)
 */
export const collect = sendingAction(prepareCollect, (context, receipt) => {
  const { net, fee, shared } = outcomeOf(context, receipt, "JobMarketplace", "EarningsCollected").args;
  return { net, fee, shared };
});

import type { Address } from "viem";
import { jobMarketplaceAbi } from "../abis.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { marketAddress } from "../internal/jobEvents.ts";
import { read } from "../internal/read.ts";

export interface MarketBalance {
  token: Address;
  account: Address;
  /** Free to post jobs with or to withdraw, smallest unit. */
  available: bigint;
  /** Earned and not collected yet, before the fee. */
  earnedGross: bigint;
  /** The part of `earnedGross` that goes to the treasury. */
  earnedFee: bigint;
}

/**
 * What an account has inside the market.
 * @param args.token ASY when left out
 * @param args.account the wallet's when left out
 * @throws AssayError
 */
export async function getBalance(
  context: AssayContext,
  args: { token?: Address; account?: Address } = {},
): Promise<MarketBalance> {
  const token = args.token ?? context.deployment.contracts.AssayToken.address;
  const account = accountOr(context, args.account);
  const market = { abi: jobMarketplaceAbi, address: marketAddress(context) } as const;
  const [available, [earnedGross, earnedFee]] = await Promise.all([
    read(context, { ...market, functionName: "balanceOf", args: [token, account] }),
    read(context, { ...market, functionName: "earnedOf", args: [token, account] }),
  ]);
  return { token, account, available, earnedGross, earnedFee };
}

import type { Address } from "viem";
import { delegationPoolsAbi } from "../abis.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { read } from "../internal/read.ts";

/** What an account holds in a provider's pool; assets in ASY's smallest unit, movableAt a Unix time in seconds. */
export interface DelegationInfo {
  shares: bigint;
  assets: bigint;
  /** The part of `shares` that was asked back. */
  exiting: bigint;
  movableAt: number;
}

/**
 * What an account has put behind a provider, and what it is worth now.
 * @param args.account the wallet's account when left out
 * @throws AssayError
 */
export async function getDelegation(
  context: AssayContext,
  args: { provider: Address; account?: Address },
): Promise<DelegationInfo> {
  const { address } = context.deployment.contracts.DelegationPools;
  const { shares, assets, exiting, movableAt } = await read(context, {
    abi: delegationPoolsAbi,
    address,
    functionName: "delegationOf",
    args: [args.provider, accountOr(context, args.account)],
  });
  return { shares, assets, exiting, movableAt: Number(movableAt) };
}

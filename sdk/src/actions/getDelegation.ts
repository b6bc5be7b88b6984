import type { Address } from "viem";
import { delegationPoolsAbi } from "../abis.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { read } from "../internal/read.ts";

/** What an account holds in a provider's pool; assets in ASY's smallest unit, times in Unix seconds. */
export interface DelegationInfo {
  shares: bigint;
  assets: bigint;
  /** The part of `shares` that was asked back. */
  exiting: bigint;
  /** From then on the shares can be redelegated. */
  movableAt: number;
  /** Shares that were asked back and not withdrawn, oldest first; `readyAt` has passed for those that can be. */
  exits: { shares: bigint; readyAt: number }[];
}

/** A provider's pool, ASY in its smallest unit. */
export interface PoolInfo {
  provider: Address;
  assets: bigint;
  shares: bigint;
  /** Shares that were asked back. */
  exiting: bigint;
  /** What the provider keeps of its delegators' fees, 1/10,000. */
  cutBps: number;
  /** What it will keep from `nextCutAt` on; the same where no change is coming. */
  nextCutBps: number;
  /** Unix time, seconds */
  nextCutAt: number;
  /** Tokens whose fees are shared. */
  feeTokens: readonly Address[];
}

/**
 * What an account has put behind a provider, what it is worth now and what is on its way back.
 * @param args.account the wallet's account when left out
 * @throws AssayError
 */
export async function getDelegation(
  context: AssayContext,
  args: { provider: Address; account?: Address },
): Promise<DelegationInfo> {
  const pools = { abi: delegationPoolsAbi, address: context.deployment.contracts.DelegationPools.address } as const;
  const key = [args.provider, accountOr(context, args.account)] as const;
  const [{ shares, assets, exiting, movableAt }, exits] = await Promise.all([
    read(context, { ...pools, functionName: "delegationOf", args: key }),
    read(context, { ...pools, functionName: "exitsOf", args: key }),
  ]);
  const back = exits.map((exit) => ({ shares: exit.shares, readyAt: Number(exit.readyAt) }));
  return { shares, assets, exiting, movableAt: Number(movableAt), exits: back };
}

/** What is behind a provider and what it keeps of the fees. @param args.provider the wallet's account when left out */
export async function getPool(context: AssayContext, args: { provider?: Address } = {}): Promise<PoolInfo> {
  const pools = { abi: delegationPoolsAbi, address: context.deployment.contracts.DelegationPools.address } as const;
  const provider = accountOr(context, args.provider);
  const [{ assets, shares, exiting, cutBps, nextCutBps, nextCutAt }, feeTokens] = await Promise.all([
    read(context, { ...pools, functionName: "poolOf", args: [provider] }),
    read(context, { ...pools, functionName: "feeTokens", args: [] }),
  ]);
  const cut = { cutBps: Number(cutBps), nextCutBps: Number(nextCutBps), nextCutAt: Number(nextCutAt) };
  return { provider, assets, shares, exiting, ...cut, feeTokens };
}

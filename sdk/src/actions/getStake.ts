import type { Address } from "viem";
import { stakingManagerAbi } from "../abis.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { read } from "../internal/read.ts";

/** A provider's stake; amounts in ASY's smallest unit. */
export interface StakeInfo {
  provider: Address;
  /** Everything that backs jobs, locked or free. Thawing stake is not in it. */
  stake: bigint;
  locked: bigint;
  /** What new bonds can be taken from. */
  free: bigint;
  /** How much of the stake operators may keep locked, in 1/10,000. The owner's own claims are not limited. */
  exposureBps: number;
  /** Withdrawals under way, oldest first; readyAt is a Unix time in seconds. */
  thaws: { amount: bigint; readyAt: number }[];
  /** What the account received from forfeited bonds and has not claimed. */
  credit: bigint;
  /** Seconds a withdrawal takes now. */
  thawPeriod: number;
}

/**
 * What stands behind a provider.
 * @param args.provider the wallet's account when left out
 * @throws AssayError
 */
export async function getStake(context: AssayContext, args: { provider?: Address } = {}): Promise<StakeInfo> {
  const provider = accountOr(context, args.provider);
  const staking = { abi: stakingManagerAbi, address: context.deployment.contracts.StakingManager.address } as const;
  const [[stake, locked, free], exposureBps, thaws, credit, thawPeriod] = await Promise.all([
    read(context, { ...staking, functionName: "stakeOf", args: [provider] }),
    read(context, { ...staking, functionName: "exposureOf", args: [provider] }),
    read(context, { ...staking, functionName: "thawsOf", args: [provider] }),
    read(context, { ...staking, functionName: "creditOf", args: [provider] }),
    read(context, { ...staking, functionName: "thawPeriod", args: [] }),
  ]);
  return {
    provider,
    stake,
    locked,
    free,
    exposureBps: Number(exposureBps),
    thaws: thaws.map(({ amount, readyAt }) => ({ amount, readyAt: Number(readyAt) })),
    credit,
    thawPeriod: Number(thawPeriod),
  };
}

import type { Address } from "viem";
import { assayTokenAbi, stakingManagerAbi } from "../abis.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { read } from "../internal/read.ts";

/** Votes that an account can cast now, and who casts those of its own tokens; ASY's smallest unit. */
export interface VotesInfo {
  account: Address;
  /** Its own and those of everybody who chose it: liquid, staked, and together. */
  liquid: bigint;
  staked: bigint;
  total: bigint;
  /** Who casts the account's liquid and staked tokens; zero where nobody does. */
  liquidDelegate: Address;
  stakedDelegate: Address;
}

/**
 * An account's votes. A proposal counts those at its snapshot.
 * @param args.account the wallet's when left out
 * @throws AssayError
 */
export async function getVotes(context: AssayContext, args: { account?: Address } = {}): Promise<VotesInfo> {
  const account = accountOr(context, args.account);
  const { AssayToken, StakingManager } = context.deployment.contracts;
  const asy = { address: AssayToken.address, abi: assayTokenAbi } as const;
  const staking = { address: StakingManager.address, abi: stakingManagerAbi } as const;
  const [liquid, staked, liquidDelegate, stakedDelegate] = await Promise.all([
    read(context, { ...asy, functionName: "getVotes", args: [account] }),
    read(context, { ...staking, functionName: "getVotes", args: [account] }),
    read(context, { ...asy, functionName: "delegates", args: [account] }),
    read(context, { ...staking, functionName: "delegates", args: [account] }),
  ]);
  return { account, liquid, staked, total: liquid + staked, liquidDelegate, stakedDelegate };
}

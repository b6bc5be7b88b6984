import { readClock } from "@assay/daemon-kit";
import { reputationRegistryAbi, stakingManagerAbi } from "@assay/sdk";
import type { ChainContext } from "./context.ts";
import type { NodeState } from "./state.ts";

/** What the chain says of the provider and of itself at this moment. */
export interface ChainFacts
  extends Omit<
    NodeState,
    "jobs" | "draining" | "leaving" | "pressed" | "nowMs" | "diskUsedMb" | "cost" | "marketPerGmac"
  > {
  /** Unix seconds of the newest block. */
  headTime: number;
}

/**
 * One look at the chain.
 * @throws viem's errors when the endpoint does not answer
 */
export async function observe({ rpc, client, account, provider }: ChainContext): Promise<ChainFacts> {
  const { AssayToken, StakingManager, ReputationRegistry } = client.deployment.contracts;
  const staking = { abi: stakingManagerAbi, address: StakingManager.address } as const;
  const registry = ReputationRegistry && { abi: reputationRegistryAbi, address: ReputationRegistry.address };
  const [clock, [stake, lockedStake, freeStake], exposure, reputation, authorised, gasBalance, gasPrice] =
    await Promise.all([
      readClock(rpc),
      rpc.readContract({ ...staking, functionName: "stakeOf", args: [provider] }),
      rpc.readContract({ ...staking, functionName: "exposureOf", args: [provider] }),
      registry ? rpc.readContract({ ...registry, functionName: "scoreOf", args: [provider] }) : 0n,
      rpc.readContract({ ...staking, functionName: "isOperator", args: [provider, account.address] }),
      rpc.getBalance({ address: account.address }),
      rpc.getGasPrice(),
    ]);
  return {
    ...clock,
    provider,
    operator: account.address,
    authorised,
    asy: AssayToken.address,
    stake,
    lockedStake,
    freeStake,
    exposureBps: Number(exposure),
    reputation: Number(reputation),
    gasBalance,
    gasPrice,
  };
}

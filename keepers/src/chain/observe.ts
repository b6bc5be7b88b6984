import type { Address, PublicClient } from "viem";

/** What the chain says of itself at this moment. */
export interface ChainFacts {
  /** The chain's clock, Unix seconds: the time the next block will have, or later than the newest one's. */
  now: number;
  /** Unix seconds of the newest block. */
  headTime: number;
  head: bigint;
  /** Wei of the signing account. */
  gasBalance: bigint;
}

/**
 * One look at the chain.
 * @throws viem's errors when the endpoint does not answer
 */
export async function observe(rpc: PublicClient, account: Address): Promise<ChainFacts> {
  const [latest, pending, gasBalance] = await Promise.all([
    rpc.getBlock({ blockTag: "latest" }),
    // Where no block comes without a transaction, only the pending one shows how time passes.
    rpc.getBlock({ blockTag: "pending" }).catch(() => undefined),
    rpc.getBalance({ address: account }),
  ]);
  const headTime = Number(latest.timestamp);
  return { now: Math.max(headTime, Number(pending?.timestamp ?? 0n)), headTime, head: latest.number, gasBalance };
}

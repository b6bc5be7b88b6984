import { type ChainClock, readClock } from "@assay/daemon-kit";
import type { Address, PublicClient } from "viem";

/** What the chain says of itself at this moment. */
export interface ChainFacts extends ChainClock {
  /** Wei of the signing account. */
  gasBalance: bigint;
  /** Wei for a unit of gas, as the endpoint suggests it. */
  gasPrice: bigint;
}

/**
 * One look at the chain.
 * @throws viem's errors when the endpoint does not answer
 */
export async function observe(rpc: PublicClient, account: Address): Promise<ChainFacts> {
  const [clock, gasBalance, gasPrice] = await Promise.all([
    readClock(rpc),
    rpc.getBalance({ address: account }),
    rpc.getGasPrice(),
  ]);
  return { ...clock, gasBalance, gasPrice };
}

import type { PublicClient } from "viem";

/**
 * The first block that is not older than `time`, by halving; the block after the head where all are older.
 * @param time Unix seconds
 * @param from a block at which to begin
 * @throws viem's errors when the endpoint does not answer
 */
export async function blockAt(rpc: PublicClient, time: number, from: bigint, head: bigint): Promise<bigint> {
  let [low, high] = [from, head + 1n];
  while (low < high) {
    const middle = (low + high) / 2n;
    const { timestamp } = await rpc.getBlock({ blockNumber: middle });
    if (Number(timestamp) >= time) high = middle;
    else low = middle + 1n;
  }
  return low;
}

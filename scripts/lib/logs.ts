import { type Address, type Chain, formatLog, type Hex, type Log, type PublicClient, type Transport } from "viem";

export interface LogsArgs {
  address: Address | readonly Address[];
  /** Of the first topic: any of these; all logs when left out. */
  events?: readonly Hex[];
  fromBlock: bigint;
  /** The last block, included. */
  toBlock: bigint;
}

/** Blocks of one question at most: more are refused by many endpoints. */
const BLOCKS_AT_A_TIME = 2_000n;

/**
 * Logs of a range of blocks, in chain order. A range whose answer an endpoint refuses or cannot carry, because it is too
 * long, is asked for in halves.
 */
export async function logsBetween(publicClient: PublicClient<Transport, Chain>, args: LogsArgs) {
  const found: Log<bigint, number, false>[] = [];
  let size = BLOCKS_AT_A_TIME;
  for (let from = args.fromBlock; from <= args.toBlock; ) {
    const last = from + size - 1n < args.toBlock ? from + size - 1n : args.toBlock;
    try {
      found.push(...(await page(publicClient, args, from, last)));
      from = last + 1n;
    } catch (error) {
      if (last === from) throw error;
      size = (last - from + 1n) / 2n;
    }
  }
  return found;
}

async function page(client: PublicClient<Transport, Chain>, { address, events }: LogsArgs, from: bigint, to: bigint) {
  const filter = {
    address,
    ...(events ? { topics: [events] } : {}),
    fromBlock: `0x${from.toString(16)}`,
    toBlock: `0x${to.toString(16)}`,
  };
  const found = await client.request({ method: "eth_getLogs", params: [filter as never] });
  return found.map((log) => formatLog(log) as Log<bigint, number, false>);
}

import type { Address, Hash, PublicClient, TransactionReceipt } from "viem";

export interface SentTransaction {
  hash: Hash;
  to: Address | null;
  /** The sender's place among those asked about. */
  place: number;
  /** Chain time, Unix seconds. */
  time: number;
  receipt: TransactionReceipt;
}

/** Every transaction of some accounts, in the order of the chain's blocks. */
export async function* sentBy(
  client: PublicClient,
  senders: readonly Address[],
  fromBlock = 0n,
): AsyncGenerator<SentTransaction> {
  const known = senders.map((address) => address.toLowerCase());
  const head = await client.getBlockNumber({ cacheTime: 0 });
  for (let number = fromBlock; number <= head; number++) {
    const { timestamp, transactions } = await client.getBlock({ blockNumber: number, includeTransactions: true });
    for (const { hash, from, to } of transactions) {
      const place = known.indexOf(from.toLowerCase());
      if (place < 0) continue;
      yield { hash, to, place, time: Number(timestamp), receipt: await client.getTransactionReceipt({ hash }) };
    }
  }
}

import { BaseError, type Hash, isAddressEqual, type PublicClient } from "viem";
import type { TxEntry } from "./journal.ts";
import { isRateLimited, isUnreachable } from "./rpc.ts";

/** Who has used a nonce: a transaction, or what is not known of it. behind: the endpoint does not see it used; gone: nothing shows it. */
export type Taker = Hash | "behind" | "gone";

/**
 * Finds the transaction that has used the nonce of an entry in the block that holds it, by bisection over the counts of the account's
 * transactions: at most some dozen questions, on states of late. An endpoint may lack a receipt that the one that counted has; a block
 * says whose the nonce is.
 */
export async function takerOf(client: PublicClient, { from, nonce, attempts }: TxEntry): Promise<Taker> {
  const usedBy = async (blockNumber: bigint) =>
    (await client.getTransactionCount({ address: from, blockNumber })) > nonce;
  try {
    let high = await client.getBlockNumber({ cacheTime: 0 });
    if (!(await usedBy(high))) return "behind";
    const signedAt = attempts[0]?.block ?? high;
    let low = signedAt < high ? signedAt : high;
    // a reorganisation, or a stranger, may have put it below
    for (let back = 4n; await usedBy(low); back *= 4n) {
      if (low === 0n) return "gone";
      low = low > back ? low - back : 0n;
    }
    while (high - low > 1n) {
      const middle = (low + high) / 2n;
      if (await usedBy(middle)) high = middle;
      else low = middle;
    }
    const { transactions } = await client.getBlock({ blockNumber: high, includeTransactions: true });
    return transactions.find((each) => each.nonce === nonce && isAddressEqual(each.from, from))?.hash ?? "gone";
  } catch (error) {
    if (!(error instanceof BaseError) || isUnreachable(error) || isRateLimited(error)) throw error;
    return "gone"; // states of so long ago are not kept
  }
}

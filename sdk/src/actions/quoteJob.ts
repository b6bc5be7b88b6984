import { type Address, decodeFunctionResult, encodeFunctionData } from "viem";
import { priceFeedsAbi } from "../abis.ts";
import { priceAt } from "../codec/priceAt.ts";
import { type JobTerms, PRICE_RULE } from "../codec/types.ts";
import type { AssayContext } from "../context.ts";
import { simulateCall } from "../internal/send.ts";
import { decodeError } from "../revert/decodeError.ts";

export interface Quote {
  /**
   * What a claim in a block of the chain's current time earns, before the fee. Where bids decide: the most that one may ask.
   * Where it is above maxPrice, which only a price in dollars can be, there is no claim (USD-03).
   */
  price: bigint;
  /** The same one second later. */
  nextSecond: bigint;
  /** Unix time of the latest block, seconds. */
  at: number;
  /** Unix time from which the price stays at its maximum, undefined where it does not rise. */
  fullAt: number | undefined;
  /** Whether `claimBy` has passed. */
  closed: boolean;
}

/**
 * What claiming a job earns now, by the chain's own clock and, for dollars, by the protocol's price feed.
 * @throws AssayError SDK-030 where the feed gives no price now (`Feeds_...`)
 */
export async function quoteJob(context: AssayContext, { terms }: { terms: JobTerms }): Promise<Quote> {
  const block = await context.publicClient.getBlock().catch((error: unknown) => {
    throw decodeError(error);
  });
  const at = Number(block.timestamp);
  const closed = at > terms.claimBy;
  if (terms.rule === PRICE_RULE.dollars) {
    const price = await tokensFor(context, terms.token, terms.minPrice);
    return { price, nextSecond: price, at, fullAt: undefined, closed };
  }
  const fullAt = terms.rampLength === 0 ? undefined : terms.rampStart + terms.rampLength;
  return { price: priceAt(terms, at), nextSecond: priceAt(terms, at + 1), at, fullAt, closed };
}

/** Dollars (1e-18) in a token's smallest unit. The feed notes the answer that it accepts, so it is simulated, not read. */
async function tokensFor(context: AssayContext, token: Address, dollars: bigint): Promise<bigint> {
  const { address } = context.deployment.contracts.PriceFeeds;
  const data = encodeFunctionData({ abi: priceFeedsAbi, functionName: "tokensForUp", args: [token, dollars] });
  const call = { label: "PriceFeeds.tokensForUp", to: address, data, value: 0n };
  const answer = await simulateCall(context, call, context.deployment.contracts.JobMarketplace.address);
  return decodeFunctionResult({ abi: priceFeedsAbi, functionName: "tokensForUp", data: answer });
}

import { priceAt } from "../codec/priceAt.ts";
import type { JobTerms } from "../codec/types.ts";
import type { AssayContext } from "../context.ts";
import { decodeError } from "../revert/decodeError.ts";

export interface Quote {
  /** What a claim in a block of the chain's current time earns, before the fee. */
  price: bigint;
  /** The same one second later. */
  nextSecond: bigint;
  /** Unix time of the latest block, seconds. */
  at: number;
  /** Unix time from which the price stays at its maximum, undefined for a fixed price. */
  fullAt: number | undefined;
  /** Whether `claimBy` has passed. */
  closed: boolean;
}

/**
 * What claiming a job earns now, by the chain's own clock.
 * @throws AssayError
 */
export async function quoteJob({ publicClient }: AssayContext, { terms }: { terms: JobTerms }): Promise<Quote> {
  const block = await publicClient.getBlock().catch((error: unknown) => {
    throw decodeError(error);
  });
  const at = Number(block.timestamp);
  return {
    price: priceAt(terms, at),
    nextSecond: priceAt(terms, at + 1),
    at,
    fullAt: terms.rampLength === 0 ? undefined : terms.rampStart + terms.rampLength,
    closed: at > terms.claimBy,
  };
}

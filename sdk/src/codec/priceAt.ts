import type { JobTerms, RunWord } from "./types.ts";

/** A quote is a share of maxPrice in units of 1 / QUOTE_UNIT. */
export const QUOTE_UNIT = 2n ** 31n - 1n;

/** What stands for a price in a run word: rounded up, 1 to QUOTE_UNIT for 1 to maxPrice. Twin of `quoteUp`. */
export function quoteOf(maxPrice: bigint, price: bigint): number {
  return Number((price * QUOTE_UNIT + maxPrice - 1n) / maxPrice);
}

/** The price that a quote stands for. Twin of `quotedDown`. */
export function quotedPrice(maxPrice: bigint, quote: number): bigint {
  return (maxPrice * BigInt(quote)) / QUOTE_UNIT;
}

/** The price of a claimed job, before the fee. Twin of `priceDown`. */
export function priceOf(terms: JobTerms, run: Pick<RunWord, "claimedAt" | "quote">): bigint {
  return run.quote === 0 ? priceAt(terms, run.claimedAt) : quotedPrice(terms.maxPrice, run.quote);
}

/**
 * The price a claim at this time earns: minPrice before the ramp, maxPrice after it, linear in between, rounded down.
 * A rampLength of 0 is a fixed price (maxPrice). Twin of the contracts' `priceAtDown`.
 * @param at Unix time in seconds
 */
export function priceAt(
  terms: Pick<JobTerms, "maxPrice" | "minPrice" | "rampStart" | "rampLength">,
  at: number | bigint,
): bigint {
  const elapsed = BigInt(at) - BigInt(terms.rampStart);
  const length = BigInt(terms.rampLength);
  if (length === 0n || elapsed >= length) return terms.maxPrice;
  if (elapsed <= 0n) return terms.minPrice;
  return terms.minPrice + ((terms.maxPrice - terms.minPrice) * elapsed) / length;
}

import type { JobTerms } from "./types.ts";

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

import type { JobTerms } from "./types.ts";

const SCORE_MAX = 1_000_000_000n;
const REPUTATION_MAX = 10_000n;
/** Own stake beyond so many bonds counts no more. */
const FULL_STAKE = 10n;

/**
 * What a bid is worth by the weights of the job's terms, 0 to 1e9, rounded down (BID-04). Twin of the contracts' BidScore.
 * @param bid.price minPrice to maxPrice
 * @param bid.stake the provider's own stake, ASY's smallest unit
 * @param bid.reputation its score, 1/10,000
 */
export function bidScore(
  terms: Pick<JobTerms, "maxPrice" | "bond" | "priceWeight" | "stakeWeight" | "reputationWeight">,
  bid: { price: bigint; stake: bigint; reputation: number | bigint },
): bigint {
  const full = FULL_STAKE * terms.bond;
  const cheapness = ((terms.maxPrice - bid.price) * SCORE_MAX) / terms.maxPrice;
  const security = bid.stake >= full ? SCORE_MAX : (bid.stake * SCORE_MAX) / full;
  const record = (BigInt(bid.reputation) * SCORE_MAX) / REPUTATION_MAX;
  const [byPrice, byStake] = [BigInt(terms.priceWeight), BigInt(terms.stakeWeight)];
  const byReputation = BigInt(terms.reputationWeight);
  const sum = cheapness * byPrice + security * byStake + record * byReputation;
  return sum / (byPrice + byStake + byReputation);
}

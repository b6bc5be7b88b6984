import { type Hex, zeroAddress } from "viem";
import { packJobTerms } from "../codec/jobTerms.ts";
import type { StandingBid } from "../codec/laneWord.ts";
import type { JobTerms } from "../codec/types.ts";
import type { AssayContext } from "../context.ts";
import type { Bid } from "../eip712/market.ts";
import { marketCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";
import { claimOutcome } from "./claimJob.ts";

/** An open job whose price is found by bids, as `getJob` returns it. */
export interface BiddingArgs {
  terms: JobTerms;
  /** The bid that stands; none when left out. */
  standing?: StandingBid | undefined;
}

/** A signed bid (`signBid`) for such a job. */
export interface SignedBidArgs extends BiddingArgs {
  bid: Bid;
  signature: Hex;
}

const NO_BID = { provider: zeroAddress, bidder: zeroAddress, quote: 0n, score: 0n } as const;

function wordsOf({ terms, standing }: BiddingArgs) {
  return [packJobTerms(terms), standing ? { ...standing, quote: BigInt(standing.quote) } : NO_BID] as const;
}

/** The call that brings a bid. */
export function preparePlaceBid(context: AssayContext, args: SignedBidArgs): PreparedCall {
  return marketCall(context, "placeBid", [...wordsOf(args), args.bid, args.signature]);
}

/** The call that claims a job for the bid that stands. */
export function prepareAward(context: AssayContext, args: BiddingArgs): PreparedCall {
  return marketCall(context, "award", wordsOf(args));
}

/** The call by which the requester claims its job for a bid of its choice. */
export function prepareAwardBid(context: AssayContext, args: SignedBidArgs): PreparedCall {
  return marketCall(context, "awardBid", [...wordsOf(args), args.bid, args.signature]);
}

/** The call that cancels a job on which a bid stands. */
export function prepareCancelBidding(context: AssayContext, args: BiddingArgs): PreparedCall {
  return marketCall(context, "cancelBidding", wordsOf(args));
}

/**
 * Brings a signed bid until the bidding ends: its bond is locked if it is the best so far. Anyone may bring it.
 * @returns the bid as it stands now, which the next call must bring
 * @throws AssayError `Market_BidTooLow` when a better one stands, kind `stale` when another came first
 */
export const placeBid = sendingAction(preparePlaceBid, (context, receipt) => {
  const { provider, bidder, quote, score } = outcomeOf(context, receipt, "JobMarketplace", "BidPlaced").args;
  return { standing: { provider, bidder, quote: Number(quote), score } };
});

/**
 * Claims a job for the bid that stands: the requester at any time, anyone once bidding has ended.
 * @returns what `claimJob` returns
 */
export const award = sendingAction(prepareAward, (context, receipt) => claimOutcome(context, receipt));

/**
 * Claims the wallet's own job for any signed bid.
 * @returns what `claimJob` returns
 */
export const awardBid = sendingAction(prepareAwardBid, (context, receipt) => claimOutcome(context, receipt));

/** Cancels a job on which a bid stands; its bond is freed. */
export const cancelBidding = sendingAction(prepareCancelBidding, () => ({}));

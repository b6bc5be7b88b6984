import type { Address, Hex } from "viem";

declare const brand: unique symbol;

/** keccak256 of a job's six terms words. Make one with `jobId` or `asJobId`. */
export type JobId = Hex & { readonly [brand]: "JobId" };

/** The six words of JobTerms, as the contract takes them. */
export type TermsWords = readonly [bigint, bigint, bigint, bigint, bigint, bigint];

/** The six words of JobSpec, as the contract takes them. */
export type SpecWords = readonly [Hex, Hex, Hex, Hex, Hex, Hex];

/** Where a job stands, in the order of the contract's enum: the index is the status byte of the lane word. */
export const jobStatuses = [
  "none",
  "open",
  "claimed",
  "submitted",
  "finalized",
  "expired",
  "cancelled",
  "rejected",
  "unresolved",
] as const;

export type JobStatus = (typeof jobStatuses)[number];

/** A job's terms by name. Prices in the token's smallest unit, the bond in ASY's; times in seconds. */
export interface JobTerms {
  requester: Address;
  /** 96 bits */
  maxPrice: bigint;
  token: Address;
  /** 96 bits */
  minPrice: bigint;
  /** 96 bits, ASY */
  bond: bigint;
  /** Unix time from which the price rises, 40 bits */
  rampStart: number;
  /** Seconds from minPrice to maxPrice, 24 bits. 0: fixed price, maxPrice */
  rampLength: number;
  /** Unix time of the last moment to claim, 40 bits */
  claimBy: number;
  /** Seconds a provider has from its claim to its result, 24 bits */
  runTime: number;
  /** Protocol fee in 1/10,000 of the price, 16 bits */
  feeBps: number;
  /** 16 bits */
  minReputation: number;
  /** The only provider that may claim; the zero address: anyone */
  provider: Address;
  /** Counter of the lane, from 1, 32 bits */
  generation: number;
  /** 16 bits */
  lane: number;
  /** Seconds in which a result can be challenged, 24 bits */
  window: number;
  /** Bit i: strategy i of the verification hub must accept, 16 bits */
  policy: number;
  /** Layout version, 8 bits */
  version: number;
  specHash: Hex;
  /** Own stake that the provider must have, ASY, 96 bits */
  minStake: bigint;
  /** Bits that the provider's record must have (see `capabilities`), 64 bits */
  capabilities: bigint;
  /** c: at least 2^c GiB of device memory, 8 bits; 0 asks for nothing */
  memoryClass: number;
  /** How the price is found, see `PRICE_RULE`, 8 bits */
  rule: number;
  /** What bids are scored by, 16 bits each; 0 unless the rule is bids */
  priceWeight: number;
  stakeWeight: number;
  reputationWeight: number;
}

/** How a job's price is found. */
export const PRICE_RULE = {
  /** fixed, or rising with time */
  time: 0,
  /** the best signed bid is awarded; `rampStart` is when bidding ends */
  bids: 1,
  /** `minPrice` is in 1e-18 US dollars, converted at the claim, at most `maxPrice` of the token */
  dollars: 2,
} as const;

/** The fields of terms that most jobs leave empty: no demands on the provider, a price by time. */
export const NO_DEMANDS = {
  minStake: 0n,
  capabilities: 0n,
  memoryClass: 0,
  rule: PRICE_RULE.time,
  priceWeight: 0,
  stakeWeight: 0,
  reputationWeight: 0,
} as const satisfies Partial<JobTerms>;

/** What is to be computed. */
export interface JobSpec {
  /** DSP-08 */
  programHash: Hex;
  /** H(0x0f, roots of the constants), see `dataRoot` */
  dataRoot: Hex;
  /** S_0: DSP-05 at step 0, see `stateHash` */
  initState: Hex;
  /** 1 to 2^40 */
  steps: number;
  /** Steps of one segment, 1 to 64 */
  segmentLength: number;
  /** Index of the output among the state's tensors */
  outIdx: number;
  /** Tensors in the state, 1 to 64 */
  stateCount: number;
  /** 1 */
  rulesVersion: number;
  /** Seconds the run takes on the reference machine, 40 bits */
  refSeconds: number;
  /** sha2-256 digest of the job manifest's CID */
  inputs: Hex;
  /** The dispute judge; the zero address while the policy names no dispute */
  judge: Address;
}

/** What a claim adds to a job. */
export interface RunWord {
  provider: Address;
  /** Unix time of the claim, 40 bits */
  claimedAt: number;
  /** Seconds from claim to result, 24 bits. 0 until submitted */
  span: number;
  /** 1 when another provider had the job before and was late */
  rescued: number;
  /** A price that the time of the claim does not tell, see `quotedPrice`, 31 bits; 0 where it does */
  quote: number;
}

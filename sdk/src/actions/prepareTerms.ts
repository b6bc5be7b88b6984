import { type Address, isAddressEqual, zeroAddress } from "viem";
import { jobMarketplaceAbi, refereedDisputeAbi } from "../abis.ts";
import { POLICY, REFEREE_BIT } from "../codec/finalizableAt.ts";
import { packJobSpec, specHash, unpackJobSpec } from "../codec/jobSpec.ts";
import { jobId, packJobTerms, TERMS_VERSION, unpackJobTerms } from "../codec/jobTerms.ts";
import { type JobId, type JobSpec, type JobTerms, NO_DEMANDS, PRICE_RULE } from "../codec/types.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { AssayError } from "../errors.ts";
import { marketAddress } from "../internal/jobEvents.ts";
import { type FreeLane, findLane, laneAt } from "../internal/lanes.ts";
import { read } from "../internal/read.ts";
import { decodeError } from "../revert/decodeError.ts";

/** A price that rises until somebody claims. */
export interface RampPrice {
  min: bigint;
  max: bigint;
  /** Unix time at which it starts to rise; the chain's clock when left out. */
  start?: number;
  /** Seconds from min to max, above 0. */
  length: number;
}

/** A price that providers bid for; see `BidWeights` for which bid is the best. */
export interface BidPrice {
  /** The lowest bid that is taken; 1 when left out. */
  min?: bigint;
  max: bigint;
  /** Unix time at which bidding ends and anyone may award the job to the best bid. */
  until: number;
  /** By price alone when left out. */
  weights?: BidWeights;
}

/** What bids are scored by, 0 to 65,535 each; the better score wins (see `bidScore`). */
export interface BidWeights {
  price?: number;
  stake?: number;
  reputation?: number;
}

/** A price in US dollars, converted at the claim by the protocol's price feed. */
export interface DollarPrice {
  /** In 1e-18 dollars. */
  dollars: bigint;
  /** The most of the token that it may come to: what is escrowed. */
  max: bigint;
}

/** What a job asks of its provider. Everything left out asks for nothing. */
export interface Demands {
  /** Score in 1/10,000. */
  minReputation?: number;
  /** Own stake, smallest unit of ASY. */
  minStake?: bigint;
  /** Bits of the provider registry. */
  capabilities?: bigint;
  /** c: at least 2^c GiB of device memory. */
  memoryClass?: number;
}

/** A spec whose judge may be left to the policy. */
export type SpecToPost = Omit<JobSpec, "judge"> & Partial<Pick<JobSpec, "judge">>;

export interface PostJobArgs {
  /** Where it names no judge, the policy decides: the deployment's with a referee, none otherwise. */
  spec: SpecToPost;
  /** A fixed price, a ramp, bids or dollars; in the token's smallest unit. */
  price: bigint | RampPrice | BidPrice | DollarPrice;
  /** ASY when left out. */
  token?: Address | undefined;
  /** ASY that the provider locks; the token's minimum when left out. */
  bond?: bigint | undefined;
  /** Unix time of the last moment to claim; one hour from now when left out. */
  claimBy?: number | undefined;
  /** Seconds from claim to result; ten times the spec's refSeconds, ten minutes at least, when left out. */
  runTime?: number | undefined;
  /**
   * Seconds in which a result can be challenged. When left out: the market's minimum and, with a referee, the referee's
   * and one and a half times the spec's refSeconds, so that a challenger finds the time to run the job again.
   */
  window?: number | undefined;
  /**
   * Strategies that must accept (see `POLICY`). When left out: `POLICY.refereed` where the deployment has a referee, unless
   * the spec names another judge; else `POLICY.window`.
   */
  policy?: number | undefined;
  /** The only provider that may claim; anyone when left out. */
  provider?: Address | undefined;
  /** What the provider must have; nothing when left out. */
  demands?: Demands | undefined;
  /** Who pays; the wallet's account when left out. */
  requester?: Address | undefined;
  /**
   * Where the job sits: a lane's number, 0 to 65,535; the lowest free one when left out. An order needs a lane of its own,
   * since a posting in its lane ends it.
   */
  lane?: FreeLane | number | undefined;
}

/** A job that is ready to be posted, or signed as an order, and what it will be known as. */
export interface PreparedJob {
  id: JobId;
  terms: JobTerms;
  spec: JobSpec;
}

const CLAIM_SECONDS = 3600;
const LEAST_RUN_SECONDS = 600;

/**
 * Completes the terms of a job from the chain: fee, minimum bond, window, clock, free lane. For `signOrder`, and inside
 * `preparePostJob`. Sends nothing.
 * @throws AssayError SDK-001 for a field out of range, SDK-011, SDK-013
 */
export async function prepareTerms(context: AssayContext, args: PostJobArgs): Promise<PreparedJob> {
  const requester = accountOr(context, args.requester);
  const token = args.token ?? context.deployment.contracts.AssayToken.address;
  const policy = args.policy ?? defaultPolicy(context, args.spec.judge);
  const spec: JobSpec = { ...args.spec, judge: args.spec.judge ?? judgeFor(context, policy) };
  const market = { abi: jobMarketplaceAbi, address: marketAddress(context) } as const;
  const [[allowed, feeBps, minBond], [, minWindow], now, lane, disputable] = await Promise.all([
    read(context, { ...market, functionName: "tokenConfig", args: [token] }),
    read(context, { ...market, functionName: "config", args: [] }),
    chainTime(context),
    laneFor(context, requester, args.lane),
    args.window === undefined ? leastWindow(context, policy, spec) : 0,
  ]);
  if (!allowed) throw notAllowed(token);
  const terms: JobTerms = {
    requester,
    token,
    ...priceFields(args.price, now),
    bond: args.bond ?? minBond,
    claimBy: args.claimBy ?? now + CLAIM_SECONDS,
    runTime: args.runTime ?? Math.max(LEAST_RUN_SECONDS, spec.refSeconds * 10),
    feeBps,
    minReputation: args.demands?.minReputation ?? 0,
    provider: args.provider ?? zeroAddress,
    generation: lane.generation,
    lane: lane.lane,
    window: args.window ?? Math.max(minWindow, disputable),
    policy,
    version: TERMS_VERSION,
    specHash: specHash(spec),
    ...NO_DEMANDS,
    minStake: args.demands?.minStake ?? 0n,
    capabilities: args.demands?.capabilities ?? 0n,
    memoryClass: args.demands?.memoryClass ?? 0,
    ...ruleFields(args.price),
  };
  // read back, so that addresses are spelled as getJob will spell them
  return { id: jobId(terms), terms: unpackJobTerms(packJobTerms(terms)), spec: unpackJobSpec(packJobSpec(spec)) };
}

function defaultPolicy({ deployment }: AssayContext, judge: Address | undefined): number {
  const { RefereedDispute, OneStepJudge } = deployment.contracts;
  const fits = OneStepJudge !== undefined && (judge === undefined || isAddressEqual(judge, OneStepJudge.address));
  return RefereedDispute && fits ? POLICY.refereed : POLICY.window;
}

function judgeFor({ deployment }: AssayContext, policy: number): Address {
  return (policy & REFEREE_BIT) === 0 ? zeroAddress : requireContract(deployment, "OneStepJudge").address;
}

/** DSP-70: the shortest window in which the referee hears a challenge to such a job. */
async function leastWindow(context: AssayContext, policy: number, { refSeconds }: JobSpec): Promise<number> {
  const referee = context.deployment.contracts.RefereedDispute;
  if (!referee || (policy & REFEREE_BIT) === 0) return 0;
  const { address } = referee;
  const least = await read(context, { abi: refereedDisputeAbi, address, functionName: "MIN_WINDOW", args: [] });
  return Math.max(Number(least), Math.ceil(1.5 * refSeconds));
}

function priceFields(price: PostJobArgs["price"], now: number) {
  if (typeof price === "bigint") return { minPrice: price, maxPrice: price, rampStart: 0, rampLength: 0 };
  if ("dollars" in price) return { minPrice: price.dollars, maxPrice: price.max, rampStart: 0, rampLength: 0 };
  if ("until" in price) {
    return { minPrice: price.min ?? 1n, maxPrice: price.max, rampStart: price.until, rampLength: 0 };
  }
  return { minPrice: price.min, maxPrice: price.max, rampStart: price.start ?? now, rampLength: price.length };
}

function ruleFields(price: PostJobArgs["price"]) {
  if (typeof price === "bigint" || "length" in price) return {};
  if ("dollars" in price) return { rule: PRICE_RULE.dollars };
  const {
    price: priceWeight = 0,
    stake: stakeWeight = 0,
    reputation: reputationWeight = 0,
  } = price.weights ?? {
    price: 1,
  };
  return { rule: PRICE_RULE.bids, priceWeight, stakeWeight, reputationWeight };
}

async function laneFor(context: AssayContext, requester: Address, lane: PostJobArgs["lane"]): Promise<FreeLane> {
  if (lane === undefined) return findLane(context, requester);
  return typeof lane === "number" ? laneAt(context, requester, lane) : lane;
}

async function chainTime({ publicClient }: AssayContext): Promise<number> {
  try {
    return Number((await publicClient.getBlock()).timestamp);
  } catch (error) {
    throw decodeError(error);
  }
}

function notAllowed(token: Address): AssayError {
  return new AssayError("SDK-013", {
    message: "the token is not on the market's allow-list",
    found: token,
    wanted: "ASY or an allow-listed ERC-20",
    hint: "Choose another token, or propose this one to the protocol's governance",
  });
}

import { type Address, isAddressEqual, zeroAddress } from "viem";
import { jobMarketplaceAbi, stakingManagerAbi } from "../abis.ts";
import { describeCapabilities } from "../codec/capabilities.ts";
import { type JobId, type JobTerms, PRICE_RULE } from "../codec/types.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { AssayError } from "../errors.ts";
import type { Job } from "../events/job.ts";
import { read } from "../internal/read.ts";
import { simulateCall } from "../internal/send.ts";
import { decodeError } from "../revert/decodeError.ts";
import { prepareClaim } from "./claimJob.ts";
import { getJob } from "./getJob.ts";
import { getRecord } from "./getRecord.ts";
import { getReputation } from "./getReputation.ts";
import { getStake } from "./getStake.ts";

export interface ExplainEligibilityArgs {
  id: JobId;
  /** Whose stake would back the job; the wallet's account when left out. */
  provider?: Address;
  /** Which key would claim: the provider's own when left out. */
  operator?: Address;
}

/** Whether a provider can get a job now. ASY in its smallest unit, scores in 1/10,000. */
export interface EligibilityExplanation {
  /** How the job is got: by a claim, or by a bid. */
  by: "claim" | "bid";
  /** What the market says to the claim itself; for a bid, whether there is no obstacle. */
  eligible: boolean;
  /** Every obstacle, in words, each with what to do; empty where there is none. */
  reasons: string[];
  bond: bigint;
  /** What the provider can lock for it: own stake, as much again from delegators, without what is locked. */
  free: bigint;
  score: number;
  minScore: number;
}

const PAUSE_CLAIM = 2;
const BPS = 10_000n;

/**
 * Why a provider can or cannot get a job: all obstacles at once, where the contract names only the first.
 * @throws AssayError SDK-020 when there is no such job
 */
export async function explainEligibility(
  context: AssayContext,
  { id, ...args }: ExplainEligibilityArgs,
): Promise<EligibilityExplanation> {
  const provider = accountOr(context, args.provider);
  const operator = args.operator ?? provider;
  const job = await getJob(context, { id });
  const { terms } = job;
  const { bond, minReputation: minScore } = terms;
  const by = terms.rule === PRICE_RULE.bids ? "bid" : "claim";
  const [closed, backing, { score }, unable] = await Promise.all([
    jobObstacles(context, job, provider),
    stakeObstacles(context, { provider, operator, terms }),
    getReputation(context, { provider }),
    recordObstacles(context, terms, provider),
  ]);
  const reasons = [...closed, ...backing.reasons, ...unable];
  if (score < minScore) {
    reasons.push(`the job asks for a score of ${minScore}, the provider has ${score}: accepted results raise it`);
  }
  const told = { by, bond, free: backing.free, score, minScore } as const;
  if (by === "bid") return { ...told, eligible: reasons.length === 0, reasons };
  const refusal = await simulateCall(context, prepareClaim(context, { terms, provider }), operator).then(
    () => undefined,
    (error: unknown) => decodeError(error),
  );
  // an endpoint that does not answer says nothing about the provider
  if (refusal && !(refusal instanceof AssayError && refusal.revert)) throw refusal;
  if (refusal && reasons.length === 0) reasons.push(refusal.message);
  return { ...told, eligible: refusal === undefined, reasons };
}

async function jobObstacles(context: AssayContext, { status, terms }: Job, provider: Address): Promise<string[]> {
  const [[, , pauseBits], { timestamp }] = await Promise.all([
    read(context, {
      abi: jobMarketplaceAbi,
      address: context.deployment.contracts.JobMarketplace.address,
      functionName: "config",
      args: [],
    }),
    context.publicClient.getBlock().catch((error: unknown) => {
      throw decodeError(error);
    }),
  ]);
  const reasons: string[] = [];
  const bids = terms.rule === PRICE_RULE.bids;
  if (status !== "open") reasons.push(`the job is ${status}: only open jobs can be claimed, look for another`);
  if (pauseBits & PAUSE_CLAIM) reasons.push("claims are paused by the guardian: wait until it lifts the pause");
  if (status === "open" && timestamp > BigInt(terms.claimBy)) {
    reasons.push(`the time to claim ended at ${time(terms.claimBy)}: look for another job`);
  } else if (status === "open" && bids && timestamp > BigInt(terms.rampStart)) {
    reasons.push(
      `bidding ended at ${time(terms.rampStart)}: offer the requester a signed bid, which it may still award`,
    );
  }
  if (terms.provider !== zeroAddress && !isAddressEqual(terms.provider, provider)) {
    reasons.push(`the job is meant for ${terms.provider}: only its requester could post it for others too`);
  }
  return reasons;
}

/** What the provider's record lacks (JOB-18). */
async function recordObstacles(context: AssayContext, terms: JobTerms, provider: Address): Promise<string[]> {
  const { capabilities, memoryClass } = terms;
  if (capabilities === 0n && memoryClass === 0) return [];
  const record = await getRecord(context, { provider });
  const { capabilities: has, memoryClass: memory } = record?.counted ?? { capabilities: 0n, memoryClass: 0 };
  const missing = describeCapabilities(capabilities & ~has);
  const reasons: string[] = [];
  const remedy = record
    ? `its record ${record.sequence} holds until ${time(record.expiry)}: publish a newer one if its machines can`
    : "it has published no record: publish one with setRecord if its machines can";
  if (missing.length > 0) reasons.push(`the job asks for ${missing.join(", ")}, which the provider lacks; ${remedy}`);
  if (memory < memoryClass) {
    const claimed = memory === 0 ? "none" : `${2 ** memory} GiB`;
    reasons.push(
      `the job asks for ${2 ** memoryClass} GiB of device memory (class ${memoryClass}), the provider claims ${claimed}; ${remedy}`,
    );
  }
  return reasons;
}

async function stakeObstacles(
  context: AssayContext,
  { provider, operator, terms }: { provider: Address; operator: Address; terms: JobTerms },
): Promise<{ free: bigint; reasons: string[] }> {
  const { bond, minStake } = terms;
  const staking = { abi: stakingManagerAbi, address: context.deployment.contracts.StakingManager.address } as const;
  const [{ stake, locked, exposureBps }, capacity, allowed] = await Promise.all([
    getStake(context, { provider }),
    read(context, { ...staking, functionName: "capacityOf", args: [provider] }),
    read(context, { ...staking, functionName: "isOperator", args: [provider, operator] }),
  ]);
  const free = capacity > locked ? capacity - locked : 0n;
  const reasons: string[] = [];
  if (stake < minStake) {
    reasons.push(
      `the job asks for ${minStake} of own stake, the provider has ${stake}: stake ${minStake - stake} more of its own`,
    );
  }
  if (free < bond) {
    reasons.push(
      `the bond is ${bond}, the provider has ${free} free: stake ${bond - free} more, or wait for running jobs`,
    );
  }
  if (isAddressEqual(operator, provider)) return { free, reasons };
  if (!allowed) reasons.push(`${operator} is no operator of the provider: the owner allows it with setOperator`);
  const limit = (capacity * BigInt(exposureBps)) / BPS;
  if (locked + bond > limit && free >= bond) {
    reasons.push(
      `operators may keep ${limit} locked, with this job it would be ${locked + bond}: the owner raises it with ` +
        "setExposure, or claims with its own key",
    );
  }
  return { free, reasons };
}

function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

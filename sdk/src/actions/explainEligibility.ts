import { type Address, isAddressEqual, zeroAddress } from "viem";
import { jobMarketplaceAbi, stakingManagerAbi } from "../abis.ts";
import type { JobId } from "../codec/types.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { AssayError } from "../errors.ts";
import type { Job } from "../events/job.ts";
import { read } from "../internal/read.ts";
import { simulateCall } from "../internal/send.ts";
import { decodeError } from "../revert/decodeError.ts";
import { prepareClaim } from "./claimJob.ts";
import { getJob } from "./getJob.ts";
import { getReputation } from "./getReputation.ts";
import { getStake } from "./getStake.ts";

export interface ExplainEligibilityArgs {
  id: JobId;
  /** Whose stake would back the job; the wallet's account when left out. */
  provider?: Address;
  /** Which key would claim: the provider's own when left out. */
  operator?: Address;
}

/** Whether a provider can claim a job now. ASY in its smallest unit, scores in 1/10,000. */
export interface EligibilityExplanation {
  /** What the market says to the claim itself. */
  eligible: boolean;
  /** Every obstacle, in words; empty where there is none. */
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
 * Why a provider can or cannot claim a job: all obstacles at once, where the contract names only the first.
 * @throws AssayError SDK-020 when there is no such job
 */
export async function explainEligibility(
  context: AssayContext,
  { id, ...args }: ExplainEligibilityArgs,
): Promise<EligibilityExplanation> {
  const provider = accountOr(context, args.provider);
  const operator = args.operator ?? provider;
  const job = await getJob(context, { id });
  const { bond, minReputation: minScore } = job.terms;
  const [closed, backing, { score }] = await Promise.all([
    jobObstacles(context, job, provider),
    stakeObstacles(context, { provider, operator, bond }),
    getReputation(context, { provider }),
  ]);
  const reasons = [...closed, ...backing.reasons];
  if (score < minScore) {
    reasons.push(`the job asks for a score of ${minScore}, the provider has ${score}: accepted results raise it`);
  }
  const refusal = await simulateCall(context, prepareClaim(context, { terms: job.terms, provider }), operator).then(
    () => undefined,
    (error: unknown) => decodeError(error),
  );
  // an endpoint that does not answer says nothing about the provider
  if (refusal && !(refusal instanceof AssayError && refusal.revert)) throw refusal;
  if (refusal && reasons.length === 0) reasons.push(refusal.message);
  return { eligible: refusal === undefined, reasons, bond, free: backing.free, score, minScore };
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
  if (status !== "open") reasons.push(`the job is ${status}: only open jobs can be claimed`);
  if (pauseBits & PAUSE_CLAIM) reasons.push("claims are paused by the guardian");
  if (status === "open" && timestamp > BigInt(terms.claimBy)) {
    reasons.push(`the time to claim ended at ${new Date(terms.claimBy * 1000).toISOString()}`);
  }
  if (terms.provider !== zeroAddress && !isAddressEqual(terms.provider, provider)) {
    reasons.push(`the job is meant for ${terms.provider}`);
  }
  return reasons;
}

async function stakeObstacles(
  context: AssayContext,
  { provider, operator, bond }: { provider: Address; operator: Address; bond: bigint },
): Promise<{ free: bigint; reasons: string[] }> {
  const staking = { abi: stakingManagerAbi, address: context.deployment.contracts.StakingManager.address } as const;
  const [{ locked, exposureBps }, capacity, allowed] = await Promise.all([
    getStake(context, { provider }),
    read(context, { ...staking, functionName: "capacityOf", args: [provider] }),
    read(context, { ...staking, functionName: "isOperator", args: [provider, operator] }),
  ]);
  const free = capacity > locked ? capacity - locked : 0n;
  const reasons: string[] = [];
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

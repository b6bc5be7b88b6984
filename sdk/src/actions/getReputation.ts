import type { Address } from "viem";
import { reputationRegistryAbi } from "../abis.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { read } from "../internal/read.ts";

/** What a provider's record is worth now. */
export interface ReputationInfo {
  provider: Address;
  /** Good days and failures, decayed, in 1/1024. */
  good: bigint;
  bad: bigint;
  /** 0 to 10,000; 2,500 without a record. */
  score: number;
  /** For selection, in 1/10,000 of the root of ASY's smallest unit. */
  weight: bigint;
  /** 0 to 3. */
  tier: number;
  /** What the next tier asks for; null in the highest. */
  next: { capacity: bigint; score: number } | null;
}

const HIGHEST_TIER = 3;

/**
 * A provider's reputation and tier, and what the next tier asks for.
 * @param args.provider the wallet's account when left out
 * @throws AssayError
 */
export async function getReputation(context: AssayContext, args: { provider?: Address } = {}): Promise<ReputationInfo> {
  const provider = accountOr(context, args.provider);
  const { address } = context.deployment.contracts.ReputationRegistry;
  const registry = { abi: reputationRegistryAbi, address } as const;
  const [[good, bad], score, weight, tier] = await Promise.all([
    read(context, { ...registry, functionName: "recordOf", args: [provider] }),
    read(context, { ...registry, functionName: "scoreOf", args: [provider] }),
    read(context, { ...registry, functionName: "weightOf", args: [provider] }),
    read(context, { ...registry, functionName: "tierOf", args: [provider] }),
  ]);
  const next =
    tier < HIGHEST_TIER ? await read(context, { ...registry, functionName: "tier", args: [tier + 1n] }) : null;
  return { provider, good, bad, score: Number(score), weight, tier: Number(tier), next };
}

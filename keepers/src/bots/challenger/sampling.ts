import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "@assay/daemon-kit";
import { concat, type Hex, hexToBigInt, isHex, keccak256, size, slice, toHex } from "viem";
import type { ChallengerConfig } from "../../config.ts";

type Policy = Pick<ChallengerConfig, "check" | "rate" | "stakeUnit">;

/**
 * Whether the policy picks a result for a re-run. The draw depends on the seed and the commitment only: the same after a
 * restart, and unknown to whoever does not know the seed.
 * @param bond what the provider has locked, ASY's smallest unit
 */
export function isChosen(policy: Policy, seed: Hex, result: { commitment: Hex; bond: bigint }): boolean {
  if (policy.check === "all") return true;
  const draw = Number(hexToBigInt(slice(keccak256(concat([seed, result.commitment])), 0, 6))) / 2 ** 48;
  const weight = policy.check === "stake" ? Number(result.bond) / Math.max(1, Number(policy.stakeUnit)) : 1;
  return draw < policy.rate * weight;
}

/** The secret of the draws: given, or drawn once and kept in the data folder. */
export function samplingSeed(dataDir: string, given: string | undefined): Hex {
  if (given) return keccak256(toHex(given));
  const file = join(dataDir, "sampling.seed");
  try {
    const text = readFileSync(file, "utf8").trim();
    if (isHex(text) && size(text) === 32) return text;
  } catch {
    // the first start on this folder
  }
  const seed = toHex(randomBytes(32));
  writeDurably(file, new TextEncoder().encode(`${seed}\n`));
  return seed;
}

import { type Address, concat, type Hex, hexToBigInt, keccak256 } from "viem";

/** Turns in a round. Two providers have the same one for one job in eight. */
export const CLAIM_SLOTS = 8;

/** Which turn of each round a provider has for a job: keccak256(job, provider) mod 8. */
export function claimSlot(job: Hex, provider: Address): number {
  return Number(hexToBigInt(keccak256(concat([job, provider.toLowerCase() as Hex]))) % BigInt(CLAIM_SLOTS));
}

/**
 * When a provider may next send its claim: in the first half of its turn, so that a provider with the next turn already
 * sees the claim in its simulation. Rounds are aligned to the clock, so that nodes that got ready at the same moment
 * still do not send at the same moment.
 * @param spreadMs length of a round; 0 takes no turns
 * @returns Unix time in ms, `nowMs` itself when it is this provider's turn now
 */
export function nextClaimTime(job: Hex, provider: Address, nowMs: number, spreadMs: number): number {
  if (spreadMs === 0) return nowMs;
  const width = spreadMs / CLAIM_SLOTS;
  const phase = nowMs % spreadMs;
  const start = claimSlot(job, provider) * width;
  if (phase >= start && phase < start + width / 2) return nowMs;
  return Math.ceil(nowMs - phase + start + (phase < start ? 0 : spreadMs));
}

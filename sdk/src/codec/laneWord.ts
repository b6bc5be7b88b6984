import { type Address, concat, type Hex, keccak256, numberToHex, pad } from "viem";
import { undecodable } from "../internal/layout.ts";
import { packRunWord } from "./runWord.ts";
import { type JobStatus, jobStatuses, type RunWord } from "./types.ts";

/** Twin of the contracts' LaneWord library: the one word a job keeps in storage. */
export function openLaneWord(id: Hex): bigint {
  return fold(id, "open");
}

/** The bid that stands on a job, as the contract keeps it. */
export interface StandingBid {
  provider: Address;
  bidder: Address;
  /** see `quotedPrice` */
  quote: number;
  /** see `bidScore` */
  score: bigint;
}

/** Lane word of an open job on which a bid stands. */
export function biddingLaneWord(id: Hex, { provider, bidder, quote, score }: StandingBid): bigint {
  const words = [pad(provider, { size: 32 }), pad(bidder, { size: 32 }), toWord(quote), toWord(score)];
  return fold(keccak256(concat([id, keccak256(concat(words))])), "open");
}

/** Lane word of a claimed job. */
export function claimedLaneWord(id: Hex, run: RunWord, nonce: Hex, claimer: Address): bigint {
  return fold(keccak256(concat([id, runHex(run), nonce, pad(claimer, { size: 32 })])), "claimed");
}

/** Lane word of a submitted job. */
export function submittedLaneWord(id: Hex, run: RunWord, commitment: Hex): bigint {
  return fold(keccak256(concat([id, runHex(run), commitment])), "submitted");
}

/** Lane word of a job that has ended: its generation and its last status. */
export function endedLaneWord(generation: number, status: JobStatus): bigint {
  return (BigInt(generation) << 8n) | statusByte(status);
}

/**
 * The status in a lane word's low byte.
 * @throws AssayError SDK-002 when the byte is no status
 */
export function laneStatus(word: bigint): JobStatus {
  const status = jobStatuses[Number(word & 0xffn)];
  if (status === undefined)
    throw undecodable("lane word", `status byte ${word & 0xffn}`, `0 to ${jobStatuses.length - 1}`);
  return status;
}

/** Whether a status is terminal: the lane may be used again with a higher generation. */
export function isEnded(status: JobStatus): boolean {
  return statusByte(status) >= statusByte("finalized");
}

/** Whether a job of this generation may be posted over the lane's word. */
export function laneAccepts(word: bigint, generation: bigint | number): boolean {
  if (word === 0n) return BigInt(generation) !== 0n;
  return (word & 0xffn) >= statusByte("finalized") && BigInt(generation) > word >> 8n;
}

function statusByte(status: JobStatus): bigint {
  return BigInt(jobStatuses.indexOf(status));
}

function toWord(value: number | bigint): Hex {
  return numberToHex(value, { size: 32 });
}

function runHex(run: RunWord): Hex {
  return numberToHex(packRunWord(run), { size: 32 });
}

function fold(hash: Hex, status: JobStatus): bigint {
  return (BigInt(hash) & ~0xffn) | statusByte(status);
}

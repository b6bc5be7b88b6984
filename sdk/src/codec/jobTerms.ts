import { concat, type Hex, keccak256, numberToHex } from "viem";
import { type Field, packWord, requireBytes32, undecodable, unpackWord } from "../internal/layout.ts";
import type { JobId, JobTerms, TermsWords } from "./types.ts";

/** The layout version this package writes. */
export const TERMS_VERSION = 2;

const WORD_0 = [
  { name: "requester", bits: 160, kind: "address" },
  { name: "maxPrice", bits: 96, kind: "amount" },
] as const satisfies Field<keyof JobTerms>[];

const WORD_1 = [
  { name: "token", bits: 160, kind: "address" },
  { name: "minPrice", bits: 96, kind: "amount" },
] as const satisfies Field<keyof JobTerms>[];

const WORD_2 = [
  { name: "bond", bits: 96, kind: "amount" },
  { name: "rampStart", bits: 40, kind: "number" },
  { name: "rampLength", bits: 24, kind: "number" },
  { name: "claimBy", bits: 40, kind: "number" },
  { name: "runTime", bits: 24, kind: "number" },
  { name: "feeBps", bits: 16, kind: "number" },
  { name: "minReputation", bits: 16, kind: "number" },
] as const satisfies Field<keyof JobTerms>[];

const WORD_3 = [
  { name: "provider", bits: 160, kind: "address" },
  { name: "generation", bits: 32, kind: "number" },
  { name: "lane", bits: 16, kind: "number" },
  { name: "window", bits: 24, kind: "number" },
  { name: "policy", bits: 16, kind: "number" },
  { name: "version", bits: 8, kind: "number" },
] as const satisfies Field<keyof JobTerms>[];

const WORD_5 = [
  { name: "minStake", bits: 96, kind: "amount" },
  { name: "capabilities", bits: 64, kind: "amount" },
  { name: "memoryClass", bits: 8, kind: "number" },
  { name: "rule", bits: 8, kind: "number" },
  { name: "priceWeight", bits: 16, kind: "number" },
  { name: "stakeWeight", bits: 16, kind: "number" },
  { name: "reputationWeight", bits: 16, kind: "number" },
] as const satisfies Field<keyof JobTerms>[];

/**
 * Packs terms into their six words, the twin of the contracts' JobTerms library.
 * @throws AssayError SDK-001 naming the field that does not fit its bits
 */
export function packJobTerms(terms: JobTerms): TermsWords {
  requireBytes32("terms.specHash", terms.specHash);
  return [
    packWord("terms", WORD_0, terms),
    packWord("terms", WORD_1, terms),
    packWord("terms", WORD_2, terms),
    packWord("terms", WORD_3, terms),
    BigInt(terms.specHash),
    packWord("terms", WORD_5, terms),
  ];
}

/**
 * Reads terms from their six words.
 * @throws AssayError SDK-002 when there are not six words of 256 bits, or spare bits are set
 */
export function unpackJobTerms(words: readonly bigint[]): JobTerms {
  if (words.length !== 6) throw undecodable("terms", `${words.length} words`, "6 words");
  const [w0, w1, w2, w3, w4, w5] = words as [bigint, bigint, bigint, bigint, bigint, bigint];
  if (w4 < 0n || w4 >> 256n !== 0n) throw undecodable("terms.specHash", `${w4}`, "a word of 256 bits");
  return {
    ...unpackWord("terms", WORD_0, w0),
    ...unpackWord("terms", WORD_1, w1),
    ...unpackWord("terms", WORD_2, w2),
    ...unpackWord("terms", WORD_3, w3),
    specHash: numberToHex(w4, { size: 32 }),
    ...unpackWord("terms", WORD_5, w5),
  } as JobTerms;
}

/**
 * The job's id: keccak256 of its six words.
 * @throws AssayError SDK-001
 */
export function jobId(terms: JobTerms): JobId {
  return keccak256(concat(packJobTerms(terms).map((word) => numberToHex(word, { size: 32 })))) as JobId;
}

/**
 * Brands a string that came from outside as a job id.
 * @throws AssayError SDK-001 when it is not 32 bytes
 */
export function asJobId(id: string): JobId {
  requireBytes32("job id", id);
  return id.toLowerCase() as Hex as JobId;
}

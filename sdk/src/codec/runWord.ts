import { type Field, packWord, unpackWord } from "../internal/layout.ts";
import type { RunWord } from "./types.ts";

const WORD = [
  { name: "provider", bits: 160, kind: "address" },
  { name: "claimedAt", bits: 40, kind: "number" },
  { name: "span", bits: 24, kind: "number" },
  { name: "rescued", bits: 1, kind: "number" },
  { name: "quote", bits: 31, kind: "number" },
] as const satisfies Field<keyof RunWord>[];

/**
 * Packs a run, the twin of the contracts' RunWord library.
 * @throws AssayError SDK-001
 */
export function packRunWord(run: RunWord): bigint {
  return packWord("run", WORD, run);
}

/**
 * Reads a run from its word.
 * @throws AssayError SDK-002 when it is no word of 256 bits
 */
export function unpackRunWord(word: bigint): RunWord {
  return unpackWord("run", WORD, word) as unknown as RunWord;
}

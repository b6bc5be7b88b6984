import type { Hex } from "viem";
import { packJobTerms } from "../codec/jobTerms.ts";
import { packRunWord } from "../codec/runWord.ts";
import type { JobTerms, RunWord, TermsWords } from "../codec/types.ts";

/** A submitted job: what `getJob` returns while the status is `submitted`. */
export interface SettlementArgs {
  terms: JobTerms;
  run: RunWord;
  commitment: Hex;
}

/** The three arguments that the market takes for a submitted job. */
export function settlementWords({ terms, run, commitment }: SettlementArgs): [TermsWords, bigint, Hex] {
  return [packJobTerms(terms), packRunWord(run), commitment];
}

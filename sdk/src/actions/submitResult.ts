import { type Address, type Hex, isAddressEqual } from "viem";
import { resultCommitment } from "../codec/commitments.ts";
import { jobId, packJobTerms } from "../codec/jobTerms.ts";
import { packRunWord } from "../codec/runWord.ts";
import type { JobTerms, RunWord } from "../codec/types.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** A claimed job (as `getJob` returns it) and its result. */
export interface SubmitArgs {
  terms: JobTerms;
  run: RunWord;
  nonce: Hex;
  claimer: Address;
  /** DSP-12; zero if and only if the run has one segment */
  runRoot: Hex;
  /** DSP-05 at the last step, see `stateHash` */
  finalState: Hex;
  /** sha2-256 digest of the output's CID */
  outputDigest: Hex;
  /** Who submits: the claimer, or the provider itself; the wallet's account when left out. */
  sender?: Address | undefined;
}

/** The call that commits a result: a provider whose operator claimed the job names that operator. */
export function prepareSubmit(context: AssayContext, args: SubmitArgs): PreparedCall {
  const { nonce, claimer, runRoot, finalState, outputDigest } = args;
  const terms = packJobTerms(args.terms);
  const run = packRunWord(args.run);
  return isAddressEqual(accountOr(context, args.sender), claimer)
    ? marketCall(context, "submit", [terms, run, nonce, runRoot, finalState, outputDigest])
    : marketCall(context, "submitForClaimer", [terms, run, nonce, claimer, runRoot, finalState, outputDigest]);
}

/**
 * Commits the result of a claimed job.
 * @returns the commitment (DSP-13)
 * @throws AssayError of kind `stale` when the job is not this claim's any more or the time is over
 */
export const submitResult = sendingAction(prepareSubmit, (_context, _receipt, args: SubmitArgs) => {
  const { nonce, runRoot, finalState } = args;
  return { commitment: resultCommitment({ id: jobId(args.terms), nonce, runRoot, finalState }) };
});

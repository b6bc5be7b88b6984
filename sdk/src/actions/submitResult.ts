import type { Address, Hex } from "viem";
import { resultCommitment, stateHash } from "../codec/commitments.ts";
import { packJobSpec } from "../codec/jobSpec.ts";
import { jobId, packJobTerms } from "../codec/jobTerms.ts";
import { packRunWord } from "../codec/runWord.ts";
import type { JobSpec, JobTerms, RunWord } from "../codec/types.ts";
import type { AssayContext } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** A claimed job (as `getJob` returns it) and its result. */
export interface SubmitArgs {
  terms: JobTerms;
  spec: JobSpec;
  run: RunWord;
  nonce: Hex;
  claimer: Address;
  /** DSP-12; zero if and only if the run has one segment */
  runRoot: Hex;
  /** Roots of the final state's tensors, in order */
  finalRoots: readonly Hex[];
  /** sha2-256 digest of the output's CID */
  outputDigest: Hex;
}

/** The call that commits a result. */
export function prepareSubmit(context: AssayContext, args: SubmitArgs): PreparedCall {
  const { terms, spec, run, nonce, claimer, runRoot, finalRoots, outputDigest } = args;
  return marketCall(context, "submit", [
    packJobTerms(terms),
    packJobSpec(spec),
    packRunWord(run),
    nonce,
    claimer,
    runRoot,
    finalRoots,
    outputDigest,
  ]);
}

/**
 * Commits the result of a claimed job.
 * @returns the commitment (DSP-13) and the final state's hash
 * @throws AssayError of kind `stale` when the job is not this claim's any more or the time is over
 */
export const submitResult = sendingAction(prepareSubmit, (_context, _receipt, args: SubmitArgs) => {
  const finalState = stateHash(args.spec.steps, args.finalRoots);
  const { nonce, runRoot } = args;
  return { finalState, commitment: resultCommitment({ id: jobId(args.terms), nonce, runRoot, finalState }) };
});

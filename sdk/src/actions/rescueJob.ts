import type { Address, Hex } from "viem";
import { packJobTerms } from "../codec/jobTerms.ts";
import { packRunWord } from "../codec/runWord.ts";
import type { JobTerms, RunWord } from "../codec/types.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";
import { claimOutcome } from "./claimJob.ts";

/** A claimed job whose provider is late, as `getJob` returns it. */
export interface RescueArgs {
  terms: JobTerms;
  run: RunWord;
  nonce: Hex;
  claimer: Address;
  /** Who takes over; the wallet's account when left out. */
  provider?: Address | undefined;
}

/** The call that takes over a late job. */
export function prepareRescue(context: AssayContext, args: RescueArgs): PreparedCall {
  const { terms, run, nonce, claimer, provider } = args;
  const words = [packJobTerms(terms), packRunWord(run), nonce, claimer] as const;
  return marketCall(context, "rescue", [...words, accountOr(context, provider)]);
}

/**
 * Takes over a job whose provider did not deliver in time, for a part of that provider's bond.
 * @returns what `claimJob` returns
 * @throws AssayError `Market_TooEarly`, `Market_NotRescuable`, kind `stale` when it was expired or taken over
 */
export const rescueJob = sendingAction(prepareRescue, (context, receipt) => claimOutcome(context, receipt));

import type { Address, Hex } from "viem";
import { packJobSpec } from "../codec/jobSpec.ts";
import { packJobTerms } from "../codec/jobTerms.ts";
import type { JobSpec, JobTerms } from "../codec/types.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";
import { claimOutcome } from "./claimJob.ts";

/** A job that its requester signed (`signOrder`). */
export interface ClaimOrderArgs {
  terms: JobTerms;
  spec: JobSpec;
  signature: Hex;
  /** Whose stake is locked and who is paid; the wallet's account when left out. */
  provider?: Address | undefined;
}

/** The call that posts and claims a signed job in one step. */
export function prepareClaimOrder(context: AssayContext, args: ClaimOrderArgs): PreparedCall {
  const words = [packJobTerms(args.terms), packJobSpec(args.spec)] as const;
  return marketCall(context, "claimOrder", [...words, accountOr(context, args.provider), args.signature]);
}

/**
 * Posts and claims a job that its requester only signed.
 * @returns what `claimJob` returns
 * @throws AssayError `Market_BadSignature`, `Market_LaneBusy` (used or taken back), `Market_InsufficientBalance`
 */
export const claimOrder = sendingAction(prepareClaimOrder, (context, receipt) => claimOutcome(context, receipt));

import type { Hex } from "viem";
import { type DisputeRecord, disputeRecord } from "../codec/game.ts";
import { packRunWord } from "../codec/runWord.ts";
import type { AssayContext } from "../context.ts";
import type { SubmittedJob } from "../events/job.ts";
import { disputeCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface ChallengeArgs {
  /** What `getJob` returns while the status is `submitted`. */
  job: Pick<SubmittedJob, "terms" | "spec" | "nonce" | "runRoot" | "finalState" | "run">;
  /** Whether the challenger agrees with the run root and disputes the final state; true for a run of one segment. */
  last: boolean;
}

/**
 * The call that opens the sender's game against a result. The bond comes from the sender's credit, then its allowance.
 * @throws AssayError SDK-007
 */
export function prepareChallenge(context: AssayContext, { job, last }: ChallengeArgs): PreparedCall {
  const record: DisputeRecord = disputeRecord(job);
  return disputeCall(context, "challenge", [record, packRunWord(job.run), last]);
}

/**
 * Opens a game against a submitted result.
 * @returns the disputed commitment and the bond that was taken, ASY in its smallest unit
 * @throws AssayError SDK-007, SDK-030 (`Dispute_WindowClosed`, `Dispute_GameExists`, `Dispute_NotInPolicy` and others)
 */
export const challengeResult = sendingAction(
  prepareChallenge,
  (context, receipt): { commitment: Hex; bond: bigint } => {
    const { commitment, bond } = outcomeOf(context, receipt, "RefereedDispute", "Challenged").args;
    return { commitment, bond };
  },
);

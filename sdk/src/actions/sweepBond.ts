import { type DisputeRecord, disputeRecord, type Game } from "../codec/game.ts";
import type { AssayContext } from "../context.ts";
import type { SubmittedJob } from "../events/job.ts";
import { disputeCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface SweepBondArgs {
  game: Game;
  /** The job whose result the game disputes. */
  job: Pick<SubmittedJob, "terms" | "spec" | "nonce" | "runRoot" | "finalState">;
}

/** The call that settles a bond lost by time. @throws AssayError SDK-007 */
export function prepareSweepBond(context: AssayContext, { game, job }: SweepBondArgs): PreparedCall {
  const record: DisputeRecord = disputeRecord(job);
  return disputeCall(context, "sweep", [game, record]);
}

/**
 * Settles the bond that a challenger lost by time, once the job has ended (DSP-84). Anyone may.
 * @throws AssayError SDK-007, SDK-030 (`Dispute_NotSettled`, `Dispute_StaleGame`)
 */
export const sweepBond = sendingAction(prepareSweepBond);

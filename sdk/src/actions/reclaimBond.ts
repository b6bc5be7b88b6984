import { type DisputeRecord, disputeRecord, type Game } from "../codec/game.ts";
import type { AssayContext } from "../context.ts";
import type { SubmittedJob } from "../events/job.ts";
import { disputeCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface ReclaimBondArgs {
  game: Game;
  /** The job whose result the game disputes. */
  job: Pick<SubmittedJob, "terms" | "spec" | "nonce" | "runRoot" | "finalState">;
}

/** The call that returns a bond to the challenger's credit. @throws AssayError SDK-007 */
export function prepareReclaimBond(context: AssayContext, { game, job }: ReclaimBondArgs): PreparedCall {
  const record: DisputeRecord = disputeRecord(job);
  return disputeCall(context, "reclaim", [game, record]);
}

/**
 * Returns the bond of a live game to its challenger's credit, once the result is rejected or its job has ended. Anyone may.
 * @throws AssayError SDK-007, SDK-030 (`Dispute_NotSettled`, `Dispute_StaleGame`)
 */
export const reclaimBond = sendingAction(prepareReclaimBond);

import type { AssayContext } from "../context.ts";
import { type VoteSide, voteSides } from "../governance/voteSides.ts";
import { governorCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface CastVoteArgs {
  proposalId: bigint;
  side: VoteSide;
  /** Kept in the VoteCast event for everybody to read. */
  reason?: string;
  /** Vote with one's own tokens only, instead of whoever represents them. */
  override?: boolean;
}

/** The call that votes. @throws AssayError SDK-007 where the deployment has no governor */
export function prepareCastVote(context: AssayContext, args: CastVoteArgs): PreparedCall {
  const functionName = args.override ? "castOverrideVote" : "castVoteWithReason";
  return governorCall(context, functionName, [args.proposalId, voteSides[args.side], args.reason ?? ""]);
}

/**
 * Votes on a proposal, with a reason if one is given; with `override`, by the sender's own liquid and staked tokens.
 * @throws AssayError SDK-030 (`GovernorUnexpectedProposalState`, `GovernorAlreadyCastVote`, `Governor_NothingToOverride`)
 */
export const castVote = sendingAction(prepareCastVote);

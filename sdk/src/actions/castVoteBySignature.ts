import type { AssayContext } from "../context.ts";
import type { SignedBallot } from "../eip712/ballot.ts";
import { voteSides } from "../governance/voteSides.ts";
import { governorCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that casts somebody's signed vote. */
export function prepareCastVoteBySignature(context: AssayContext, ballot: SignedBallot): PreparedCall {
  const { proposalId, side, voter, signature } = ballot;
  return governorCall(context, "castVoteBySig", [proposalId, voteSides[side], voter, signature]);
}

/**
 * Casts a vote that `signBallot` made, at the sender's cost.
 * @throws AssayError SDK-030 (`GovernorInvalidSignature` when it was used, altered or signed for another proposal)
 */
export const castVoteBySignature = sendingAction(prepareCastVoteBySignature);

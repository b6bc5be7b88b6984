import type { AssayContext } from "../context.ts";
import { type ProposalContent, proposalArgs } from "../governance/proposal.ts";
import { governorCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that cancels a proposal. */
export function prepareCancelProposal(context: AssayContext, proposal: ProposalContent): PreparedCall {
  return governorCall(context, "cancel", proposalArgs(proposal));
}

/**
 * Cancels a proposal: its proposal guardian, or its proposer while it is pending and there is no guardian.
 * @param args what `getProposal` returns
 * @throws AssayError SDK-030 (`GovernorUnableToCancel`, `Governor_GuardianReplacement`)
 */
export const cancelProposal = sendingAction(prepareCancelProposal);

import type { AssayContext } from "../context.ts";
import { type ProposalContent, proposalArgs } from "../governance/proposal.ts";
import { governorCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that hands a proposal that passed to the timelock. Anyone may send it. */
export function prepareQueueProposal(context: AssayContext, proposal: ProposalContent): PreparedCall {
  return governorCall(context, "queue", proposalArgs(proposal));
}

/**
 * Hands a proposal that passed to the timelock, where it waits. Anyone may do it.
 * @param args what `getProposal` returns
 * @throws AssayError SDK-030 (`GovernorUnexpectedProposalState`)
 */
export const queueProposal = sendingAction(prepareQueueProposal);

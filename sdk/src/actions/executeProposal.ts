import type { AssayContext } from "../context.ts";
import { type ProposalContent, proposalArgs } from "../governance/proposal.ts";
import { governorCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that carries out a queued proposal. Anyone may send it. */
export function prepareExecuteProposal(context: AssayContext, proposal: ProposalContent): PreparedCall {
  return governorCall(context, "execute", proposalArgs(proposal));
}

/**
 * Carries out a queued proposal once the timelock's delay is over. Anyone may do it.
 * @param args what `getProposal` returns
 * @throws AssayError SDK-030 (`TimelockUnexpectedOperationState` while it waits, or the reason of the call that failed)
 */
export const executeProposal = sendingAction(prepareExecuteProposal);

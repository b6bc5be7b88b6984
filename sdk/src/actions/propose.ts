import type { AssayContext } from "../context.ts";
import type { ProposalContent } from "../governance/proposal.ts";
import { governorCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that puts calls to the vote. @throws AssayError SDK-007 where the deployment has no governor */
export function preparePropose(context: AssayContext, { calls, description }: ProposalContent): PreparedCall {
  return governorCall(context, "propose", [
    calls.map(({ target }) => target),
    calls.map(({ value }) => value),
    calls.map(({ data }) => data),
    description,
  ]);
}

/**
 * Puts calls to the vote (`protocolCall` makes them). A description that ends with `#proposer=0x...` lets only that
 * account propose it.
 * @returns the proposal's id
 * @throws AssayError SDK-030 (`GovernorInsufficientProposerVotes`, `GovernorUnexpectedProposalState` when it exists already)
 */
export const propose = sendingAction(preparePropose, (context, receipt) => {
  const { proposalId } = outcomeOf(context, receipt, "AssayGovernor", "ProposalCreated").args;
  return { proposalId };
});

import type { AssayContext } from "../context.ts";
import { AssayError } from "../errors.ts";
import type { Proposal } from "../governance/proposal.ts";
import { readProposal } from "../internal/proposals.ts";
import { getEvents } from "./getEvents.ts";

/**
 * One proposal: its calls in words, its state, its votes.
 * @throws AssayError SDK-007 where the deployment has no governor, SDK-025 when there is no such proposal
 */
export async function getProposal(context: AssayContext, { id }: { id: bigint }): Promise<Proposal> {
  const events = await getEvents(context, { contract: "AssayGovernor", eventName: "ProposalCreated" });
  const event = events.find(({ args }) => args.proposalId === id);
  if (event) return readProposal(context, event);
  throw new AssayError("SDK-025", {
    message: `the governor knows no proposal ${id}`,
    found: `${events.length} other proposals`,
    wanted: "the id that proposing returned",
    hint: "List the proposals, or check that the deployment file belongs to this chain",
  });
}

import type { Address } from "viem";
import { isAddressEqual } from "viem";
import type { AssayContext } from "../context.ts";
import type { Proposal, ProposalState } from "../governance/proposal.ts";
import { readProposal } from "../internal/proposals.ts";
import { mapBatched } from "../internal/read.ts";
import { getEvents } from "./getEvents.ts";

export interface ListProposalsArgs {
  /** Only those in one of these states. */
  states?: readonly ProposalState[];
  proposer?: Address;
  /** The governor's first block when left out. */
  fromBlock?: bigint;
  /** The newest so many; all when left out. Counted before `states` filters. */
  limit?: number;
}

/**
 * The proposals, newest first.
 * @throws AssayError SDK-007 where the deployment has no governor, SDK-042 when the endpoint gives no logs
 */
export async function listProposals(context: AssayContext, args: ListProposalsArgs = {}): Promise<Proposal[]> {
  const { states, proposer, fromBlock, limit } = args;
  const events = await getEvents(context, { contract: "AssayGovernor", eventName: "ProposalCreated", fromBlock });
  const wanted = events
    .filter((event) => proposer === undefined || isAddressEqual(event.args.proposer, proposer))
    .reverse()
    .slice(0, limit);
  const proposals = await mapBatched(wanted, (event) => readProposal(context, event));
  return proposals.filter(({ state }) => states === undefined || states.includes(state));
}

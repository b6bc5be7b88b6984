import type { AssayContext } from "../context.ts";
import { requireContract } from "../deployment.ts";
import type { AssayEvent } from "../events/parse.ts";
import { decodeCall } from "../governance/calls.ts";
import { contractAbis } from "../governance/contractAbis.ts";
import { type Proposal, proposalStates } from "../governance/proposal.ts";
import { read } from "./read.ts";

/** The governor's address and ABI. @throws AssayError SDK-007 */
export function governorOf({ deployment }: AssayContext) {
  return { address: requireContract(deployment, "AssayGovernor").address, abi: contractAbis.AssayGovernor } as const;
}

/** A proposal's content from its event, its state from the governor. */
export async function readProposal(
  context: AssayContext,
  { args, blockNumber }: AssayEvent<"AssayGovernor", "ProposalCreated">,
): Promise<Proposal> {
  const { proposalId: id, proposer, targets, values, calldatas, description } = args;
  const governor = governorOf(context);
  const [number, snapshot, deadline, eta, [against, support, abstain]] = await Promise.all([
    read(context, { ...governor, functionName: "state", args: [id] }),
    read(context, { ...governor, functionName: "proposalSnapshot", args: [id] }),
    read(context, { ...governor, functionName: "proposalDeadline", args: [id] }),
    read(context, { ...governor, functionName: "proposalEta", args: [id] }),
    read(context, { ...governor, functionName: "proposalVotes", args: [id] }),
  ]);
  const state = proposalStates[number]!;
  const quorum =
    state === "pending" ? null : await read(context, { ...governor, functionName: "quorum", args: [snapshot] });
  const calls = targets.map((target, index) =>
    decodeCall(context.deployment, { target, value: values[index]!, data: calldatas[index]! }),
  );
  return {
    id,
    proposer,
    description,
    calls,
    state,
    snapshot: Number(snapshot),
    deadline: Number(deadline),
    eta: eta === 0n ? null : Number(eta),
    votes: { against, for: support, abstain },
    quorum,
    blockNumber,
  };
}

import type { Address } from "viem";
import { type AssayContext, accountOr } from "../context.ts";
import { type ProposalState, proposalStates } from "../governance/proposal.ts";
import { governorOf } from "../internal/proposals.ts";
import { read } from "../internal/read.ts";

export interface VoteExplanation {
  state: ProposalState;
  /** Votes that the account may cast for itself and for those who chose it, smallest unit of ASY. */
  votes: bigint;
  canVote: boolean;
  /** Why not, in words; empty where it can. */
  reasons: string[];
}

/**
 * Whether an account can vote on a proposal, and if not, why.
 * @param args.account the wallet's when left out
 * @throws AssayError SDK-007 where the deployment has no governor, SDK-030 where there is no such proposal
 */
export async function explainVote(
  context: AssayContext,
  { proposalId, account }: { proposalId: bigint; account?: Address },
): Promise<VoteExplanation> {
  const voter = accountOr(context, account);
  const governor = governorOf(context);
  const number = await read(context, { ...governor, functionName: "state", args: [proposalId] });
  const state = proposalStates[number]!;
  const snapshot = await read(context, { ...governor, functionName: "proposalSnapshot", args: [proposalId] });
  if (state === "pending") {
    const opens = new Date(Number(snapshot) * 1000).toISOString();
    return { state, votes: 0n, canVote: false, reasons: [`voting opens after ${opens}; votes are fixed then`] };
  }
  const [votes, voted] = await Promise.all([
    read(context, { ...governor, functionName: "getVotes", args: [voter, snapshot] }),
    read(context, { ...governor, functionName: "hasVoted", args: [proposalId, voter] }),
  ]);
  const reasons: string[] = [];
  if (state !== "active") reasons.push(`voting is over: the proposal is ${state}`);
  if (voted) reasons.push("the account has voted already");
  if (votes === 0n) {
    reasons.push(
      "the account had no votes at the snapshot: tokens vote only once they are delegated, to oneself too; " +
        "one's own tokens can still be cast as an override",
    );
  }
  return { state, votes, canVote: reasons.length === 0, reasons };
}

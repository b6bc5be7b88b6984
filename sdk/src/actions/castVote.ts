import { encodeFunctionData } from "viem";
import { assayGovernorAbi } from "../abis.ts";
import type { AssayContext } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** Sides of a vote, as the governor numbers them. */
export const voteSides = { against: 0, for: 1, abstain: 2 } as const;

export interface CastVoteArgs {
  proposalId: bigint;
  side: keyof typeof voteSides;
  /** Kept in the VoteCast event for everybody to read. */
  reason?: string;
  /** Vote with one's own tokens only, instead of whoever represents them. */
  override?: boolean;
}

/** The call that votes. @throws AssayError SDK-007 where the deployment has no governor */
export function prepareCastVote({ deployment }: AssayContext, args: CastVoteArgs): PreparedCall {
  const functionName = args.override ? "castOverrideVote" : "castVoteWithReason";
  const { address } = requireContract(deployment, "AssayGovernor");
  const values = [args.proposalId, voteSides[args.side], args.reason ?? ""] as const;
  const data = encodeFunctionData({ abi: assayGovernorAbi, functionName, args: values });
  return { label: `AssayGovernor.${functionName}`, to: address, data, value: 0n };
}

/**
 * Votes on a proposal, with a reason if one is given; with `override`, by the sender's own liquid and staked tokens.
 * @throws AssayError SDK-030 (`GovernorUnexpectedProposalState`, `GovernorAlreadyCastVote`, `Governor_NothingToOverride`)
 */
export const castVote = sendingAction(prepareCastVote);

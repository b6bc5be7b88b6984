import type { Address } from "viem";
import type { AssayContext } from "../context.ts";
import { type VoteSide, voteSides } from "../governance/voteSides.ts";
import { getEvents } from "./getEvents.ts";

/** One vote that was cast. */
export interface CastVote {
  proposalId: bigint;
  voter: Address;
  side: VoteSide;
  /** Smallest unit of ASY. */
  weight: bigint;
  reason: string;
  /** Whether the voter cast its own tokens in place of whoever represents them. */
  override: boolean;
  blockNumber: bigint;
}

/**
 * Votes with their reasons, newest first.
 * @param args.proposalId only those on this proposal
 * @param args.voter only those of this account
 * @throws AssayError SDK-007 where the deployment has no governor, SDK-042 when the endpoint gives no logs
 */
export async function listVotes(
  context: AssayContext,
  args: { proposalId?: bigint; voter?: Address } = {},
): Promise<CastVote[]> {
  const { proposalId, voter } = args;
  const contract = "AssayGovernor";
  const by = voter === undefined ? {} : { args: { voter } };
  const [cast, overrides] = await Promise.all([
    getEvents(context, { contract, eventName: "VoteCast", ...by }),
    getEvents(context, { contract, eventName: "OverrideVoteCast", ...by }),
  ]);
  const sides = Object.keys(voteSides) as VoteSide[];
  return [...cast, ...overrides]
    .filter((event) => proposalId === undefined || event.args.proposalId === proposalId)
    .sort((a, b) => Number(b.blockNumber - a.blockNumber) || b.logIndex - a.logIndex)
    .map(({ args: vote, eventName, blockNumber }) => ({
      proposalId: vote.proposalId,
      voter: vote.voter,
      side: sides.find((side) => voteSides[side] === vote.support) ?? "abstain",
      weight: vote.weight,
      reason: vote.reason,
      override: eventName === "OverrideVoteCast",
      blockNumber,
    }));
}

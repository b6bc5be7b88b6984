import { type Address, isAddressEqual, zeroAddress } from "viem";
import { assayTokenAbi, stakingManagerAbi } from "../abis.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { type ProposalState, proposalStates } from "../governance/proposal.ts";
import { governorOf } from "../internal/proposals.ts";
import { read } from "../internal/read.ts";

export interface VoteExplanation {
  state: ProposalState;
  /** Votes that the account may cast for itself and for those who chose it, smallest unit of ASY. */
  votes: bigint;
  canVote: boolean;
  /** The account's own tokens at the snapshot, liquid and staked, whoever represents them. */
  own: bigint;
  /** Whether it can cast those itself, as an override (`castVote` with `override`). */
  canOverride: boolean;
  /** Why it cannot vote, in words, each with what to do; empty where it can. */
  reasons: string[];
}

/** What can still be done with a proposal that takes no votes. */
const AFTERWARDS: Readonly<Partial<Record<ProposalState, string>>> = {
  canceled: "its guardian stopped it, it can be proposed again with another description",
  defeated: "it can be proposed again with another description",
  succeeded: "anyone can queue it now",
  queued: "it waits in the timelock; who disagrees can leave before it is executed",
  expired: "it can be proposed again with another description",
  executed: "only another proposal changes it again",
};

/**
 * Whether an account can vote on a proposal, and if not, why and what to do about it.
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
    const reason = `voting opens after ${opens}; votes are fixed then: delegate or stake before, vote after`;
    return { state, votes: 0n, own: 0n, canVote: false, canOverride: false, reasons: [reason] };
  }
  const [votes, voted, overridden, sources] = await Promise.all([
    read(context, { ...governor, functionName: "getVotes", args: [voter, snapshot] }),
    read(context, { ...governor, functionName: "hasVoted", args: [proposalId, voter] }),
    read(context, { ...governor, functionName: "hasVotedOverride", args: [proposalId, voter] }),
    ownAt(context, voter, snapshot),
  ]);
  const own = sources.reduce((sum, { balance }) => sum + balance, 0n);
  const active = state === "active";
  const canOverride = active && !overridden && own > 0n;
  const reasons: string[] = [];
  if (!active) reasons.push(`voting is over: the proposal is ${state}; ${AFTERWARDS[state] ?? "look at it again"}`);
  if (voted) {
    reasons.push("the account has voted already, and a vote cannot be changed; those who chose it can override it");
  }
  if (votes === 0n) reasons.push(...withoutVotes(voter, sources, { overridden, active }));
  return { state, votes, own, canVote: reasons.length === 0, canOverride, reasons };
}

interface Source {
  name: string;
  /** At the snapshot. */
  balance: bigint;
  delegate: Address;
  /** Now. */
  current: bigint;
}

/** The account's own tokens at the snapshot and who represented them, by source. */
async function ownAt(context: AssayContext, voter: Address, snapshot: bigint): Promise<Source[]> {
  const { AssayToken, StakingManager } = context.deployment.contracts;
  const asy = { address: AssayToken.address, abi: assayTokenAbi } as const;
  const staking = { address: StakingManager.address, abi: stakingManagerAbi } as const;
  const [liquid, represents, holds, staked, stakedBy, stakes] = await Promise.all([
    read(context, { ...asy, functionName: "getPastBalanceOf", args: [voter, snapshot] }),
    read(context, { ...asy, functionName: "getPastDelegate", args: [voter, snapshot] }),
    read(context, { ...asy, functionName: "balanceOf", args: [voter] }),
    read(context, { ...staking, functionName: "getPastBalanceOf", args: [voter, snapshot] }),
    read(context, { ...staking, functionName: "getPastDelegate", args: [voter, snapshot] }),
    read(context, { ...staking, functionName: "votingUnitsOf", args: [voter] }),
  ]);
  return [
    { name: "liquid", balance: liquid, delegate: represents, current: holds },
    { name: "staked", balance: staked, delegate: stakedBy, current: stakes },
  ];
}

function withoutVotes(voter: Address, sources: Source[], { overridden, active }: Record<string, boolean>): string[] {
  const owned = sources.filter(({ balance }) => balance > 0n);
  if (owned.length === 0) {
    const later = sources.some(({ current }) => current > 0n);
    return [
      later
        ? "the account had no votes at the snapshot: what came later counts for later proposals, once it is delegated"
        : "the account had no votes at the snapshot: hold or stake ASY, and delegate it to yourself, before the next one",
    ];
  }
  return owned.map(({ name, balance, delegate }) => {
    const why = isAddressEqual(delegate, zeroAddress)
      ? `its ${balance} of ${name} ASY were delegated to nobody`
      : isAddressEqual(delegate, voter)
        ? `its ${balance} of ${name} ASY were its own, but came in the snapshot's own second`
        : `its ${balance} of ${name} ASY are cast by ${delegate}`;
    if (overridden) return `the account had no votes at the snapshot: ${why}; it has cast them as an override already`;
    const now = active ? "cast them now as an override, and " : "";
    return `the account had no votes at the snapshot: ${why}; ${now}delegate to yourself for later proposals`;
  });
}

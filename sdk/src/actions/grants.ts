import type { Address, Hex } from "viem";
import type { AssayContext } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { provideAllowance } from "../internal/allowance.ts";
import { grantsCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, type Sent, sendCall, sendingAction } from "../internal/send.ts";
import { getRound } from "./getRound.ts";

export interface ProposeProjectArgs {
  round: bigint;
  /** Who is paid. */
  beneficiary: Address;
  /** The most it is paid, in the round's token. */
  asked: bigint;
  /** Hash of what the project is, as its authors publish it. */
  description: Hex;
}

export interface ProjectArgs {
  round: bigint;
  project: bigint;
}

export interface VoteGrantArgs extends ProjectArgs {
  /** Part of the voter's voice, smallest unit of ASY; what was spent is not taken back. */
  credits: bigint;
}

/** The call that puts up a project, the bond being allowed already. @throws AssayError SDK-007 */
export function prepareProposeProject(context: AssayContext, args: ProposeProjectArgs): PreparedCall {
  return grantsCall(context, "proposeProject", [args.round, args.beneficiary, args.asked, args.description]);
}

/** The call that spends credits on a project. @throws AssayError SDK-007 */
export function prepareVoteGrant(context: AssayContext, args: VoteGrantArgs): PreparedCall {
  return grantsCall(context, "voteGrant", [args.round, args.project, args.credits]);
}

/** The call that pays a project. @throws AssayError SDK-007 */
export function prepareSettleProject(context: AssayContext, { round, project }: ProjectArgs): PreparedCall {
  return grantsCall(context, "settleProject", [round, project]);
}

/** The call that gives the treasury what a round left. @throws AssayError SDK-007 */
export function prepareSweepRound(context: AssayContext, { round }: { round: bigint }): PreparedCall {
  return grantsCall(context, "sweepRound", [round]);
}

/**
 * Puts a project up for a round and pays its bond, approving it first where that is needed.
 * @returns the project's number in its round
 * @throws AssayError SDK-007, SDK-012 when the wallet lacks the bond, SDK-030 (`Grants_OutOfTime` once votes are cast)
 */
export async function proposeProject(
  context: AssayContext,
  args: ProposeProjectArgs,
): Promise<Sent & { project: bigint }> {
  const { bond } = await getRound(context, { round: args.round });
  const token = context.deployment.contracts.AssayToken.address;
  const spender = requireContract(context.deployment, "QuadraticGrants").address;
  await provideAllowance(context, { token, spender, amount: bond, method: "approve" });
  const sent = await sendCall(context, prepareProposeProject(context, args));
  const { project } = outcomeOf(context, sent.receipt, "QuadraticGrants", "ProjectProposed").args;
  return { ...sent, project };
}

/**
 * Spends a part of the wallet's voice on a project: votes are the root of what was spent on it (GRT-03).
 * @returns the votes that this adds
 * @throws AssayError SDK-007, SDK-030 (`Grants_VoiceTooSmall`, `Grants_OutOfTime`, `Grants_Struck`)
 */
export const voteGrant = sendingAction(prepareVoteGrant, (context, receipt) => {
  const { votes } = outcomeOf(context, receipt, "QuadraticGrants", "GrantVoted").args;
  return { votes };
});

/**
 * Pays a project its share and returns its bond, or takes the bond of one that few voted for. Anyone may.
 * @returns amount in the round's token, and whether the proposer got the bond back
 * @throws AssayError SDK-007, SDK-030 (`Grants_OutOfTime`, `Grants_Settled`)
 */
export const settleProject = sendingAction(prepareSettleProject, (context, receipt) => {
  const { amount, bondReturned } = outcomeOf(context, receipt, "QuadraticGrants", "ProjectSettled").args;
  return { amount, bondReturned };
});

/** Gives the treasury what nobody claimed of a round. Anyone may. @throws AssayError SDK-007, SDK-030 (`Grants_Swept`) */
export const sweepRound = sendingAction(prepareSweepRound, (context, receipt) => {
  const { amount } = outcomeOf(context, receipt, "QuadraticGrants", "RoundSwept").args;
  return { amount };
});

import type { Address, Hex } from "viem";
import { type AssayContext, requireWallet } from "../context.ts";
import { voteSides } from "../governance/voteSides.ts";
import { governorOf } from "../internal/proposals.ts";
import { read } from "../internal/read.ts";
import { decodeError } from "../revert/decodeError.ts";
import { readDomain, type SigningDomain } from "./domain.ts";

/** The governor's typed struct for a vote that somebody else sends. */
export const ballotTypes = {
  Ballot: [
    { name: "proposalId", type: "uint256" },
    { name: "support", type: "uint8" },
    { name: "voter", type: "address" },
    { name: "nonce", type: "uint256" },
  ],
} as const;

export interface BallotMessage {
  proposalId: bigint;
  support: number;
  voter: Address;
  nonce: bigint;
}

/** A signed vote: anyone may send it, once. */
export interface SignedBallot {
  proposalId: bigint;
  side: keyof typeof voteSides;
  voter: Address;
  signature: Hex;
}

/** What a wallet is asked to sign for a vote. */
export function ballotTypedData(domain: SigningDomain, message: BallotMessage) {
  return { domain, types: ballotTypes, primaryType: "Ballot", message } as const;
}

/**
 * Lets the wallet sign a vote, which anyone can then send with `castVoteBySignature`. It is good for one use, until the
 * voter's next signed vote is used.
 * @throws AssayError SDK-005 without a wallet, SDK-007 without a governor, SDK-044 when the owner declines
 */
export async function signBallot(
  context: AssayContext,
  { proposalId, side }: Pick<SignedBallot, "proposalId" | "side">,
): Promise<SignedBallot> {
  const { walletClient, account } = requireWallet(context);
  const governor = governorOf(context);
  const voter = account.address;
  const [domain, nonce] = await Promise.all([
    readDomain(context, governor.address),
    read(context, { ...governor, functionName: "nonces", args: [voter] }),
  ]);
  try {
    const message = { proposalId, support: voteSides[side], voter, nonce };
    const signature = await walletClient.signTypedData({ account, ...ballotTypedData(domain, message) });
    return { proposalId, side, voter, signature };
  } catch (error) {
    throw decodeError(error);
  }
}

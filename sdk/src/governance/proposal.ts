import {
  type Address,
  concat,
  encodeAbiParameters,
  type Hex,
  keccak256,
  pad,
  stringToHex,
  toHex,
  zeroHash,
} from "viem";
import type { DecodedCall, ProposalCall } from "./calls.ts";

/** The governor's states, in its own numbering. */
export const proposalStates = [
  "pending",
  "active",
  "canceled",
  "defeated",
  "succeeded",
  "queued",
  "expired",
  "executed",
] as const;

export type ProposalState = (typeof proposalStates)[number];

/** What identifies a proposal: its calls, in order, and its description. */
export interface ProposalContent {
  calls: readonly ProposalCall[];
  description: string;
}

/** A proposal as the chain knows it. Votes in ASY's smallest unit, times in Unix seconds. */
export interface Proposal extends ProposalContent {
  id: bigint;
  proposer: Address;
  calls: readonly DecodedCall[];
  state: ProposalState;
  /** Votes are those at this time. */
  snapshot: number;
  /** The last moment to vote; a late quorum moves it. */
  deadline: number;
  /** From when on it can be executed; null until it is queued. */
  eta: number | null;
  votes: { against: bigint; for: bigint; abstain: bigint };
  /** What for and abstain must reach together; null while pending, when the supply that counts is not fixed yet. */
  quorum: bigint | null;
  /** The block in which it was proposed. */
  blockNumber: bigint;
}

/** The four arguments with which the governor names a proposal. */
export function proposalArgs({ calls, description }: ProposalContent): [Address[], bigint[], Hex[], Hex] {
  return [
    calls.map(({ target }) => target),
    calls.map(({ value }) => value),
    calls.map(({ data }) => data),
    descriptionHash(description),
  ];
}

/** The proposal's id, before or after it is proposed. */
export function proposalId(content: ProposalContent): bigint {
  const types = [{ type: "address[]" }, { type: "uint256[]" }, { type: "bytes[]" }, { type: "bytes32" }];
  return BigInt(keccak256(encodeAbiParameters(types, proposalArgs(content))));
}

/** The id under which the timelock keeps a queued proposal. */
export function timelockOperationId(governor: Address, content: ProposalContent): Hex {
  const [targets, values, datas, hash] = proposalArgs(content);
  // bytes20(governor) ^ descriptionHash
  const salt = toHex(BigInt(pad(governor, { dir: "right", size: 32 })) ^ BigInt(hash), { size: 32 });
  const types = [
    { type: "address[]" },
    { type: "uint256[]" },
    { type: "bytes[]" },
    { type: "bytes32" },
    { type: "bytes32" },
  ];
  return keccak256(encodeAbiParameters(types, [targets, values, datas, zeroHash, salt]));
}

function descriptionHash(description: string): Hex {
  return keccak256(concat([stringToHex(description)]));
}

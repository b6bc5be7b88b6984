import { type Address, concat, type Hex, keccak256, numberToHex, pad } from "viem";
import type { AssayContext } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { type ProposalContent, proposalId, timelockOperationId } from "./proposal.ts";

/** One storage word to be overwritten in a copy of the chain. */
export interface StorageWrite {
  address: Address;
  slot: Hex;
  value: Hex;
}

// ERC-7201 slots of the governor's and the timelock's namespaces; test/layout/ holds the same, and a test compares them.
export const namespaceSlots = {
  governor: 0x7c712897014dbe49c045ef1299aa2d5f9e67e48eea4403efa21f1e0f3ac0cb00n,
  lateQuorum: 0x042f525fd47e44d02e065dd7bb464f47b4f926fbd05b5e087891ebd756adf100n,
  timelockControl: 0x0d5829787b8befdbc6044ef7457d8a95c2a04bc99235349f1a212c063e59d400n,
  counting: 0x70783f71a42acdc26bab4a94f7370a3b665ccb03b8d1609792951f1dfe4a0700n,
  timelock: 0x9a37c2aa9d186a0969ff8a8267bf4e07e864c2f2768f5040949e28a624fb3600n,
} as const;

/** Somebody proposed it, the vote lasted from second 1 to second 2 of the epoch, nobody has executed or cancelled it. */
const PROPOSED_LONG_AGO = 1n | (1n << 160n) | (1n << 208n);
const EVERYBODY_FOR = (1n << 208n) - 1n;
/** The time from which it may be executed; 0 would mean that it was never queued. */
const QUEUED_LONG_AGO = 1n;
/** Any time in the past but 1, which means done. */
const READY_LONG_AGO = 2n;

/**
 * Storage with which a proposal, in whatever state it is and whether or not it was ever proposed, counts as passed, queued
 * and due. Everything after that (the governor's queue of calls to itself, the timelock's check of its own delay) happens as
 * it would on the chain.
 */
export function executableStorage({ deployment }: AssayContext, content: ProposalContent): StorageWrite[] {
  const governor = requireContract(deployment, "AssayGovernor").address;
  const timelock = requireContract(deployment, "ProtocolTimelock").address;
  const id = proposalId(content);
  const operation = timelockOperationId(governor, content);
  const { governor: core, lateQuorum, timelockControl, counting, timelock: clock } = namespaceSlots;
  const key = numberToHex(id, { size: 32 });
  const proposal = mappingSlot(key, core + 1n);
  const write = (address: Address, slot: bigint, value: bigint): StorageWrite => ({
    address,
    slot: numberToHex(slot, { size: 32 }),
    value: numberToHex(value, { size: 32 }),
  });
  return [
    write(governor, proposal, PROPOSED_LONG_AGO),
    write(governor, proposal + 1n, QUEUED_LONG_AGO),
    write(governor, mappingSlot(key, lateQuorum + 1n), 0n),
    write(governor, mappingSlot(key, timelockControl + 1n), BigInt(operation)),
    // votes are [against, for, abstain]
    write(governor, mappingSlot(key, counting) + 1n, EVERYBODY_FOR),
    write(timelock, mappingSlot(operation, clock), READY_LONG_AGO),
  ];
}

function mappingSlot(key: Hex, slot: bigint): bigint {
  return BigInt(keccak256(concat([pad(key, { size: 32 }), numberToHex(slot, { size: 32 })])));
}

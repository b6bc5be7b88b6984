import { Address, BigInt, Bytes, crypto, ethereum } from "@graphprotocol/graph-ts";
import {
  LateQuorumVoteExtensionSet,
  OverrideVoteCast,
  ProposalCanceled,
  ProposalCreated,
  ProposalExecuted,
  ProposalExtended,
  ProposalGuardianSet,
  ProposalQueued,
  ProposalThresholdSet,
  QuorumNumeratorUpdated,
  VoteCast,
  VoteReduced,
  VotingDelaySet,
  VotingPeriodSet,
} from "../generated/AssayGovernor/AssayGovernor";
import { Proposal, TimelockOperation, Vote, VoteReduction } from "../generated/schema";
import { ZERO } from "./entities";
import { holderId } from "./holders";
import { logId, NO_WORD, position } from "./log";
import { setParameter } from "./parameters";
import { toBytes } from "./terms";

const GOVERNOR = "AssayGovernor";
/** Kinds of votes by their number in contracts/governance/OverridableCounting.sol. */
const SUPPORT: string[] = ["AGAINST", "FOR", "ABSTAIN"];

export function handleProposalCreated(event: ProposalCreated): void {
  const proposal = new Proposal(event.params.proposalId.toString());
  proposal.proposer = holderId(event.params.proposer);
  proposal.status = "CREATED";
  proposal.targets = changetype<Bytes[]>(event.params.targets);
  proposal.values = event.params.values;
  proposal.calldatas = event.params.calldatas;
  proposal.description = event.params.description;
  proposal.voteStart = event.params.voteStart;
  proposal.voteEnd = event.params.voteEnd;
  proposal.forVotes = ZERO;
  proposal.againstVotes = ZERO;
  proposal.abstainVotes = ZERO;
  proposal.createdAt = event.block.timestamp;
  proposal.save();
}

export function handleProposalExtended(event: ProposalExtended): void {
  const proposal = Proposal.load(event.params.proposalId.toString())!;
  proposal.voteEnd = event.params.extendedDeadline;
  proposal.save();
}

export function handleProposalQueued(event: ProposalQueued): void {
  const proposal = Proposal.load(event.params.proposalId.toString())!;
  proposal.status = "QUEUED";
  proposal.eta = event.params.etaSeconds;
  const operation = TimelockOperation.load(operationId(proposal, event.address));
  if (operation) proposal.operation = operation.id;
  proposal.save();
}

export function handleProposalCanceled(event: ProposalCanceled): void {
  end(event.params.proposalId, "CANCELED", event);
}

export function handleProposalExecuted(event: ProposalExecuted): void {
  end(event.params.proposalId, "EXECUTED", event);
}

export function handleVoteCast(event: VoteCast): void {
  const proposal = Proposal.load(event.params.proposalId.toString())!;
  count(proposal, event.params.support, event.params.weight);
  const vote = new Vote(voteId(event.params.proposalId, event.params.voter));
  vote.proposal = proposal.id;
  vote.voter = holderId(event.params.voter);
  vote.support = SUPPORT[event.params.support];
  vote.weight = event.params.weight;
  vote.reason = event.params.reason;
  vote.override = false;
  save(vote, event);
}

export function handleOverrideVoteCast(event: OverrideVoteCast): void {
  const proposal = Proposal.load(event.params.proposalId.toString())!;
  count(proposal, event.params.support, event.params.weight);
  const id = voteId(event.params.proposalId, event.params.voter).concat(Bytes.fromHexString("0x01"));
  const vote = new Vote(id);
  vote.proposal = proposal.id;
  vote.voter = holderId(event.params.voter);
  vote.support = SUPPORT[event.params.support];
  vote.weight = event.params.weight;
  vote.reason = event.params.reason;
  vote.override = true;
  save(vote, event);
}

export function handleVoteReduced(event: VoteReduced): void {
  const proposal = Proposal.load(event.params.proposalId.toString())!;
  const weight = event.params.weight;
  count(proposal, event.params.support, weight.neg());
  const vote = Vote.load(voteId(event.params.proposalId, event.params.delegate))!;
  vote.reduced = vote.reduced.plus(weight);
  vote.save();
  const reduction = new VoteReduction(logId(event));
  reduction.proposal = proposal.id;
  reduction.representative = vote.voter;
  reduction.support = SUPPORT[event.params.support];
  reduction.weight = weight;
  reduction.transaction = event.transaction.hash;
  reduction.time = event.block.timestamp;
  reduction.save();
}

export function handleVotingDelaySet(event: VotingDelaySet): void {
  setParameter(GOVERNOR, "votingDelay", "", event.params.newVotingDelay.toString(), event);
}

export function handleVotingPeriodSet(event: VotingPeriodSet): void {
  setParameter(GOVERNOR, "votingPeriod", "", event.params.newVotingPeriod.toString(), event);
}

export function handleProposalThresholdSet(event: ProposalThresholdSet): void {
  setParameter(GOVERNOR, "proposalThreshold", "", event.params.newProposalThreshold.toString(), event);
}

export function handleQuorumNumeratorUpdated(event: QuorumNumeratorUpdated): void {
  setParameter(GOVERNOR, "quorumNumerator", "", event.params.newQuorumNumerator.toString(), event);
}

export function handleLateQuorumVoteExtensionSet(event: LateQuorumVoteExtensionSet): void {
  setParameter(GOVERNOR, "lateQuorumVoteExtension", "", event.params.newVoteExtension.toString(), event);
}

export function handleProposalGuardianSet(event: ProposalGuardianSet): void {
  setParameter(GOVERNOR, "proposalGuardian", "", event.params.newProposalGuardian.toHexString(), event);
}

function end(id: BigInt, status: string, event: ethereum.Event): void {
  const proposal = Proposal.load(id.toString())!;
  proposal.status = status;
  proposal.endedAt = event.block.timestamp;
  proposal.save();
}

/** Adds `weight`, which may be negative. */
function count(proposal: Proposal, support: i32, weight: BigInt): void {
  if (support == 0) proposal.againstVotes = proposal.againstVotes.plus(weight);
  else if (support == 1) proposal.forVotes = proposal.forVotes.plus(weight);
  else proposal.abstainVotes = proposal.abstainVotes.plus(weight);
  proposal.save();
}

function voteId(proposal: BigInt, voter: Bytes): Bytes {
  return toBytes(proposal, 32).concat(voter);
}

function save(vote: Vote, event: ethereum.Event): void {
  vote.reduced = ZERO;
  vote.position = position(event);
  vote.transaction = event.transaction.hash;
  vote.time = event.block.timestamp;
  vote.save();
}

/**
 * The hash under which a queued proposal waits: keccak256 of the ABI encoding of its calls, without a predecessor, and of
 * the salt that the governor gives it, its own address (left-aligned) xor the hash of the description.
 */
function operationId(proposal: Proposal, governor: Bytes): Bytes {
  const salt = Bytes.fromByteArray(crypto.keccak256(Bytes.fromUTF8(proposal.description)));
  for (let i = 0; i < 20; i++) salt[i] = salt[i] ^ governor[i];
  const call = new ethereum.Tuple();
  const targets: ethereum.Value[] = [];
  for (let i = 0; i < proposal.targets.length; i++) {
    targets.push(ethereum.Value.fromAddress(changetype<Address>(proposal.targets[i])));
  }
  call.push(ethereum.Value.fromArray(targets));
  call.push(ethereum.Value.fromUnsignedBigIntArray(proposal.values));
  call.push(ethereum.Value.fromBytesArray(proposal.calldatas));
  call.push(ethereum.Value.fromFixedBytes(NO_WORD));
  call.push(ethereum.Value.fromFixedBytes(salt));
  const encoded = ethereum.encode(ethereum.Value.fromTuple(call))!;
  // a tuple is encoded with its offset in front, which the arguments of abi.encode do not have
  return Bytes.fromByteArray(crypto.keccak256(Bytes.fromUint8Array(encoded.subarray(32))));
}

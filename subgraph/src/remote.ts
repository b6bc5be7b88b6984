import { BigInt, Bytes, crypto, ethereum } from "@graphprotocol/graph-ts";
import {
  PortalSet,
  RemoteChangeTaken,
  RemoteJobCancelled,
  RemoteJobPosted,
  RemoteOutcomeSent,
  RemoteResultSent,
} from "../generated/JobHub/JobHub";
import {
  RemoteCancelSent,
  RemoteJobEnded,
  RemoteJobRefunded,
  RemoteJobSent,
  RemoteResultReceived,
} from "../generated/RemoteJobPortal/RemoteJobPortal";
import { RemoteJob, RemoteJobEvent } from "../generated/schema";
import { ZERO } from "./entities";
import { logId, position } from "./log";
import { setParameter } from "./parameters";
import { addressField, toBytes } from "./terms";

/** contracts/types/JobTypes.sol. */
const STATUSES: string[] = [
  "",
  "OPEN",
  "CLAIMED",
  "SUBMITTED",
  "FINALIZED",
  "EXPIRED",
  "CANCELLED",
  "REJECTED",
  "UNRESOLVED",
];

export function handlePortalSet(event: PortalSet): void {
  setParameter("JobHub", "portal", event.params.chainId.toString(), event.params.portal.toHexString(), event);
}

export function handleRemoteJobPosted(event: RemoteJobPosted): void {
  const remote = remoteJob(event.params.account, event);
  remote.account = event.params.account;
  remote.user = event.params.user;
  remote.index = event.params.index;
  remote.chain = event.params.chainId;
  remote.homeAccount = event.params.homeAccount;
  remote.jobId = event.params.id;
  remote.job = event.params.id;
  remote.number = event.params.number;
  remote.status = "POSTED";
  step(remote, "POSTED", event.params.number, null, event);
}

export function handleRemoteJobCancelled(event: RemoteJobCancelled): void {
  step(RemoteJob.load(event.params.account)!, "CANCELLED", null, null, event);
}

export function handleRemoteResultSent(event: RemoteResultSent): void {
  const remote = RemoteJob.load(event.params.account)!;
  remote.commitment = event.params.commitment;
  remote.finalState = event.params.finalState;
  remote.output = event.params.outputDigest;
  step(remote, "RESULT_SENT", event.params.number, null, event);
}

export function handleRemoteOutcomeSent(event: RemoteOutcomeSent): void {
  const remote = RemoteJob.load(event.params.account)!;
  remote.status = "ENDED";
  remote.outcome = STATUSES[event.params.outcome];
  step(remote, "OUTCOME_SENT", event.params.number, event.params.change, event);
}

export function handleRemoteChangeTaken(event: RemoteChangeTaken): void {
  const remote = RemoteJob.load(event.params.account)!;
  step(remote, "CHANGE_TAKEN", null, event.params.change, event);
}

export function handleRemoteJobSent(event: RemoteJobSent): void {
  const terms = event.params.terms;
  const remote = remoteJob(sentId(event.params.user, event.params.index), event);
  remote.account = addressField(terms[0]);
  remote.user = event.params.user;
  remote.index = event.params.index;
  remote.homeAccount = event.params.homeAccount;
  remote.jobId = jobIdOf(terms);
  remote.number = event.params.number;
  remote.amount = event.params.amount;
  remote.status = "SENT";
  step(remote, "SENT", event.params.number, event.params.amount, event);
}

export function handleRemoteCancelSent(event: RemoteCancelSent): void {
  step(sentJob(event.params.user, event.params.index), "CANCEL_SENT", event.params.number, null, event);
}

export function handleRemoteResultReceived(event: RemoteResultReceived): void {
  const remote = sentJob(event.params.user, event.params.index);
  remote.commitment = event.params.commitment;
  remote.finalState = event.params.finalState;
  remote.output = event.params.outputDigest;
  step(remote, "RESULT_RECEIVED", null, null, event);
}

export function handleRemoteJobEnded(event: RemoteJobEnded): void {
  const remote = sentJob(event.params.user, event.params.index);
  remote.status = "ENDED";
  remote.outcome = STATUSES[event.params.outcome];
  step(remote, "ENDED", null, event.params.change, event);
}

export function handleRemoteJobRefunded(event: RemoteJobRefunded): void {
  const remote = sentJob(event.params.user, event.params.index);
  remote.status = "REFUNDED";
  step(remote, "REFUNDED", null, event.params.amount, event);
}

function sentId(user: Bytes, index: BigInt): Bytes {
  return user.concatI32(index.toI32());
}

function sentJob(user: Bytes, index: BigInt): RemoteJob {
  return RemoteJob.load(sentId(user, index))!;
}

/** Whose other fields are the caller's to set. */
function remoteJob(id: Bytes, event: ethereum.Event): RemoteJob {
  const remote = new RemoteJob(id);
  remote.back = ZERO;
  remote.startedAt = event.block.timestamp;
  return remote;
}

/** JOB-1: keccak256 of the six words. */
function jobIdOf(terms: BigInt[]): Bytes {
  let words = new Bytes(0);
  for (let i = 0; i < terms.length; i++) words = words.concat(toBytes(terms[i], 32));
  return Bytes.fromByteArray(crypto.keccak256(words));
}

/** @param amount what was paid with SENT; else what goes back, to whomever */
function step(
  remote: RemoteJob,
  kind: string,
  number: BigInt | null,
  amount: BigInt | null,
  event: ethereum.Event,
): void {
  if (amount && kind != "SENT") remote.back = remote.back.plus(amount);
  remote.save();
  const entry = new RemoteJobEvent(logId(event));
  entry.remoteJob = remote.id;
  entry.kind = kind;
  entry.number = number;
  entry.amount = amount;
  entry.position = position(event);
  entry.transaction = event.transaction.hash;
  entry.time = event.block.timestamp;
  entry.save();
}

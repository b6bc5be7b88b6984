import { BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";
import {
  BaseFeeMoved,
  Deposited,
  EarningsCollected,
  FeeRangeSet,
  JobCancelled,
  JobClaimed,
  JobExpired,
  JobFinalized,
  JobPosted,
  JobRejected,
  JobUnresolved,
  ResultSubmitted,
  SettlementTipped,
  TokenConfigured,
  TreasurySet,
  Withdrawn,
} from "../generated/JobMarketplace/JobMarketplace";
import { Job, TokenConfig } from "../generated/schema";
import { addBalance, earnings, protocol, provider, record, recordEnd, requester, ZERO } from "./entities";
import { addressField, field, toNumber } from "./terms";

export function handleJobPosted(event: JobPosted): void {
  const totals = protocol();
  totals.jobsPosted += 1;
  totals.jobsLive += 1;
  const owner = requester(event.params.requester, totals);
  owner.jobsPosted += 1;
  owner.save();
  totals.save();

  const job = new Job(event.params.id);
  job.requester = owner.id;
  readTerms(job, event.params.terms);
  readSpec(job, event.params.spec);
  job.postedAt = event.block.timestamp;
  record(job, "OPEN", owner.id, event);
  job.save();
  addBalance(job.token, owner.id, job.maxPrice.neg());
}

export function handleJobClaimed(event: JobClaimed): void {
  const job = Job.load(event.params.id)!;
  const totals = protocol();
  const worker = provider(event.params.provider, totals);
  worker.jobsClaimed += 1;
  worker.locked = worker.locked.plus(job.bond);
  worker.save();
  totals.locked = totals.locked.plus(job.bond);
  totals.save();

  // a late one's job that is taken over keeps its price, but for what rounding takes off
  let escrowed = job.maxPrice;
  const agreed = job.price;
  if (agreed) escrowed = agreed;
  job.provider = worker.id;
  job.claimer = event.params.claimer;
  job.price = event.params.price;
  job.nonce = event.params.nonce;
  job.claimedAt = event.block.timestamp;
  record(job, "CLAIMED", event.params.claimer, event);
  job.save();
  addBalance(job.token, job.requester, escrowed.minus(event.params.price));
}

export function handleResultSubmitted(event: ResultSubmitted): void {
  const job = Job.load(event.params.id)!;
  job.runRoot = event.params.runRoot;
  job.finalState = event.params.finalState;
  job.output = event.params.outputDigest;
  job.submittedAt = event.block.timestamp;
  record(job, "SUBMITTED", event.params.provider, event);
  job.save();
}

export function handleJobFinalized(event: JobFinalized): void {
  const job = Job.load(event.params.id)!;
  const totals = protocol();
  totals.jobsLive -= 1;
  totals.jobsFinalized += 1;
  const worker = provider(event.params.provider, totals);
  worker.jobsFinalized += 1;
  worker.locked = worker.locked.minus(job.bond);
  worker.save();
  totals.locked = totals.locked.minus(job.bond);
  totals.save();

  const earned = earnings(job.token, worker.id);
  earned.gross = earned.gross.plus(event.params.price);
  earned.fee = earned.fee.plus(event.params.fee);
  earned.save();
  job.fee = event.params.fee;
  end(job, "FINALIZED", event.params.price, event.params.fee, event);
}

export function handleJobCancelled(event: JobCancelled): void {
  const job = Job.load(event.params.id)!;
  const totals = protocol();
  totals.jobsLive -= 1;
  totals.jobsCancelled += 1;
  totals.save();
  refund(job, "CANCELLED", event.params.refund, event);
}

export function handleJobExpired(event: JobExpired): void {
  const job = Job.load(event.params.id)!;
  const totals = protocol();
  totals.jobsLive -= 1;
  totals.jobsExpired += 1;
  const worker = provider(event.params.provider, totals);
  worker.jobsExpired += 1;
  worker.save();
  totals.save();
  job.penalty = event.params.penalty;
  refund(job, "EXPIRED", event.params.refund, event);
}

export function handleJobRejected(event: JobRejected): void {
  const job = Job.load(event.params.id)!;
  const totals = protocol();
  totals.jobsLive -= 1;
  totals.jobsRejected += 1;
  const worker = provider(event.params.provider, totals);
  worker.jobsRejected += 1;
  worker.save();
  totals.save();
  job.penalty = event.params.forfeited;
  refund(job, "REJECTED", event.params.refund, event);
}

export function handleJobUnresolved(event: JobUnresolved): void {
  const job = Job.load(event.params.id)!;
  const totals = protocol();
  totals.jobsLive -= 1;
  totals.jobsUnresolved += 1;
  const worker = provider(event.params.provider, totals);
  worker.locked = worker.locked.minus(job.bond);
  worker.save();
  totals.locked = totals.locked.minus(job.bond);
  totals.save();
  refund(job, "UNRESOLVED", event.params.refund, event);
}

export function handleDeposited(event: Deposited): void {
  addBalance(event.params.token, event.params.account, event.params.amount);
}

export function handleWithdrawn(event: Withdrawn): void {
  addBalance(event.params.token, event.params.account, event.params.amount.neg());
}

export function handleEarningsCollected(event: EarningsCollected): void {
  const token = event.params.token;
  const earned = earnings(token, event.params.provider);
  earned.gross = ZERO;
  earned.fee = ZERO;
  earned.save();
  addBalance(token, event.params.provider, event.params.net);
  addBalance(token, protocol().treasury, event.params.fee.minus(event.params.burned));
}

export function handleSettlementTipped(event: SettlementTipped): void {
  const earned = earnings(event.params.token, event.params.provider);
  earned.gross = earned.gross.minus(event.params.tip);
  earned.fee = earned.fee.minus(event.params.tip);
  earned.save();
  addBalance(event.params.token, event.params.keeper, event.params.tip);
}

export function handleBaseFeeMoved(event: BaseFeeMoved): void {
  setFee(event.params.token, event.params.current);
}

export function handleFeeRangeSet(event: FeeRangeSet): void {
  setFee(event.params.token, event.params.feeBps);
}

export function handleTreasurySet(event: TreasurySet): void {
  const totals = protocol();
  totals.treasury = event.params.current;
  totals.save();
}

export function handleTokenConfigured(event: TokenConfigured): void {
  const config = new TokenConfig(event.params.token);
  config.allowed = event.params.allowed;
  config.feeBps = event.params.feeBps;
  config.minBond = event.params.minBond;
  config.save();
}

function setFee(token: Bytes, feeBps: BigInt): void {
  const config = TokenConfig.load(token);
  if (!config) return;
  config.feeBps = feeBps.toI32();
  config.save();
}

function refund(job: Job, status: string, amount: BigInt, event: ethereum.Event): void {
  job.refund = amount;
  addBalance(job.token, job.requester, amount);
  end(job, status, ZERO, ZERO, event);
}

function end(job: Job, status: string, paid: BigInt, fee: BigInt, event: ethereum.Event): void {
  record(job, status, event.transaction.from, event);
  recordEnd(job, paid, fee, event);
  job.save();
}

/** The six packed words of contracts/libraries/JobTerms.sol. */
function readTerms(job: Job, t: BigInt[]): void {
  job.terms = t;
  job.maxPrice = field(t[0], 0, 96);
  job.token = addressField(t[1]);
  job.minPrice = field(t[1], 0, 96);
  job.bond = t[2].rightShift(160);
  job.rampStart = field(t[2], 120, 40);
  job.rampLength = field(t[2], 96, 24).toI32();
  job.claimBy = field(t[2], 56, 40);
  job.runTime = field(t[2], 32, 24).toI32();
  job.feeBps = field(t[2], 16, 16).toI32();
  job.minReputation = field(t[2], 0, 16).toI32();
  const named = t[3].rightShift(96);
  if (!named.isZero()) job.named = addressField(t[3]);
  job.generation = field(t[3], 64, 32);
  job.lane = field(t[3], 48, 16).toI32();
  job.window = field(t[3], 24, 24).toI32();
  job.policy = field(t[3], 8, 16).toI32();
}

/** The six words of contracts/libraries/JobSpec.sol. */
function readSpec(job: Job, s: Bytes[]): void {
  job.spec = s;
  job.programHash = s[0];
  job.dataRoot = s[1];
  job.initState = s[2];
  const shape = toNumber(s[3]);
  job.steps = shape.rightShift(192);
  job.segmentLength = field(shape, 176, 16).toI32();
  job.manifest = s[4];
}

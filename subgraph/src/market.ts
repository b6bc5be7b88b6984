import { BigInt, Bytes, crypto, ethereum } from "@graphprotocol/graph-ts";
import {
  BidPlaced,
  ClaimSkipped,
  JobCancelled,
  JobClaimed,
  JobExpired,
  JobFinalized,
  JobPosted,
  JobRejected,
  JobRescued,
  JobUnresolved,
  ResultSubmitted,
  SettlementSkipped,
} from "../generated/JobMarketplace/JobMarketplace";
import { Bid, Claim, Job, JobTerms, JobTotals, Lane, Provider, Result, Slash, StakeTotals } from "../generated/schema";
import { addBalance, addLocked, earnings, jobTotals, provider, requester, stakeTotals, ZERO } from "./entities";
import { readSpec, readTerms } from "./job";
import { earlierLogId, logId, position } from "./log";
import { succeed } from "./reputation";
import { endPoint, postPoint, stakePoint } from "./statistics";
import { record } from "./timeline";

export function handleJobPosted(event: JobPosted): void {
  const totals = jobTotals();
  totals.posted += 1;
  totals.live += 1;
  totals.save();
  const owner = requester(event.params.requester);
  owner.jobsPosted += 1;
  owner.save();

  const job = new Job(event.params.id);
  job.requester = owner.id;
  job.status = "OPEN";
  const terms = new JobTerms(job.id);
  readTerms(job, terms, event.params.terms);
  readSpec(job, terms, event.params.spec);
  terms.postedBlock = event.block.number;
  terms.save();
  job.terms = terms.id;
  job.postedWithClaim = false;
  job.rescued = false;
  job.postedAt = event.block.timestamp;
  job.transaction = event.transaction.hash;
  record(job, "POSTED", owner.id, job.maxPrice, event);
  job.save();
  takeLane(job, terms, owner.id);
  addBalance(job.token, owner.id, job.maxPrice.neg());
  postPoint(job);
}

export function handleBidPlaced(event: BidPlaced): void {
  const job = Job.load(event.params.id)!;
  const stakes = stakeTotals();
  releaseBid(job, stakes);
  const worker = provider(event.params.provider);
  addLocked(worker, job.bond, stakes);
  worker.save();
  stakePoint(stakes);
  stakes.save();

  const bid = new Bid(logId(event));
  bid.job = job.id;
  bid.provider = worker.id;
  bid.bidder = event.params.bidder;
  bid.price = event.params.price;
  bid.quote = event.params.quote;
  bid.score = event.params.score;
  bid.position = position(event);
  bid.transaction = event.transaction.hash;
  bid.time = event.block.timestamp;
  bid.save();
  job.bestBid = bid.id;
  record(job, "BID", event.params.bidder, bid.price, event);
  job.save();
}

export function handleJobClaimed(event: JobClaimed): void {
  const job = Job.load(event.params.id)!;
  const stakes = stakeTotals();
  // a late one's job that is taken over keeps its price, but for what rounding takes off
  let escrowed = job.maxPrice;
  const agreed = job.price;
  if (agreed) escrowed = agreed;
  else releaseBid(job, stakes);

  const worker = provider(event.params.provider);
  worker.jobsClaimed += 1;
  addLocked(worker, job.bond, stakes);
  worker.save();
  stakePoint(stakes);
  stakes.save();

  job.provider = worker.id;
  job.price = event.params.price;
  job.nonce = event.params.nonce;
  job.claimedAt = event.block.timestamp;
  job.postedWithClaim = job.transaction == event.transaction.hash;
  job.status = "CLAIMED";
  record(job, "CLAIMED", event.params.claimer, event.params.price, event);
  job.claim = writeClaim(job, event);
  job.save();
  addBalance(job.token, job.requester, escrowed.minus(event.params.price));
}

export function handleJobRescued(event: JobRescued): void {
  const job = Job.load(event.params.id)!;
  const late = provider(event.params.late);
  late.jobsExpired += 1;
  late.save();
  job.rescued = true;
  record(job, "RESCUED", event.params.rescuer, event.params.penalty, event);
  job.save();
  linkSlash(job, event);
}

export function handleClaimSkipped(event: ClaimSkipped): void {
  // anybody can bring terms along that were never posted
  const job = Job.load(event.params.id);
  if (job) record(job, "CLAIM_SKIPPED", event.params.provider, null, event);
}

export function handleSettlementSkipped(event: SettlementSkipped): void {
  const job = Job.load(event.params.id);
  if (job) record(job, "SETTLEMENT_SKIPPED", event.transaction.from, null, event);
}

export function handleResultSubmitted(event: ResultSubmitted): void {
  const job = Job.load(event.params.id)!;
  job.submittedAt = event.block.timestamp;
  job.status = "SUBMITTED";
  const result = new Result(commitmentOf(job, event.params.runRoot, event.params.finalState));
  result.job = job.id;
  result.provider = event.params.provider;
  result.runRoot = event.params.runRoot;
  result.finalState = event.params.finalState;
  result.output = event.params.outputDigest;
  result.transaction = event.transaction.hash;
  result.time = event.block.timestamp;
  result.save();
  job.result = result.id;
  record(job, "SUBMITTED", event.params.provider, null, event);
  job.save();
}

export function handleJobFinalized(event: JobFinalized): void {
  const job = Job.load(event.params.id)!;
  const totals = jobTotals();
  totals.finalized += 1;
  const worker = provider(event.params.provider);
  worker.jobsFinalized += 1;
  release(worker, job);
  if (worker.id != job.requester) succeed(worker, event);
  worker.save();

  const earned = earnings(job.token, worker.id);
  earned.gross = earned.gross.plus(event.params.price);
  earned.fee = earned.fee.plus(event.params.fee);
  earned.save();
  job.fee = event.params.fee;
  job.status = "FINALIZED";
  end(job, totals, event.params.price, event);
}

export function handleJobCancelled(event: JobCancelled): void {
  const job = Job.load(event.params.id)!;
  const totals = jobTotals();
  totals.cancelled += 1;
  if (job.bestBid) {
    const stakes = stakeTotals();
    releaseBid(job, stakes);
    stakePoint(stakes);
    stakes.save();
  }
  job.status = "CANCELLED";
  refund(job, totals, event.params.refund, event);
}

export function handleJobExpired(event: JobExpired): void {
  const job = Job.load(event.params.id)!;
  const totals = jobTotals();
  totals.expired += 1;
  const worker = provider(event.params.provider);
  worker.jobsExpired += 1;
  worker.save();
  job.penalty = event.params.penalty;
  job.status = "EXPIRED";
  refund(job, totals, event.params.refund, event);
  linkSlash(job, event);
}

export function handleJobRejected(event: JobRejected): void {
  const job = Job.load(event.params.id)!;
  const totals = jobTotals();
  totals.rejected += 1;
  const worker = provider(event.params.provider);
  worker.jobsRejected += 1;
  worker.save();
  job.penalty = event.params.forfeited;
  job.status = "REJECTED";
  refund(job, totals, event.params.refund, event);
  linkSlash(job, event);
}

export function handleJobUnresolved(event: JobUnresolved): void {
  const job = Job.load(event.params.id)!;
  const totals = jobTotals();
  totals.unresolved += 1;
  const worker = provider(event.params.provider);
  release(worker, job);
  worker.save();
  job.status = "UNRESOLVED";
  refund(job, totals, event.params.refund, event);
}

function refund(job: Job, totals: JobTotals, amount: BigInt, event: ethereum.Event): void {
  job.refund = amount;
  addBalance(job.token, job.requester, amount);
  end(job, totals, amount, event);
}

/** @param amount the price of a finalized job, what came back of another */
function end(job: Job, totals: JobTotals, amount: BigInt, event: ethereum.Event): void {
  totals.live -= 1;
  totals.save();
  job.endedAt = event.block.timestamp;
  record(job, job.status, event.transaction.from, amount, event);
  job.save();
  const fee = job.fee;
  const paid = fee ? amount : ZERO;
  endPoint(job, paid, fee ? fee : ZERO);
}

/** The bond of a job's provider is free again. The provider has to be saved. */
function release(worker: Provider, job: Job): void {
  const stakes = stakeTotals();
  addLocked(worker, job.bond.neg(), stakes);
  stakePoint(stakes);
  stakes.save();
}

/** What the bid that stands had locked is free again; a claim locks its own bond. */
function releaseBid(job: Job, stakes: StakeTotals): void {
  const id = job.bestBid;
  if (!id) return;
  const worker = provider(Bid.load(id)!.provider);
  addLocked(worker, job.bond.neg(), stakes);
  worker.save();
}

function takeLane(job: Job, terms: JobTerms, owner: Bytes): void {
  const lane = new Lane(owner.concatI32(terms.lane));
  lane.requester = owner;
  lane.lane = terms.lane;
  lane.generation = terms.generation;
  lane.job = job.id;
  lane.retired = false;
  lane.save();
}

function writeClaim(job: Job, event: JobClaimed): Bytes {
  const claim = new Claim(logId(event));
  claim.job = job.id;
  claim.provider = event.params.provider;
  claim.claimer = event.params.claimer;
  claim.price = event.params.price;
  claim.run = event.params.run;
  claim.nonce = event.params.nonce;
  claim.rescue = job.rescued;
  claim.position = position(event);
  claim.transaction = event.transaction.hash;
  claim.time = event.block.timestamp;
  claim.save();
  return claim.id;
}

/** The staking manager tells of a loss right before the market tells what it was for. */
function linkSlash(job: Job, event: ethereum.Event): void {
  const slash = Slash.load(earlierLogId(event, 1));
  if (!slash) return;
  slash.job = job.id;
  slash.save();
}

/** DSP-13: H(0x0b, job, nonce, runRoot, finalState). */
function commitmentOf(job: Job, runRoot: Bytes, finalState: Bytes): Bytes {
  const preimage = Bytes.fromHexString("0x0b").concat(job.id).concat(job.nonce!).concat(runRoot).concat(finalState);
  return Bytes.fromByteArray(crypto.keccak256(preimage));
}

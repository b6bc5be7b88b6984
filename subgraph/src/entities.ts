import { BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";
import { Earnings, Job, JobEnd, JobEvent, MarketBalance, Protocol, Provider, Requester } from "../generated/schema";

export const ZERO = BigInt.zero();
const SCHEMA_VERSION = "1.0.0";

export function protocol(): Protocol {
  let found = Protocol.load("protocol");
  if (!found) {
    found = new Protocol("protocol");
    found.schemaVersion = SCHEMA_VERSION;
    found.treasury = Bytes.fromHexString("0x0000000000000000000000000000000000000000");
    found.jobsPosted = 0;
    found.jobsLive = 0;
    found.jobsFinalized = 0;
    found.jobsCancelled = 0;
    found.jobsExpired = 0;
    found.jobsRejected = 0;
    found.jobsUnresolved = 0;
    found.stake = ZERO;
    found.locked = ZERO;
    found.burned = ZERO;
    found.providers = 0;
    found.requesters = 0;
  }
  return found;
}

export function requester(account: Bytes, totals: Protocol): Requester {
  let found = Requester.load(account);
  if (!found) {
    found = new Requester(account);
    found.jobsPosted = 0;
    totals.requesters += 1;
  }
  return found;
}

export function provider(account: Bytes, totals: Protocol): Provider {
  let found = Provider.load(account);
  if (!found) {
    found = new Provider(account);
    found.stake = ZERO;
    found.locked = ZERO;
    found.exposureBps = 0;
    found.forfeited = ZERO;
    found.jobsClaimed = 0;
    found.jobsFinalized = 0;
    found.jobsExpired = 0;
    found.jobsRejected = 0;
    found.thawing = [];
    totals.providers += 1;
  }
  return found;
}

/** Adds `amount`, which may be negative, to what `account` has of `token` in the market. */
export function addBalance(token: Bytes, account: Bytes, amount: BigInt): void {
  const id = token.concat(account);
  let found = MarketBalance.load(id);
  if (!found) {
    found = new MarketBalance(id);
    found.token = token;
    found.account = account;
    found.amount = ZERO;
  }
  found.amount = found.amount.plus(amount);
  found.save();
}

export function earnings(token: Bytes, account: Bytes): Earnings {
  const id = token.concat(account);
  let found = Earnings.load(id);
  if (!found) {
    found = new Earnings(id);
    found.token = token;
    found.provider = account;
    found.gross = ZERO;
    found.fee = ZERO;
  }
  return found;
}

/** Writes down that `job` reached `status` by this event. */
export function record(job: Job, status: string, actor: Bytes, event: ethereum.Event): void {
  job.status = status;
  const entry = new JobEvent(event.transaction.hash.concatI32(event.logIndex.toI32()));
  entry.job = job.id;
  entry.status = status;
  entry.actor = actor;
  entry.transaction = event.transaction.hash;
  entry.block = event.block.number;
  entry.time = event.block.timestamp;
  entry.save();
}

/** Writes down that `job` ended, for the statistics. */
export function recordEnd(job: Job, paid: BigInt, fee: BigInt, event: ethereum.Event): void {
  job.endedAt = event.block.timestamp;
  // graph-node numbers the points of a time series itself
  const point = new JobEnd(0);
  point.token = job.token;
  point.paid = paid.toBigDecimal();
  point.fee = fee.toBigDecimal();
  point.finalized = job.status == "FINALIZED" ? 1 : 0;
  point.save();
}

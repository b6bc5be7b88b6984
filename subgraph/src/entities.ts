import { BigInt, Bytes } from "@graphprotocol/graph-ts";
import {
  Earnings,
  JobTotals,
  MarketBalance,
  Protocol,
  Provider,
  Requester,
  StakeCredit,
  StakeTotals,
} from "../generated/schema";
import { NOBODY } from "./log";
import { EMPTY_SCORE } from "./reputation";
import { METHODOLOGY_VERSION, SCHEMA_VERSION, SUBGRAPH_VERSION } from "./versions";

export const ZERO = BigInt.zero();

const ONE_OF_ITS_KIND = "protocol";

/** Nothing that is done every few seconds may be counted here: what an event has to load and save is what it costs. */
export function protocol(): Protocol {
  let found = Protocol.load(ONE_OF_ITS_KIND);
  if (!found) {
    found = new Protocol(ONE_OF_ITS_KIND);
    found.jobs = jobTotals().id;
    found.stakes = stakeTotals().id;
    found.schemaVersion = SCHEMA_VERSION;
    found.subgraphVersion = SUBGRAPH_VERSION;
    found.methodologyVersion = METHODOLOGY_VERSION;
    found.asy = NOBODY;
    found.treasury = NOBODY;
    found.auditFund = NOBODY;
    found.disputes = 0;
    found.slashed = ZERO;
    found.supply = ZERO;
    found.burned = ZERO;
    found.burnDue = ZERO;
    found.auditDue = ZERO;
    found.thawPeriod = ZERO;
    found.slashingDelay = ZERO;
    found.pauseBits = 0;
    found.providers = 0;
    found.requesters = 0;
  }
  return found;
}

/** It is stored from the first. */
export function jobTotals(): JobTotals {
  let found = JobTotals.load(ONE_OF_ITS_KIND);
  if (!found) {
    found = new JobTotals(ONE_OF_ITS_KIND);
    found.posted = 0;
    found.live = 0;
    found.finalized = 0;
    found.cancelled = 0;
    found.expired = 0;
    found.rejected = 0;
    found.unresolved = 0;
    found.save();
  }
  return found;
}

/** It is stored from the first. */
export function stakeTotals(): StakeTotals {
  let found = StakeTotals.load(ONE_OF_ITS_KIND);
  if (!found) {
    found = new StakeTotals(ONE_OF_ITS_KIND);
    found.own = ZERO;
    found.delegated = ZERO;
    found.locked = ZERO;
    found.save();
  }
  return found;
}

/** Has to be saved; a new one is counted at once. */
export function requester(account: Bytes): Requester {
  let found = Requester.load(account);
  if (!found) {
    found = new Requester(account);
    found.jobsPosted = 0;
    const totals = protocol();
    totals.requesters += 1;
    totals.save();
  }
  return found;
}

/** Has to be saved; a new one is counted at once. */
export function provider(account: Bytes): Provider {
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
    found.good = 0;
    found.bad = 0;
    found.recordDay = 0;
    found.score = EMPTY_SCORE;
    found.thawing = [];
    const totals = protocol();
    totals.providers += 1;
    totals.save();
  }
  return found;
}

/** Adds `amount`, which may be negative, to what `worker` has locked. Both have to be saved. */
export function addLocked(worker: Provider, amount: BigInt, stakes: StakeTotals): void {
  worker.locked = worker.locked.plus(amount);
  stakes.locked = stakes.locked.plus(amount);
}

/** Adds `amount`, which may be negative, to what `account` has of `token` in the market. */
export function addBalance(token: Bytes, account: Bytes, amount: BigInt): void {
  if (amount.isZero()) return;
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

/** Adds `amount` to what `account` can claim of others' forfeited bonds. */
export function addCredit(account: Bytes, amount: BigInt): void {
  if (amount.isZero()) return;
  let found = StakeCredit.load(account);
  if (!found) {
    found = new StakeCredit(account);
    found.amount = ZERO;
  }
  found.amount = found.amount.plus(amount);
  found.save();
}

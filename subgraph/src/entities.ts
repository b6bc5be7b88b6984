import { BigInt, Bytes } from "@graphprotocol/graph-ts";
import { Earnings, MarketBalance, Protocol, Provider, Requester, StakeCredit } from "../generated/schema";
import { NOBODY } from "./log";
import { EMPTY_SCORE } from "./reputation";
import { METHODOLOGY_VERSION, SCHEMA_VERSION, SUBGRAPH_VERSION } from "./versions";

export const ZERO = BigInt.zero();

export function protocol(): Protocol {
  let found = Protocol.load("protocol");
  if (!found) {
    found = new Protocol("protocol");
    found.schemaVersion = SCHEMA_VERSION;
    found.subgraphVersion = SUBGRAPH_VERSION;
    found.methodologyVersion = METHODOLOGY_VERSION;
    found.asy = NOBODY;
    found.treasury = NOBODY;
    found.auditFund = NOBODY;
    found.jobsPosted = 0;
    found.jobsLive = 0;
    found.jobsFinalized = 0;
    found.jobsCancelled = 0;
    found.jobsExpired = 0;
    found.jobsRejected = 0;
    found.jobsUnresolved = 0;
    found.disputes = 0;
    found.stake = ZERO;
    found.delegated = ZERO;
    found.locked = ZERO;
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
    found.good = 0;
    found.bad = 0;
    found.recordDay = 0;
    found.score = EMPTY_SCORE;
    found.thawing = [];
    totals.providers += 1;
  }
  return found;
}

/** Adds `amount`, which may be negative, to what `worker` has locked. Both have to be saved. */
export function addLocked(worker: Provider, amount: BigInt, totals: Protocol): void {
  worker.locked = worker.locked.plus(amount);
  totals.locked = totals.locked.plus(amount);
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

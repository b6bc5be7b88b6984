import { BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";
import {
  AuditFundPaid,
  AuditFundSet,
  BondForfeited,
  Burned,
  CreditClaimed,
  DelegateChanged,
  DelegateVotesChanged,
  ExposureSet,
  OperatorSet,
  Staked,
  ThawPeriodSet,
  ThawRequested,
  Withdrawn,
} from "../generated/StakingManager/StakingManager";
import { Operator, Provider, Slash, StakeCredit, StakeEvent, ThawRequest } from "../generated/schema";
import { addCredit, addLocked, protocol, provider, stakeTotals, ZERO } from "./entities";
import { holder, holderId } from "./holders";
import { logId, NOBODY, position } from "./log";
import { setParameter } from "./parameters";
import { fail, REASONS } from "./reputation";
import { slashPoint, stakePoint } from "./statistics";
import { pay } from "./timeline";

const STAKING = "StakingManager";
const BPS = BigInt.fromI32(10_000);
const ONE = BigInt.fromI32(1);
/** Numbers of the reasons that are slashed by a case. */
const FIRST_EVIDENCE: i32 = 3;
const LAST_EVIDENCE: i32 = 5;

export function handleStaked(event: Staked): void {
  const worker = provider(event.params.provider);
  worker.stake = event.params.stake;
  worker.save();
  changeOwn(event.params.amount);
  recordStake(worker, "STAKED", event.params.amount, event);
}

export function handleThawRequested(event: ThawRequested): void {
  const worker = provider(event.params.provider);
  worker.stake = event.params.stake;
  const thaw = new ThawRequest(logId(event));
  thaw.provider = worker.id;
  thaw.amount = event.params.amount;
  thaw.readyAt = event.params.readyAt;
  thaw.withdrawn = false;
  thaw.save();
  // at most MAX_THAWS are under way, so the list stays short
  worker.thawing = worker.thawing.concat([thaw.id]);
  worker.save();
  changeOwn(event.params.amount.neg());
  recordStake(worker, "THAW_REQUESTED", event.params.amount, event);
}

export function handleStakeWithdrawn(event: Withdrawn): void {
  const worker = provider(event.params.provider);
  const thawing = worker.thawing;
  let left = event.params.amount;
  let done = 0;
  // requests are paid in the order in which they were made
  while (done < thawing.length && !left.isZero()) {
    const thaw = ThawRequest.load(thawing[done])!;
    left = left.minus(thaw.amount);
    thaw.withdrawn = true;
    thaw.save();
    done++;
  }
  worker.thawing = thawing.slice(done);
  worker.save();
  recordStake(worker, "WITHDRAWN", event.params.amount, event);
}

export function handleOperatorSet(event: OperatorSet): void {
  const worker = provider(event.params.provider);
  worker.save();
  const id: Bytes = worker.id.concat(event.params.operator);
  const operator = new Operator(id);
  operator.provider = worker.id;
  operator.account = event.params.operator;
  operator.allowed = event.params.allowed;
  operator.save();
}

export function handleExposureSet(event: ExposureSet): void {
  const worker = provider(event.params.provider);
  worker.exposureBps = event.params.bps.toI32();
  worker.save();
}

export function handleBondForfeited(event: BondForfeited): void {
  const worker = provider(event.params.provider);
  const paid = event.params.toRequester.plus(event.params.toFinder);
  const lost = paid.plus(event.params.toAudit).plus(event.params.burned);
  worker.exposureBps = exposureAfter(worker.exposureBps, lost, worker.stake);
  // own stake pays first; what it does not cover is the pool's
  const own = lost.gt(worker.stake) ? worker.stake : lost;
  worker.stake = worker.stake.minus(own);
  worker.forfeited = worker.forfeited.plus(lost);
  const stakes = stakeTotals();
  addLocked(worker, event.params.bond.neg(), stakes);
  fail(worker, event.params.reason, event);
  worker.save();
  stakes.own = stakes.own.minus(own);
  stakePoint(stakes);
  stakes.save();
  const totals = protocol();
  totals.slashed = totals.slashed.plus(lost);
  totals.burnDue = totals.burnDue.plus(event.params.burned);
  totals.auditDue = totals.auditDue.plus(event.params.toAudit);
  totals.save();
  addCredit(event.params.requester, event.params.toRequester);
  addCredit(event.params.finder, event.params.toFinder);
  recordSlash(worker, lost, lost.minus(own), event);
  slashPoint(REASONS[event.params.reason], lost, event.params.burned);
  recordStake(worker, "FORFEITED", own, event);
}

export function handleBurned(event: Burned): void {
  const totals = protocol();
  totals.burnDue = ZERO;
  totals.save();
  pay("PENALTY_BURN", totals.asy, NOBODY, NOBODY, event.params.amount, event);
}

export function handleCreditClaimed(event: CreditClaimed): void {
  const credit = StakeCredit.load(event.params.account)!;
  credit.amount = ZERO;
  credit.save();
  pay("CREDIT", protocol().asy, NOBODY, event.params.account, event.params.amount, event);
}

export function handleAuditFundPaid(event: AuditFundPaid): void {
  const totals = protocol();
  totals.auditDue = ZERO;
  totals.save();
  pay("AUDIT", totals.asy, NOBODY, event.params.fund, event.params.amount, event);
}

export function handleAuditFundSet(event: AuditFundSet): void {
  const totals = protocol();
  totals.auditFund = event.params.current;
  totals.save();
  setParameter(STAKING, "auditFund", "", event.params.current.toHexString(), event);
}

export function handleThawPeriodSet(event: ThawPeriodSet): void {
  const totals = protocol();
  totals.thawPeriod = event.params.current;
  totals.save();
  setParameter(STAKING, "thawPeriod", "", event.params.current.toString(), event);
}

export function handleStakeDelegateChanged(event: DelegateChanged): void {
  const representative: Bytes = event.params.toDelegate;
  const nobody = representative == NOBODY;
  if (!nobody) holderId(representative);
  const found = holder(event.params.delegator);
  if (nobody) found.stakedRepresentative = null;
  else found.stakedRepresentative = representative;
  found.save();
}

export function handleStakeVotesChanged(event: DelegateVotesChanged): void {
  const found = holder(event.params.delegate);
  found.stakedVotes = event.params.newVotes;
  found.save();
}

function changeOwn(amount: BigInt): void {
  const stakes = stakeTotals();
  stakes.own = stakes.own.plus(amount);
  stakePoint(stakes);
  stakes.save();
}

/** STK: what is lost takes its share, rounded up, off what operators may keep locked. */
function exposureAfter(exposureBps: i32, lost: BigInt, stake: BigInt): i32 {
  if (lost.isZero()) return exposureBps;
  if (stake.isZero()) return 0;
  const share = lost.times(BPS).plus(stake).minus(ONE).div(stake);
  return share.gt(BigInt.fromI32(exposureBps)) ? 0 : exposureBps - share.toI32();
}

function recordSlash(worker: Provider, lost: BigInt, fromPool: BigInt, event: BondForfeited): void {
  const slash = new Slash(logId(event));
  slash.provider = worker.id;
  slash.reason = REASONS[event.params.reason];
  slash.bond = event.params.bond;
  slash.lost = lost;
  slash.fromPool = fromPool;
  slash.requester = event.params.requester;
  slash.toRequester = event.params.toRequester;
  if (event.params.finder != NOBODY) slash.finder = event.params.finder;
  slash.toFinder = event.params.toFinder;
  slash.toAudit = event.params.toAudit;
  slash.burned = event.params.burned;
  slash.slashingCase = caseOf(worker, event);
  slash.position = position(event);
  slash.transaction = event.transaction.hash;
  slash.time = event.block.timestamp;
  slash.save();
}

/** The case against `worker` that this transaction has executed, if there is one; a provider has few cases. */
function caseOf(worker: Provider, event: BondForfeited): string | null {
  // proofs come without a case: most slashes are spared the look
  const reason = event.params.reason;
  if (reason < FIRST_EVIDENCE || reason > LAST_EVIDENCE) return null;
  const cases = worker.cases.load();
  for (let i = 0; i < cases.length; i++) {
    const execution = cases[i].execution;
    if (execution && execution == event.transaction.hash && cases[i].reason == REASONS[reason]) return cases[i].id;
  }
  return null;
}

function recordStake(worker: Provider, kind: string, amount: BigInt, event: ethereum.Event): void {
  const entry = new StakeEvent(logId(event));
  entry.provider = worker.id;
  entry.kind = kind;
  entry.amount = amount;
  entry.stake = worker.stake;
  entry.position = position(event);
  entry.transaction = event.transaction.hash;
  entry.time = event.block.timestamp;
  entry.save();
}

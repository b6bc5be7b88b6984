import { BigInt, Bytes } from "@graphprotocol/graph-ts";
import {
  BondForfeited,
  Burned,
  ExposureSet,
  OperatorSet,
  Staked,
  ThawRequested,
  Withdrawn,
} from "../generated/StakingManager/StakingManager";
import { Operator, ThawRequest } from "../generated/schema";
import { protocol, provider } from "./entities";

const BPS = BigInt.fromI32(10_000);
const ONE = BigInt.fromI32(1);

export function handleStaked(event: Staked): void {
  const totals = protocol();
  const worker = provider(event.params.provider, totals);
  worker.stake = event.params.stake;
  worker.save();
  totals.stake = totals.stake.plus(event.params.amount);
  totals.save();
}

export function handleThawRequested(event: ThawRequested): void {
  const totals = protocol();
  const worker = provider(event.params.provider, totals);
  worker.stake = event.params.stake;
  const thaw = new ThawRequest(event.transaction.hash.concatI32(event.logIndex.toI32()));
  thaw.provider = worker.id;
  thaw.amount = event.params.amount;
  thaw.readyAt = event.params.readyAt;
  thaw.withdrawn = false;
  thaw.save();
  // at most MAX_THAWS are under way, so the list stays short
  worker.thawing = worker.thawing.concat([thaw.id]);
  worker.save();
  totals.stake = totals.stake.minus(event.params.amount);
  totals.save();
}

export function handleWithdrawn(event: Withdrawn): void {
  const totals = protocol();
  const worker = provider(event.params.provider, totals);
  let left = event.params.amount;
  let done = 0;
  // requests are paid in the order in which they were made
  while (done < worker.thawing.length && !left.isZero()) {
    const thaw = ThawRequest.load(worker.thawing[done])!;
    left = left.minus(thaw.amount);
    thaw.withdrawn = true;
    thaw.save();
    done++;
  }
  worker.thawing = worker.thawing.slice(done);
  worker.save();
}

export function handleOperatorSet(event: OperatorSet): void {
  const totals = protocol();
  const worker = provider(event.params.provider, totals);
  worker.save();
  totals.save();
  const id: Bytes = worker.id.concat(event.params.operator);
  const operator = new Operator(id);
  operator.provider = worker.id;
  operator.account = event.params.operator;
  operator.allowed = event.params.allowed;
  operator.save();
}

export function handleExposureSet(event: ExposureSet): void {
  const totals = protocol();
  const worker = provider(event.params.provider, totals);
  worker.exposureBps = event.params.bps.toI32();
  worker.save();
  totals.save();
}

export function handleBondForfeited(event: BondForfeited): void {
  const totals = protocol();
  const worker = provider(event.params.provider, totals);
  const paid = event.params.toRequester.plus(event.params.toFinder);
  const lost = paid.plus(event.params.toAudit).plus(event.params.burned);
  worker.exposureBps = exposureAfter(worker.exposureBps, lost, worker.stake);
  // own stake pays first; what it does not cover is the pool's
  const own = lost.gt(worker.stake) ? worker.stake : lost;
  worker.stake = worker.stake.minus(own);
  worker.locked = worker.locked.minus(event.params.bond);
  worker.forfeited = worker.forfeited.plus(lost);
  worker.save();
  totals.stake = totals.stake.minus(own);
  totals.locked = totals.locked.minus(event.params.bond);
  totals.save();
}

/** STK: what is lost takes its share, rounded up, off what operators may keep locked. */
function exposureAfter(exposureBps: i32, lost: BigInt, stake: BigInt): i32 {
  if (lost.isZero()) return exposureBps;
  if (stake.isZero()) return 0;
  const share = lost.times(BPS).plus(stake).minus(ONE).div(stake).toI32();
  return share > exposureBps ? 0 : exposureBps - share;
}

export function handleBurned(event: Burned): void {
  const totals = protocol();
  totals.burned = totals.burned.plus(event.params.amount);
  totals.save();
}

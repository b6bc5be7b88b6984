import { BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";
import {
  CutSet,
  DelegationWithdrawn,
  ExitRequested,
  FeesClaimed,
  FeesShared,
  FeeTokenAdded,
  PoolReset,
  PoolSlashed,
  StakeDelegated,
  StakeRedelegated,
} from "../generated/DelegationPools/DelegationPools";
import { Delegation, DelegationEvent, DelegationExit, DelegationPool, PoolFees } from "../generated/schema";
import { addBalance, protocol, provider, stakeTotals, ZERO } from "./entities";
import { holderId } from "./holders";
import { logId, position } from "./log";
import { setParameter } from "./parameters";
import { stakePoint } from "./statistics";
import { pay } from "./timeline";
import { tokenConfig } from "./tokens";

export function handleStakeDelegated(event: StakeDelegated): void {
  const pool = poolOf(event.params.provider);
  const part = delegation(pool, event.params.account);
  join(pool, part, event.params.amount, event.params.shares, event);
  part.save();
  pool.save();
  changeTotal(event.params.amount);
  record(pool, "DELEGATED", part.account, event.params.amount, event.params.shares, event);
}

export function handleExitRequested(event: ExitRequested): void {
  const pool = poolOf(event.params.provider);
  const part = delegation(pool, event.params.account);
  const shares = event.params.shares;
  const exit = new DelegationExit(logId(event));
  exit.delegation = part.id;
  exit.shares = shares;
  exit.readyAt = event.params.readyAt;
  exit.withdrawn = false;
  exit.save();
  part.exiting = part.exiting.plus(shares);
  part.exits = part.exits.concat([exit.id]);
  part.save();
  pool.exiting = pool.exiting.plus(shares);
  pool.save();
  record(pool, "EXIT_REQUESTED", part.account, ZERO, shares, event);
}

export function handleDelegationWithdrawn(event: DelegationWithdrawn): void {
  const pool = poolOf(event.params.provider);
  const part = delegation(pool, event.params.account);
  const shares = event.params.shares;
  leave(pool, part, event.params.amount, shares);
  part.exiting = part.exiting.minus(shares);
  pool.exiting = pool.exiting.minus(shares);
  closeExits(part, shares);
  part.save();
  pool.save();
  changeTotal(event.params.amount.neg());
  record(pool, "WITHDRAWN", part.account, event.params.amount, shares, event);
}

export function handleStakeRedelegated(event: StakeRedelegated): void {
  const source = poolOf(event.params.from);
  const left = delegation(source, event.params.account);
  leave(source, left, event.params.amount, event.params.shares);
  left.save();
  source.save();
  record(source, "MOVED_OUT", left.account, event.params.amount, event.params.shares, event);
  const target = poolOf(event.params.to);
  const part = delegation(target, event.params.account);
  join(target, part, event.params.amount, event.params.newShares, event);
  part.save();
  target.save();
  record(target, "MOVED_IN", part.account, event.params.amount, event.params.newShares, event, 1);
}

export function handlePoolSlashed(event: PoolSlashed): void {
  const pool = poolOf(event.params.provider);
  pool.assets = event.params.assets;
  pool.slashed = pool.slashed.plus(event.params.amount);
  pool.save();
  changeTotal(event.params.amount.neg());
  record(pool, "SLASHED", null, event.params.amount, ZERO, event);
}

export function handlePoolReset(event: PoolReset): void {
  const pool = poolOf(event.params.provider);
  pool.assets = ZERO;
  pool.shares = ZERO;
  pool.exiting = ZERO;
  pool.epoch = event.params.epoch;
  pool.save();
  changeTotal(event.params.burned.neg());
  const totals = protocol();
  // what was left of the pool is burned with the penalty
  totals.burnDue = totals.burnDue.plus(event.params.burned);
  totals.save();
  record(pool, "RESET", null, event.params.burned, ZERO, event);
}

export function handleCutSet(event: CutSet): void {
  const pool = poolOf(event.params.provider);
  const current = event.block.timestamp.ge(pool.nextCutAt) ? pool.nextCutBps : pool.cutBps;
  const next = event.params.bps.toI32();
  pool.cutBps = next < current ? next : current;
  pool.nextCutBps = next;
  pool.nextCutAt = event.params.from;
  pool.save();
  record(pool, "CUT_SET", null, event.params.bps, ZERO, event);
}

/** Delegators' part of the fees waits in the market, as a balance of the pools' contract. */
export function handleFeesShared(event: FeesShared): void {
  const token = event.params.token;
  const amount = event.params.amount;
  const pool = poolOf(event.params.provider);
  pool.save();
  const id: Bytes = pool.id.concat(token);
  let fees = PoolFees.load(id);
  if (!fees) {
    fees = new PoolFees(id);
    fees.pool = pool.id;
    fees.token = token;
    fees.shared = ZERO;
  }
  fees.shared = fees.shared.plus(amount);
  fees.save();
  addBalance(token, event.address, amount);
  record(pool, "FEES_SHARED", null, amount, ZERO, event);
  pay("DELEGATORS", token, pool.id, event.address, amount, event);
}

export function handleFeesClaimed(event: FeesClaimed): void {
  pay("DELEGATOR_FEES", event.params.token, event.address, event.params.account, event.params.amount, event);
}

export function handleFeeTokenAdded(event: FeeTokenAdded): void {
  const config = tokenConfig(event.params.token);
  config.sharesFees = true;
  config.save();
  setParameter("DelegationPools", "feeToken", event.params.token.toHexString(), "true", event);
}

/** Has to be saved. */
function poolOf(account: Bytes): DelegationPool {
  let found = DelegationPool.load(account);
  if (!found) {
    const worker = provider(account);
    worker.pool = account;
    worker.save();
    found = new DelegationPool(account);
    found.provider = account;
    found.assets = ZERO;
    found.shares = ZERO;
    found.exiting = ZERO;
    found.epoch = ZERO;
    found.cutBps = 0;
    found.nextCutBps = 0;
    found.nextCutAt = ZERO;
    found.slashed = ZERO;
  }
  return found;
}

/** An account's part of a pool, brought to the pool's epoch as the contract does when it touches it. Has to be saved. */
function delegation(pool: DelegationPool, account: Bytes): Delegation {
  const id: Bytes = pool.id.concat(account);
  let found = Delegation.load(id);
  if (!found) {
    found = new Delegation(id);
    found.pool = pool.id;
    found.account = holderId(account);
    found.movableAt = ZERO;
    found.epoch = pool.epoch;
    reset(found);
  }
  if (found.epoch != pool.epoch) {
    found.epoch = pool.epoch;
    reset(found);
  }
  return found;
}

function reset(part: Delegation): void {
  part.shares = ZERO;
  part.exiting = ZERO;
  part.exits = [];
}

function join(pool: DelegationPool, part: Delegation, amount: BigInt, shares: BigInt, event: ethereum.Event): void {
  pool.assets = pool.assets.plus(amount);
  pool.shares = pool.shares.plus(shares);
  part.shares = part.shares.plus(shares);
  part.movableAt = event.block.timestamp.plus(protocol().thawPeriod);
}

function leave(pool: DelegationPool, part: Delegation, amount: BigInt, shares: BigInt): void {
  pool.assets = pool.assets.minus(amount);
  pool.shares = pool.shares.minus(shares);
  part.shares = part.shares.minus(shares);
}

/** Exits are paid whole and in the order in which they were requested. */
function closeExits(part: Delegation, shares: BigInt): void {
  const exits = part.exits;
  let left = shares;
  let done = 0;
  while (done < exits.length && !left.isZero()) {
    const exit = DelegationExit.load(exits[done])!;
    left = left.minus(exit.shares);
    exit.withdrawn = true;
    exit.save();
    done++;
  }
  part.exits = exits.slice(done);
}

function changeTotal(amount: BigInt): void {
  const stakes = stakeTotals();
  stakes.delegated = stakes.delegated.plus(amount);
  stakePoint(stakes);
  stakes.save();
}

/** @param part tells entries of one log apart */
function record(
  pool: DelegationPool,
  kind: string,
  account: Bytes | null,
  amount: BigInt,
  shares: BigInt,
  event: ethereum.Event,
  part: i32 = 0,
): void {
  const byte = new Bytes(1);
  byte[0] = part as u8;
  const entry = new DelegationEvent(logId(event).concat(byte));
  entry.pool = pool.id;
  entry.kind = kind;
  entry.account = account;
  entry.amount = amount;
  entry.shares = shares;
  entry.position = position(event);
  entry.transaction = event.transaction.hash;
  entry.time = event.block.timestamp;
  entry.save();
}

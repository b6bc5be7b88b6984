import { BigInt, ethereum } from "@graphprotocol/graph-ts";
import { Provider, ReputationPoint } from "../generated/schema";
import { logId, position } from "./log";

// contracts/libraries/Reputation.sol: one outcome, the largest record, and what a day leaves of it, in 2^-64
const UNIT: i32 = 1024;
const MAX: i32 = 65535;
const GOOD_HALF_LIFE: i32 = 30;
const BAD_HALF_LIFE: i32 = 180;
const GOOD_DAILY = "18025419856780639094";
const BAD_DAILY = "18375845621797877956";
const DAY: i64 = 86_400;
/** The score of who has no record. */
export const EMPTY_SCORE: i32 = 2_500;

/** Reasons by their number in contracts/interfaces/ISlashingManager.sol. */
export const REASONS: string[] = [
  "FINALIZED",
  "LATE",
  "REJECTED",
  "DATA_WITHHELD",
  "FALSE_CAPABILITY",
  "COLLUSION",
  "RESCUED",
];
/** Failures that a reason adds, by the same number: contracts/slashing/SlashingManager.sol, sharesOf. */
const FAILURES: i32[] = [0, 1, 8, 2, 2, 8, 1];

/** An accepted result that somebody else asked for: counts once a day. `worker` has to be saved. */
export function succeed(worker: Provider, event: ethereum.Event): void {
  const today = dayOf(event);
  if (today <= worker.recordDay) return;
  decay(worker, today);
  worker.good = worker.good + UNIT > MAX ? MAX : worker.good + UNIT;
  write(worker, 0, event);
}

/** A penalty. `worker` has to be saved. */
export function fail(worker: Provider, reason: i32, event: ethereum.Event): void {
  const weight = FAILURES[reason] * UNIT;
  decay(worker, dayOf(event));
  worker.bad = worker.bad + weight > MAX ? MAX : worker.bad + weight;
  write(worker, reason, event);
}

function dayOf(event: ethereum.Event): i32 {
  return (event.block.timestamp.toI64() / DAY) as i32;
}

function decay(worker: Provider, today: i32): void {
  if (today <= worker.recordDay) return;
  const elapsed = today - worker.recordDay;
  worker.good = halve(worker.good, elapsed, GOOD_HALF_LIFE, GOOD_DAILY);
  worker.bad = halve(worker.bad, elapsed, BAD_HALF_LIFE, BAD_DAILY);
  worker.recordDay = today;
}

function halve(value: i32, elapsed: i32, halfLife: i32, daily: string): i32 {
  const halvings = elapsed / halfLife;
  if (value == 0 || halvings >= 16) return 0;
  let factor = BigInt.fromI32(1).leftShift(64);
  let power = BigInt.fromString(daily);
  for (let rest = elapsed % halfLife; rest != 0; rest >>= 1) {
    if ((rest & 1) == 1) factor = factor.times(power).rightShift(64);
    power = power.times(power).rightShift(64);
  }
  return BigInt.fromI32(value).times(factor).rightShift(64).toI32() >> halvings;
}

function write(worker: Provider, reason: i32, event: ethereum.Event): void {
  const good = worker.good;
  const bad = worker.bad;
  worker.score = ((good + UNIT) * 10_000) / (good + 4 * bad + 4 * UNIT);
  const point = new ReputationPoint(logId(event));
  point.provider = worker.id;
  point.reason = REASONS[reason];
  point.good = good;
  point.bad = bad;
  point.day = worker.recordDay;
  point.score = worker.score;
  point.position = position(event);
  point.transaction = event.transaction.hash;
  point.time = event.block.timestamp;
  point.save();
}

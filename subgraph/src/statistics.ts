import { BigDecimal, BigInt } from "@graphprotocol/graph-ts";
import { Job, JobEnd, JobPost, JobPrice, SlashPoint, StakePoint, StakeTotals } from "../generated/schema";

// graph-node numbers the points of a time series itself: every point is made with the number 0

/** A job was posted. */
export function postPoint(job: Job): void {
  const point = new JobPost(0);
  point.token = job.token;
  point.maxPrice = job.maxPrice.toBigDecimal();
  point.save();
}

/** A job ended; its status says how. */
export function endPoint(job: Job, paid: BigInt, fee: BigInt): void {
  const point = new JobEnd(0);
  point.token = job.token;
  point.paid = paid.toBigDecimal();
  point.fee = fee.toBigDecimal();
  point.finalized = job.status == "FINALIZED" ? 1 : 0;
  point.failed = job.status == "EXPIRED" || job.status == "REJECTED" ? 1 : 0;
  point.save();
  if (job.status != "FINALIZED" || paid.isZero()) return;
  const price = new JobPrice(0);
  price.token = job.token;
  price.bucket = bucketOf(paid);
  price.price = paid.toBigDecimal();
  price.save();
}

/** The bucket 8e + m of a price in [(8 + m) 2^(e - 3), (9 + m) 2^(e - 3)); a price is above 0 and below 2^96. */
export function bucketOf(price: BigInt): i32 {
  let high = price;
  let exponent: i32 = 3;
  if (price.lt(BigInt.fromI32(8))) {
    while (high.lt(BigInt.fromI32(8))) {
      high = high.leftShift(1);
      exponent--;
    }
  }
  for (let step: i32 = 64; step != 0; step >>= 1) {
    const next = high.rightShift(step as u8);
    if (next.lt(BigInt.fromI32(8))) continue;
    high = next;
    exponent += step;
  }
  return 8 * exponent + high.toI32() - 8;
}

/** Stake, or what of it is locked, changed. */
export function stakePoint(stakes: StakeTotals): void {
  const point = new StakePoint(0);
  const whole = stakes.own.plus(stakes.delegated).toBigDecimal();
  point.stake = stakes.own.toBigDecimal();
  point.delegated = stakes.delegated.toBigDecimal();
  point.locked = stakes.locked.toBigDecimal();
  const none = BigDecimal.zero();
  point.utilisation = whole.equals(none) ? none : point.locked.div(whole);
  point.save();
}

export function slashPoint(reason: string, lost: BigInt, burned: BigInt): void {
  const point = new SlashPoint(0);
  point.reason = reason;
  point.lost = lost.toBigDecimal();
  point.burned = burned.toBigDecimal();
  point.save();
}

import { BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";
import { Job, JobEvent, Payment } from "../generated/schema";
import { logId, position } from "./log";

/** Writes down what happened to a job; its status is what it is from here on. */
export function record(job: Job, kind: string, actor: Bytes, amount: BigInt | null, event: ethereum.Event): void {
  const entry = new JobEvent(logId(event));
  entry.job = job.id;
  entry.kind = kind;
  entry.status = job.status;
  entry.actor = actor;
  entry.amount = amount;
  entry.position = position(event);
  entry.transaction = event.transaction.hash;
  entry.block = event.block.number;
  entry.time = event.block.timestamp;
  entry.save();
}

/** Payments that one log may tell of together, by the byte that tells their ids apart. */
export const ONLY: i32 = 0;

/**
 * Writes down that money moved; nothing is written of nothing.
 * @param part tells payments of one log apart
 */
export function pay(
  kind: string,
  token: Bytes,
  from: Bytes,
  to: Bytes,
  amount: BigInt,
  event: ethereum.Event,
  part: i32 = ONLY,
): void {
  if (amount.isZero()) return;
  const byte = new Bytes(1);
  byte[0] = part as u8;
  const entry = new Payment(logId(event).concat(byte));
  entry.kind = kind;
  entry.token = token;
  entry.from = from;
  entry.to = to;
  entry.amount = amount;
  entry.position = position(event);
  entry.transaction = event.transaction.hash;
  entry.time = event.block.timestamp;
  entry.save();
}

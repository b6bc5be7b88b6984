import { Bytes, ethereum } from "@graphprotocol/graph-ts";

// every handler starts by making what stands at the top of its module: nothing there may cost much. New bytes are zeroes.
export const NOBODY: Bytes = new Bytes(20);
/** A word of zeroes. */
export const NO_WORD: Bytes = new Bytes(32);

/** The id of what one log says. */
export function logId(event: ethereum.Event): Bytes {
  return event.transaction.hash.concatI32(event.logIndex.toI32());
}

/** The id of what the log `distance` before this one says. */
export function earlierLogId(event: ethereum.Event, distance: i32): Bytes {
  return event.transaction.hash.concatI32(event.logIndex.toI32() - distance);
}

/** Orders all that happened: block number times 2^32 plus the log's index. */
export function position(event: ethereum.Event): i64 {
  return (event.block.number.toI64() << 32) | event.logIndex.toI64();
}

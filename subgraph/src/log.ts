import { Bytes, ethereum } from "@graphprotocol/graph-ts";

export const NOBODY = Bytes.fromHexString("0x0000000000000000000000000000000000000000");

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

import { Bytes } from "@graphprotocol/graph-ts";
import { Moved, RangeSet } from "../generated/ParameterCouncil/ParameterCouncil";
import { CouncilMove, CouncilRange } from "../generated/schema";
import { ZERO } from "./entities";
import { logId, position } from "./log";

export function handleRangeSet(event: RangeSet): void {
  const range = rangeOf(event.params.target, event.params.setter);
  range.min = event.params.min;
  range.max = event.params.max;
  range.save();
}

export function handleCouncilMoved(event: Moved): void {
  const range = rangeOf(event.params.target, event.params.setter);
  range.movedAt = event.block.timestamp;
  range.save();
  const move = new CouncilMove(logId(event));
  move.range = range.id;
  move.value = event.params.value;
  move.sender = event.transaction.from;
  move.position = position(event);
  move.transaction = event.transaction.hash;
  move.time = event.block.timestamp;
  move.save();
}

function rangeOf(target: Bytes, setter: Bytes): CouncilRange {
  const id = target.concat(setter);
  let found = CouncilRange.load(id);
  if (!found) {
    found = new CouncilRange(id);
    found.target = target;
    found.setter = setter;
    found.min = ZERO;
    found.max = ZERO;
    found.movedAt = ZERO;
  }
  return found;
}

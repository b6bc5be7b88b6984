import {
  CallExecuted,
  CallSalt,
  CallScheduled,
  Cancelled,
  MinDelayChange,
} from "../generated/ProtocolTimelock/ProtocolTimelock";
import { TimelockCall, TimelockOperation } from "../generated/schema";
import { NO_WORD } from "./log";
import { setParameter } from "./parameters";

export function handleCallScheduled(event: CallScheduled): void {
  // a cancelled operation can be scheduled again
  const operation = new TimelockOperation(event.params.id);
  operation.status = "SCHEDULED";
  operation.predecessor = event.params.predecessor;
  operation.salt = NO_WORD;
  operation.delay = event.params.delay;
  operation.scheduledAt = event.block.timestamp;
  operation.readyAt = event.block.timestamp.plus(event.params.delay);
  operation.endedAt = null;
  operation.save();

  const index = event.params.index.toI32();
  const call = new TimelockCall(operation.id.concatI32(index));
  call.operation = operation.id;
  call.index = index;
  call.target = event.params.target;
  call.value = event.params.value;
  call.data = event.params.data;
  call.executed = false;
  call.save();
}

export function handleCallSalt(event: CallSalt): void {
  const operation = TimelockOperation.load(event.params.id)!;
  operation.salt = event.params.salt;
  operation.save();
}

export function handleCallExecuted(event: CallExecuted): void {
  const operation = TimelockOperation.load(event.params.id)!;
  operation.status = "EXECUTED";
  operation.endedAt = event.block.timestamp;
  operation.save();
  const call = TimelockCall.load(operation.id.concatI32(event.params.index.toI32()))!;
  call.executed = true;
  call.save();
}

export function handleCancelled(event: Cancelled): void {
  const operation = TimelockOperation.load(event.params.id)!;
  operation.status = "CANCELLED";
  operation.endedAt = event.block.timestamp;
  operation.save();
}

export function handleMinDelayChange(event: MinDelayChange): void {
  setParameter("ProtocolTimelock", "minDelay", "", event.params.newDuration.toString(), event);
}

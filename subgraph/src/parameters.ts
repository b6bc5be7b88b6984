import { Bytes, ethereum } from "@graphprotocol/graph-ts";
import { Parameter, ParameterChange } from "../generated/schema";
import { logId, position } from "./log";

/**
 * Writes down that something was set.
 * @param subject what it belongs to, empty where there is one only
 */
export function setParameter(
  contract: string,
  name: string,
  subject: string,
  value: string,
  event: ethereum.Event,
): void {
  const id = contract + "." + name + (subject == "" ? "" : ":" + subject);
  let found = Parameter.load(id);
  const change = new ParameterChange(logId(event).concat(Bytes.fromUTF8(id)));
  if (found) {
    change.previous = found.value;
  } else {
    found = new Parameter(id);
    found.contract = contract;
    found.name = name;
    found.subject = subject;
  }
  found.value = value;
  found.time = event.block.timestamp;
  found.save();
  change.parameter = id;
  change.value = value;
  change.position = position(event);
  change.transaction = event.transaction.hash;
  change.time = event.block.timestamp;
  change.save();
}

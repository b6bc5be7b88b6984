import { Bytes } from "@graphprotocol/graph-ts";
import { Answered, Demanded, Withheld } from "../generated/DataDemands/DataDemands";
import { DataDemand, DataDemander, Job } from "../generated/schema";
import { logId } from "./log";

export function handleDemanded(event: Demanded): void {
  const demand = new DataDemand(logId(event));
  const account = demander(event.params.demander);
  account.open = demand.id;
  account.save();
  // anybody can demand with terms that were never posted
  const job = Job.load(event.params.job);
  if (job) demand.job = job.id;
  demand.jobId = event.params.job;
  demand.demander = account.id;
  demand.initial = event.params.initial;
  demand.tensor = event.params.tensor.toI32();
  demand.index = event.params.index;
  demand.root = event.params.root;
  demand.fee = event.params.fee;
  demand.until = event.params.until;
  demand.status = "OPEN";
  demand.time = event.block.timestamp;
  demand.save();
}

export function handleAnswered(event: Answered): void {
  const demand = closed(event.params.demander, "ANSWERED");
  demand.answerer = event.params.answerer;
  demand.dtype = event.params.dtype;
  demand.depth = event.params.depth.toI32();
  demand.save();
}

export function handleWithheld(event: Withheld): void {
  closed(event.params.demander, "WITHHELD").save();
}

/** The open demand of an account, which has ended. Has to be saved. */
function closed(account: Bytes, status: string): DataDemand {
  const found = demander(account);
  const demand = DataDemand.load(found.open!)!;
  found.open = null;
  found.save();
  demand.status = status;
  return demand;
}

function demander(account: Bytes): DataDemander {
  const found = DataDemander.load(account);
  return found ? found : new DataDemander(account);
}

import { RecordSet } from "../generated/ProviderRegistry/ProviderRegistry";
import { ProviderRecord } from "../generated/schema";
import { provider } from "./entities";

export function handleRecordSet(event: RecordSet): void {
  const worker = provider(event.params.provider);
  const record = new ProviderRecord(worker.id.concatI32(event.params.sequence.toU32() as i32));
  record.provider = worker.id;
  record.sequence = event.params.sequence;
  record.capabilities = event.params.capabilities;
  record.memoryClass = event.params.memoryClass;
  record.expiry = event.params.expiry;
  record.pricePerHour = event.params.pricePerHour;
  record.endpoint = event.params.endpoint;
  record.time = event.block.timestamp;
  record.save();
  worker.record = record.id;
  worker.save();
}

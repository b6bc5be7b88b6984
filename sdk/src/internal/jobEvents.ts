import { type Address, type Hex, toEventSelector } from "viem";
import { jobMarketplaceAbi } from "../abis.ts";
import type { AssayContext } from "../context.ts";
import { type JobEvent, type JobEventName, jobEventNames, type TimedJobEvent } from "../events/job.ts";
import { eventsNamed, parseAssayLogs } from "../events/parse.ts";
import { decodeError } from "../revert/decodeError.ts";
import { type LogRange, readLogs } from "./logs.ts";
import { mapBatched } from "./read.ts";

const SELECTORS: readonly Hex[] = jobMarketplaceAbi
  .filter((item) => item.type === "event")
  .filter((item) => jobEventNames.includes(item.name as JobEventName))
  .map((item) => toEventSelector(item));

/** First block that can hold an event of the market. */
export function marketStartBlock({ deployment }: AssayContext): bigint {
  return BigInt(deployment.contracts.JobMarketplace.startBlock ?? deployment.startBlock);
}

/** Address of the market. */
export function marketAddress({ deployment }: AssayContext): Address {
  return deployment.contracts.JobMarketplace.address;
}

type JobFilter = LogRange & { id?: Hex | undefined; signal?: AbortSignal | undefined };

/** The life-cycle events of one job, or of all, in chain order. */
export async function fetchJobEvents(context: AssayContext, filter: JobFilter): Promise<JobEvent[]> {
  const parts: JobEvent[][] = [];
  for await (const part of readJobEvents(context, filter)) parts.push(part);
  return parts.flat();
}

/** The same, one chunk after the other. */
export async function* readJobEvents(context: AssayContext, filter: JobFilter): AsyncGenerator<JobEvent[]> {
  const { id, ...range } = filter;
  const topics = [[...SELECTORS], ...(id ? [id] : [])];
  for await (const logs of readLogs(context, { ...range, address: marketAddress(context), topics })) {
    yield eventsNamed(parseAssayLogs(context.deployment, logs), "JobMarketplace", ...jobEventNames);
  }
}

/** Groups events by job, keeping their order. */
export function groupByJob<E extends JobEvent>(events: readonly E[]): Map<Hex, E[]> {
  const groups = new Map<Hex, E[]>();
  for (const event of events) {
    const group = groups.get(event.args.id);
    if (group) group.push(event);
    else groups.set(event.args.id, [event]);
  }
  return groups;
}

/** Adds the block times that a job's run word is made of; blocks are read where the endpoint's logs do not tell them. */
export async function withTimestamps(context: AssayContext, events: readonly JobEvent[]): Promise<TimedJobEvent[]> {
  const untold = events.filter(({ blockTimestamp }) => blockTimestamp === undefined);
  const hashes = [...new Set(untold.map((event) => event.blockHash))];
  try {
    const times = await mapBatched(hashes, async (blockHash) => {
      const block = await context.publicClient.getBlock({ blockHash });
      return Number(block.timestamp);
    });
    const timeOf = new Map(hashes.map((hash, index) => [hash, times[index] ?? 0]));
    return events.map((event) => ({
      ...event,
      timestamp: Number(event.blockTimestamp ?? timeOf.get(event.blockHash) ?? 0),
    }));
  } catch (error) {
    throw decodeError(error);
  }
}

import { type Address, type Hex, isAddressEqual } from "viem";
import { isEnded } from "../codec/laneWord.ts";
import type { JobStatus } from "../codec/types.ts";
import type { AssayContext } from "../context.ts";
import { foldJob, type Job, type JobEvent, type JobEventName } from "../events/job.ts";
import { groupByJob, marketStartBlock, readJobEvents, withTimestamps } from "../internal/jobEvents.ts";
import { keepConfirmed } from "../internal/laneCheck.ts";
import { headNumber } from "../internal/logs.ts";

export interface ListJobsArgs {
  /** One or several; `open` when left out. */
  status?: JobStatus | readonly JobStatus[] | undefined;
  requester?: Address | undefined;
  /** Jobs this provider has claimed; of open jobs those that anyone or this provider may claim. */
  provider?: Address | undefined;
  /** Only jobs posted from this block on; the market's first when left out. */
  fromBlock?: bigint | undefined;
  signal?: AbortSignal | undefined;
}

const STATUS_AFTER: Readonly<Record<JobEventName, JobStatus>> = {
  JobPosted: "open",
  BidPlaced: "open",
  JobClaimed: "claimed",
  JobRescued: "claimed",
  ResultSubmitted: "submitted",
  JobFinalized: "finalized",
  JobExpired: "expired",
  JobCancelled: "cancelled",
  JobRejected: "rejected",
  JobUnresolved: "unresolved",
};

/**
 * Lists jobs in the order of their posting. The market's logs are read once, whatever is asked for, and of jobs that have
 * ended otherwise nothing is kept, so that memory goes with the answer and not with the market's past. Each job is checked against
 * its lane on chain: one that the logs of a lagging endpoint still show as open, but that is gone, is left out.
 * @throws AssayError SDK-042 when the endpoint gives no logs
 */
export async function listJobs(context: AssayContext, args: ListJobsArgs = {}): Promise<Job[]> {
  const toBlock = await headNumber(context);
  return keepConfirmed(context, await readJobs(context, { ...args, toBlock }), toBlock);
}

/** The same as the logs up to a block tell it, not confirmed by any lane. */
export async function readJobs(context: AssayContext, args: ListJobsArgs & { toBlock: bigint }): Promise<Job[]> {
  const { toBlock, signal } = args;
  const statuses = new Set([args.status ?? "open"].flat());
  const fromBlock = args.fromBlock ?? marketStartBlock(context);
  const wanted = await readWanted(context, statuses, { fromBlock, toBlock, signal });
  const timed = groupByJob(await withTimestamps(context, wanted.flat()));
  return [...timed.values()].map((group) => foldJob(group)).filter((job) => matches(job, args));
}

/** The events of each job that was posted in the range and has one of these statuses at its end. */
async function readWanted(
  context: AssayContext,
  statuses: ReadonlySet<JobStatus>,
  range: Parameters<typeof readJobEvents>[1],
): Promise<JobEvent[][]> {
  const groups = new Map<Hex, JobEvent[]>();
  for await (const events of readJobEvents(context, range)) {
    for (const event of events) {
      const { id } = event.args;
      const group = groups.get(id);
      const status = STATUS_AFTER[event.eventName];
      if (isEnded(status) && !statuses.has(status)) groups.delete(id);
      else if (group) group.push(event);
      else if (event.eventName === "JobPosted") groups.set(id, [event]);
    }
  }
  return [...groups.values()].filter((group) => statuses.has(STATUS_AFTER[group.at(-1)!.eventName]));
}

function matches(job: Job, { requester, provider }: ListJobsArgs): boolean {
  if (requester && !isAddressEqual(job.terms.requester, requester)) return false;
  if (!provider) return true;
  if ("provider" in job) return isAddressEqual(job.provider, provider);
  return BigInt(job.terms.provider) === 0n || isAddressEqual(job.terms.provider, provider);
}

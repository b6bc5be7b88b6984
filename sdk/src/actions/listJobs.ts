import { type Address, isAddressEqual } from "viem";
import type { JobStatus } from "../codec/types.ts";
import type { AssayContext } from "../context.ts";
import { foldJob, type Job, type JobEventName } from "../events/job.ts";
import { fetchJobEvents, groupByJob, marketStartBlock, withTimestamps } from "../internal/jobEvents.ts";
import { keepConfirmed } from "../internal/laneCheck.ts";
import { headNumber } from "../internal/logs.ts";

export interface ListJobsArgs {
  /** `open` when left out. */
  status?: JobStatus | undefined;
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
 * Lists jobs in the order of their posting, each checked against its lane on chain: a job that the logs of a lagging
 * endpoint still show as open, but that is gone, is left out.
 * @throws AssayError SDK-042 when the endpoint gives no logs
 */
export async function listJobs(context: AssayContext, args: ListJobsArgs = {}): Promise<Job[]> {
  const status: JobStatus = args.status ?? "open";
  const toBlock = await headNumber(context);
  const fromBlock = args.fromBlock ?? marketStartBlock(context);
  const events = await fetchJobEvents(context, { fromBlock, toBlock, signal: args.signal });
  const wanted = [...groupByJob(events).values()].filter((group) => {
    const last = group.at(-1);
    return group[0]?.eventName === "JobPosted" && last && STATUS_AFTER[last.eventName] === status;
  });
  const timed = groupByJob(await withTimestamps(context, wanted.flat()));
  const jobs = [...timed.values()].map((group) => foldJob(group));
  return keepConfirmed(
    context,
    jobs.filter((job) => matches(job, args)),
    toBlock,
  );
}

function matches(job: Job, { requester, provider }: ListJobsArgs): boolean {
  if (requester && !isAddressEqual(job.terms.requester, requester)) return false;
  if (!provider) return true;
  if ("provider" in job) return isAddressEqual(job.provider, provider);
  return BigInt(job.terms.provider) === 0n || isAddressEqual(job.terms.provider, provider);
}

import type { Hex } from "viem";
import { isEnded } from "../codec/laneWord.ts";
import { type JobStatus, jobStatuses } from "../codec/types.ts";
import type { AssayContext } from "../context.ts";
import { AssayError } from "../errors.ts";
import type { Job } from "../events/job.ts";
import { headNumber } from "../internal/logs.ts";
import { POLLING_INTERVAL, pause } from "../internal/pause.ts";
import { getJob } from "./getJob.ts";

export interface WaitForJobArgs {
  id: Hex;
  /** What to wait for. A job that has passed it (finalized, while `submitted` is waited for) counts. */
  status: Exclude<JobStatus, "none">;
  /** Milliseconds; no limit when left out. */
  timeout?: number | undefined;
  /** Milliseconds between two looks. */
  pollingInterval?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Waits until a job has reached a status. An endpoint that is silent for a moment is asked again.
 * @returns the job as it is then
 * @throws AssayError SDK-021 when the job ended otherwise, SDK-022 after the timeout, SDK-023 when aborted
 */
export async function waitForJob(context: AssayContext, args: WaitForJobArgs): Promise<Job> {
  const { id, status, signal } = args;
  const interval = args.pollingInterval ?? POLLING_INTERVAL;
  const deadline = args.timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + args.timeout;
  let seen: bigint | undefined;
  let job: Job | undefined;
  for (;;) {
    try {
      const head = await headNumber(context);
      if (head !== seen) job = await getJob(context, { id, fromBlock: job?.timeline[0]?.blockNumber, signal });
      seen = head;
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    if (job && hasReached(job.status, status)) return job;
    if (job && isEnded(job.status)) throw endedOtherwise(job, status);
    if (performance.now() >= deadline) throw tooLong(id, status, job, args.timeout);
    await pause(Math.min(interval, deadline - performance.now()), signal);
  }
}

/** Errors after which looking again helps: a silent endpoint, or one that has not seen the job yet. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof AssayError && (error.kind === "retryable" || error.code === "SDK-020" || error.code === "SDK-024")
  );
}

/** Whether a job in `status` is at `wanted` or has been there. */
export function hasReached(status: JobStatus, wanted: JobStatus): boolean {
  if (status === wanted || wanted === "open") return true;
  const afterClaim: JobStatus[] = ["submitted", "finalized", "expired", "rejected", "unresolved"];
  const afterSubmit: JobStatus[] = ["finalized", "rejected", "unresolved"];
  if (wanted === "claimed") return afterClaim.includes(status);
  return wanted === "submitted" && afterSubmit.includes(status);
}

function endedOtherwise(job: Job, wanted: JobStatus): AssayError {
  return new AssayError("SDK-021", {
    message: `job ${job.id} has ended`,
    found: job.status,
    wanted,
    hint: `Its timeline says why; its last transaction is ${job.timeline.at(-1)?.transactionHash}`,
  });
}

function tooLong(id: Hex, wanted: JobStatus, job: Job | undefined, timeout: number | undefined): AssayError {
  const found = job?.status ?? jobStatuses[0];
  const hints: Partial<Record<JobStatus, string>> = {
    none: "No event of the job was seen: check the id and that its posting was mined",
    open: "No provider has claimed it: check the price, the bond and claimBy",
    claimed: "A provider works on it: wait longer, at most until its run time is over",
    submitted: "The result waits for its window: anyone can finalize the job after it",
  };
  return new AssayError("SDK-022", {
    message: `job ${id} is not ${wanted} after ${timeout} ms`,
    found,
    wanted,
    hint: hints[found] ?? "Wait longer",
  });
}

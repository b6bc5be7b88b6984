import type { Address, Hex } from "viem";
import { resultCommitment } from "../codec/commitments.ts";
import { unpackJobSpec } from "../codec/jobSpec.ts";
import { asJobId, unpackJobTerms } from "../codec/jobTerms.ts";
import type { StandingBid } from "../codec/laneWord.ts";
import { unpackRunWord } from "../codec/runWord.ts";
import type { JobId, JobSpec, JobTerms, RunWord } from "../codec/types.ts";
import { AssayError } from "../errors.ts";
import type { AssayEvent } from "./parse.ts";

/** The market's events of one job, in the order of its life. */
export const jobEventNames = [
  "JobPosted",
  "BidPlaced",
  "JobClaimed",
  "JobRescued",
  "ResultSubmitted",
  "JobFinalized",
  "JobExpired",
  "JobCancelled",
  "JobRejected",
  "JobUnresolved",
] as const;

export type JobEventName = (typeof jobEventNames)[number];
export type JobEvent<N extends JobEventName = JobEventName> = AssayEvent<"JobMarketplace", N>;

/** An event with its block's Unix time in seconds. */
export type TimedJobEvent = JobEvent & { timestamp: number };

interface JobBase {
  id: JobId;
  terms: JobTerms;
  spec: JobSpec;
  /** What happened to the job, oldest first: events with time, block and transaction. */
  timeline: TimedJobEvent[];
}

/** A job that nobody has claimed. */
export interface PostedJob extends JobBase {
  status: "open" | "cancelled";
  /** The best bid so far, where the price is found by bids */
  standing?: StandingBid;
}

interface ClaimFacts {
  provider: Address;
  /** The account that claimed: the provider or its operator. */
  claimer: Address;
  /** What the provider is paid before the fee, in the token's smallest unit. */
  price: bigint;
  nonce: Hex;
  /** Unix time, seconds */
  claimedAt: number;
  /** The run word that the next action of this job must bring. */
  run: RunWord;
}

/** A job that a provider has claimed. */
export interface ClaimedJob extends JobBase, ClaimFacts {
  status: "claimed" | "expired";
}

/** A job whose result is committed. */
export interface SubmittedJob extends JobBase, ClaimFacts {
  status: "submitted" | "finalized" | "rejected" | "unresolved";
  runRoot: Hex;
  /** sha2-256 digest of the output's CID */
  outputDigest: Hex;
  finalState: Hex;
  commitment: Hex;
  /** Unix time, seconds */
  submittedAt: number;
}

/** A job as its events tell it; narrow it by `status`. */
export type Job = PostedJob | ClaimedJob | SubmittedJob;

const ENDINGS = {
  JobFinalized: "finalized",
  JobRejected: "rejected",
  JobUnresolved: "unresolved",
} as const;

/**
 * Rebuilds a job from its own events alone.
 * @param events all events of one job, in chain order
 * @throws AssayError SDK-024 when they cannot be the events of one job
 */
export function foldJob(events: readonly TimedJobEvent[]): Job {
  let job: Job | undefined;
  let last: TimedJobEvent | undefined;
  for (const event of events) {
    job = step(job, event, last?.eventName);
    last = event;
  }
  if (!job || !last) throw misfit("no event");
  if (last.eventName === "JobRescued") throw misfit("JobRescued without a claim");
  return { ...job, timeline: [...events] };
}

function step(job: Job | undefined, event: TimedJobEvent, previous: JobEventName | undefined): Job {
  if (event.eventName === "JobPosted") {
    if (job) throw misfit("JobPosted twice");
    return posted(event);
  }
  if (!job) throw misfit(`${event.eventName} before JobPosted`);
  switch (job.status) {
    case "open":
      if (event.eventName === "JobClaimed") return claimed(job, event);
      if (event.eventName === "BidPlaced") return bidOn(job as PostedJob, event);
      if (event.eventName === "JobCancelled") return { ...job, status: "cancelled" };
      break;
    case "claimed":
      if (event.eventName === "ResultSubmitted") return submitted(job as ClaimedJob, event);
      // a rescue's claim follows in the same transaction
      if (event.eventName === "JobClaimed" && previous === "JobRescued") return claimed(job, event);
      if (previous === "JobRescued") break;
      if (event.eventName === "JobRescued") return { ...job, status: "claimed" };
      if (event.eventName === "JobExpired") return { ...job, status: "expired" };
      break;
    case "submitted":
      if (event.eventName in ENDINGS) {
        return { ...job, status: ENDINGS[event.eventName as keyof typeof ENDINGS] };
      }
  }
  throw misfit(`${event.eventName} while ${job.status}`);
}

function posted(event: JobEvent<"JobPosted"> & { timestamp: number }): PostedJob {
  const { id, terms, spec } = event.args;
  return {
    id: asJobId(id),
    status: "open",
    terms: unpackJobTerms(terms),
    spec: unpackJobSpec(spec),
    timeline: [],
  };
}

function bidOn(job: PostedJob, event: JobEvent<"BidPlaced">): PostedJob {
  const { provider, bidder, quote, score } = event.args;
  return { ...job, standing: { provider, bidder, quote: Number(quote), score } };
}

function claimed({ id, terms, spec, timeline }: JobBase, event: JobEvent<"JobClaimed">): ClaimedJob {
  const { provider, claimer, price, nonce } = event.args;
  const run = unpackRunWord(event.args.run);
  const { claimedAt } = run;
  return { id, terms, spec, timeline, status: "claimed", provider, claimer, price, nonce, claimedAt, run };
}

function submitted(job: ClaimedJob, event: JobEvent<"ResultSubmitted"> & { timestamp: number }): SubmittedJob {
  const { runRoot, finalState, outputDigest } = event.args;
  return {
    ...job,
    status: "submitted",
    run: { ...job.run, span: event.timestamp - job.claimedAt },
    runRoot,
    outputDigest,
    finalState,
    commitment: resultCommitment({ id: job.id, nonce: job.nonce, runRoot, finalState }),
    submittedAt: event.timestamp,
  };
}

function misfit(found: string): AssayError {
  return new AssayError("SDK-024", {
    message: "these events are not the life of one job",
    found,
    wanted:
      "JobPosted (and BidPlaced), then JobClaimed or JobCancelled, then ResultSubmitted or JobExpired, then one ending",
    hint: "The endpoint left logs out or mixed two forks: ask again, or use another endpoint",
  });
}

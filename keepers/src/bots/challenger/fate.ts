import { isEnded, type Job, type SubmittedJob } from "@assay/sdk";
import type { Hex } from "viem";
import type { KeeperContext } from "../../bot.ts";

/**
 * What became of a result. `stands`: it is its job's result now. `ended`: the job is over, or has another result. `unknown`: the job
 * is not known, or not as far yet; an endpoint that is behind says so of every new result.
 */
export type Fate = "stands" | "ended" | "unknown";

/** What a job tells of a result. */
export function fateOf(job: Job | undefined, commitment: Hex): Fate {
  if (!job) return "unknown";
  if (isEnded(job.status)) return "ended";
  if (job.status !== "submitted") return "unknown";
  return (job as SubmittedJob).commitment === commitment ? "stands" : "ended";
}

/**
 * What became of a case's result by now. The index keeps no job that has ended: where it has none, the job's own logs tell. They
 * are asked for a game only, whose bond comes back when the job has ended; anything else is over with its window.
 */
export async function readFate(
  { index, client }: Pick<KeeperContext, "index" | "client">,
  { job, fate }: { job: SubmittedJob; fate: Fate },
  inPlay: boolean,
): Promise<Fate> {
  const known = index.get(job.id);
  if (known) return fateOf(known, job.commitment);
  if (!inPlay || fate === "ended") return fate === "ended" ? fate : "unknown";
  // what is not heard is not known
  return fateOf(await client.getJob({ id: job.id }).catch(() => undefined), job.commitment);
}

import type { Hex } from "viem";
import { asJobId } from "../codec/jobTerms.ts";
import type { AssayContext } from "../context.ts";
import { AssayError } from "../errors.ts";
import { foldJob, type Job } from "../events/job.ts";
import { fetchJobEvents, marketStartBlock, withTimestamps } from "../internal/jobEvents.ts";
import { headNumber } from "../internal/logs.ts";

export interface GetJobArgs {
  id: Hex;
  /** First block to look at; the market's first when left out. */
  fromBlock?: bigint | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Rebuilds a job from its logs alone: terms, spec, status, claim, result, price, and the timeline with transactions and
 * blocks. `claimed` and `submitted` jobs carry what the next action needs: `finalizeJob(client, job)`.
 * @throws AssayError SDK-020 when no event names the id
 */
export async function getJob(context: AssayContext, { id, fromBlock, signal }: GetJobArgs): Promise<Job> {
  const range = { fromBlock: fromBlock ?? marketStartBlock(context), toBlock: await headNumber(context) };
  const events = await fetchJobEvents(context, { ...range, id: asJobId(id), signal });
  if (events.length === 0) {
    throw new AssayError("SDK-020", {
      message: `no job ${id}`,
      found: `no event in blocks ${range.fromBlock} to ${range.toBlock}`,
      wanted: "its JobPosted event",
      hint: "Check the id and the chain, and that the endpoint keeps logs back to that block",
    });
  }
  return foldJob(await withTimestamps(context, events));
}

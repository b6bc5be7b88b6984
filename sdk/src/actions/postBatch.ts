import { packJobSpec } from "../codec/jobSpec.ts";
import { packJobTerms } from "../codec/jobTerms.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { type FreeLane, findLanes, withLanes } from "../internal/lanes.ts";
import { outOfRange } from "../internal/layout.ts";
import { type PreparedCall, type Sent, sendCall } from "../internal/send.ts";
import { MAX_BATCH } from "./finalizeBatch.ts";
import { requireBalance } from "./preparePostJob.ts";
import { type PostJobArgs, type PreparedJob, prepareTerms } from "./prepareTerms.ts";

export interface PostBatchArgs {
  /** 1 to 256 jobs of one requester: the wallet's account. Each takes a lane that is chosen here. */
  jobs: readonly Omit<PostJobArgs, "lane" | "requester">[];
}

/**
 * Makes the call that posts jobs, all or none of them. Sends nothing.
 * @param args.requester who pays; the wallet's account when left out
 * @param args.lanes one for each job; chosen from the chain when left out
 * @throws AssayError SDK-001 when there are none, more than 256, or not a lane for each; SDK-010, SDK-011, SDK-013
 */
export async function preparePostBatch(
  context: AssayContext,
  { jobs, requester, ...args }: PostBatchArgs & { lanes?: readonly FreeLane[]; requester?: PostJobArgs["requester"] },
): Promise<PreparedCall & { jobs: PreparedJob[] }> {
  if (jobs.length === 0 || jobs.length > MAX_BATCH) throw outOfRange("jobs", jobs.length, `1 to ${MAX_BATCH} jobs`);
  const lanes = args.lanes ?? (await findLanes(context, accountOr(context, requester), jobs.length));
  if (lanes.length !== jobs.length) throw outOfRange("lanes", lanes.length, `${jobs.length}, one for each job`);
  const made = await Promise.all(
    jobs.map((job, index) => prepareTerms(context, { ...job, requester, lane: lanes[index] })),
  );
  await requireBalance(
    context,
    made.map(({ terms }) => terms),
  );
  const items = made.map(({ terms, spec }) => ({ terms: packJobTerms(terms), spec: packJobSpec(spec) }));
  return { ...marketCall(context, "postBatch", [items]), jobs: made };
}

/**
 * Posts up to 256 jobs in one transaction, all or none of them. May be called in parallel.
 * @returns id, terms and spec of each job, in the order given
 * @throws AssayError SDK-001, SDK-010 when the prices together are above the balance, SDK-011, SDK-013, SDK-030
 */
export async function postBatch(
  context: AssayContext,
  { jobs }: PostBatchArgs,
): Promise<Sent & { jobs: PreparedJob[] }> {
  return withLanes(context, accountOr(context, undefined), jobs.length, async (lanes) => {
    const { jobs: made, ...call } = await preparePostBatch(context, { jobs, lanes });
    return { ...(await sendCall(context, call)), jobs: made };
  });
}

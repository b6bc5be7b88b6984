import { type AssayContext, accountOr } from "../context.ts";
import { withLanes } from "../internal/lanes.ts";
import { type Sent, sendCall } from "../internal/send.ts";
import { type PreparedPosting, preparePostJob } from "./preparePostJob.ts";
import type { PostJobArgs } from "./prepareTerms.ts";

/**
 * Posts a job: escrows its maximum price out of the wallet's in-market balance. May be called in parallel.
 * @returns id, terms and spec of the job, hash and receipt of the transaction
 * @throws AssayError SDK-010 when the price is above the balance, SDK-001, SDK-011, SDK-013, SDK-030
 */
export async function postJob(
  context: AssayContext,
  args: PostJobArgs,
): Promise<Sent & Pick<PreparedPosting, "id" | "terms" | "spec">> {
  const post = async (lane: PostJobArgs["lane"]) => {
    const { id, terms, spec, ...call } = await preparePostJob(context, { ...args, lane });
    return { ...(await sendCall(context, call)), id, terms, spec };
  };
  if (args.lane !== undefined) return post(args.lane);
  return withLanes(context, accountOr(context, args.requester), 1, ([lane]) => post(lane));
}

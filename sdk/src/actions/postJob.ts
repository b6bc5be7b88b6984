import { type AssayContext, accountOr } from "../context.ts";
import { isRevert } from "../errors.ts";
import { reserveLane } from "../internal/lanes.ts";
import { type Sent, sendCall } from "../internal/send.ts";
import { type PostJobArgs, type PreparedPosting, preparePostJob } from "./preparePostJob.ts";

/** Lanes that are tried when another client of the same account takes the chosen one first. */
const TRIES = 3;

/**
 * Posts a job: escrows its maximum price out of the wallet's in-market balance. May be called in parallel.
 * @returns id, terms and spec of the job, hash and receipt of the transaction
 * @throws AssayError SDK-010 when the price is above the balance, SDK-001, SDK-011, SDK-013, SDK-030
 */
export async function postJob(
  context: AssayContext,
  args: PostJobArgs,
): Promise<Sent & Pick<PreparedPosting, "id" | "terms" | "spec">> {
  const requester = accountOr(context, args.requester);
  const lost = new Set<number>();
  for (;;) {
    const reserved = args.lane ? undefined : await reserveLane(context, requester, lost);
    try {
      const { id, terms, spec, ...call } = await preparePostJob(context, { ...args, lane: args.lane ?? reserved });
      return { ...(await sendCall(context, call)), id, terms, spec };
    } catch (error) {
      if (!reserved || !isRevert(error, "Market_LaneBusy") || lost.size + 1 >= TRIES) throw error;
      lost.add(reserved.lane);
    } finally {
      reserved?.release();
    }
  }
}

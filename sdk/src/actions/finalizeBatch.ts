import type { Address, Hex } from "viem";
import { toFunctionSelector } from "viem";
import { asJobId, jobId } from "../codec/jobTerms.ts";
import type { AssayContext } from "../context.ts";
import { type AssayEvent, eventsNamed, parseAssayLogs } from "../events/parse.ts";
import { errorsAbi } from "../generated/errorsAbi.ts";
import { marketCall } from "../internal/call.ts";
import { outOfRange } from "../internal/layout.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";
import { type SettlementArgs, settlementWords } from "../internal/settlement.ts";

/** Jobs that one call settles at most (the market's MAX_BATCH). */
export const MAX_BATCH = 256;

export interface FinalizeBatchArgs {
  /** Submitted jobs, 1 to 256. Sorted by provider and token they cost least; `prepareFinalizeBatch` sorts them. */
  jobs: readonly SettlementArgs[];
}

/**
 * The call that settles many jobs at once, those of one provider and token side by side.
 * @throws AssayError SDK-001 when there are none or more than 256
 */
export function prepareFinalizeBatch(context: AssayContext, { jobs }: FinalizeBatchArgs): PreparedCall {
  if (jobs.length === 0 || jobs.length > MAX_BATCH) throw outOfRange("jobs", jobs.length, `1 to ${MAX_BATCH} jobs`);
  const group = (job: SettlementArgs) => `${job.run.provider} ${job.terms.token}`.toLowerCase();
  const items = [...jobs]
    .sort((a, b) => (group(a) < group(b) ? -1 : group(a) > group(b) ? 1 : 0))
    .map((job) => {
      const [terms, run, commitment] = settlementWords(job);
      return { terms, run, commitment };
    });
  return marketCall(context, "finalizeBatch", [items]);
}

/**
 * Pays the providers of up to 256 jobs. A job that cannot be settled is skipped and named. Anyone may do it.
 * @returns ids of the settled jobs; the skipped ones with the name of the error a single `finalizeJob` would give; what the
 *   sender was tipped, by token in its smallest unit, as in-market balance
 */
export const finalizeBatch = sendingAction(prepareFinalizeBatch, (context, receipt, { jobs }: FinalizeBatchArgs) => {
  const events = parseAssayLogs(context.deployment, receipt.logs);
  const skipped = eventsNamed(events, "JobMarketplace", "SettlementSkipped").map(({ args }) => ({
    id: asJobId(args.id),
    reason: errorName(args.reason),
  }));
  const ended = new Set(eventsNamed(events, "JobMarketplace", "JobFinalized").map(({ args }) => args.id));
  return {
    settled: jobs.map(({ terms }) => jobId(terms)).filter((id) => ended.has(id)),
    skipped,
    tips: tipsIn(events),
  };
});

/** What finalizeBatch paid its sender, by token. */
function tipsIn(events: readonly AssayEvent[]): { token: Address; amount: bigint }[] {
  const sums = new Map<Address, bigint>();
  for (const { args } of eventsNamed(events, "JobMarketplace", "SettlementTipped")) {
    sums.set(args.token, (sums.get(args.token) ?? 0n) + args.tip);
  }
  return [...sums].map(([token, amount]) => ({ token, amount }));
}

/** The custom error behind a selector, or the selector itself. */
function errorName(selector: Hex): string {
  const error = errorsAbi.find((item) => {
    const types = item.inputs.map((input) => input.type);
    return toFunctionSelector(`${item.name}(${types.join(",")})`) === selector;
  });
  return error?.name ?? selector;
}

import type { Hash, Hex } from "viem";
import { eventsNamed, parseAssayLogs } from "../../sdk/src/index.ts";
import type { Market } from "./harness.ts";
import type { DueJob } from "./many-jobs.ts";
import { sentBy } from "./sent-by.ts";

/** What the chain says of jobs that keepers were to settle. */
export interface SettlementRecord {
  /** Jobs paid more than once; the market makes it impossible, so that anything but 0 is a fault of the measure. */
  twice: number;
  /** Jobs not paid, or paid later than the deadline. */
  missed: number;
  /** Largest distance from the due time to the payment, seconds of chain time. */
  latestSeconds: number;
  transactions: number;
  /** Transactions of the keepers that reverted or settled nothing, and members of batches that were settled before. */
  duplicates: number;
  /** Those transactions. */
  wasted: readonly Hash[];
  gasPerJob: number;
}

/** Reads it from the blocks since `fromBlock`. @param deadline seconds after its due time at which a job must be paid */
export async function readSettlements(
  market: Pick<Market, "chain" | "deployment">,
  args: { jobs: readonly DueJob[]; keepers: readonly number[]; fromBlock: bigint; deadline: number },
): Promise<SettlementRecord> {
  const { publicClient } = market.chain;
  const senders = args.keepers.map((n) => market.chain.wallet(n).account.address);
  const paid = new Map<Hex, number[]>();
  const record = { transactions: 0, duplicates: 0, wasted: [] as Hash[] };
  let gas = 0n;
  for await (const { hash, time, receipt } of sentBy(publicClient, senders, args.fromBlock)) {
    record.transactions += 1;
    gas += receipt.gasUsed;
    const events = parseAssayLogs(market.deployment, receipt.logs);
    const finalized = eventsNamed(events, "JobMarketplace", "JobFinalized");
    const skipped = eventsNamed(events, "JobMarketplace", "SettlementSkipped").length;
    record.duplicates += finalized.length === 0 ? skipped + 1 : skipped;
    if (finalized.length === 0 || skipped > 0) record.wasted.push(hash);
    for (const { args: job } of finalized) paid.set(job.id, [...(paid.get(job.id) ?? []), time]);
  }
  const late = args.jobs.map(({ id, due }) => (paid.get(id)?.[0] ?? Number.POSITIVE_INFINITY) - due);
  return {
    ...record,
    twice: [...paid.values()].filter((times) => times.length > 1).length,
    missed: late.filter((seconds) => seconds > args.deadline).length,
    latestSeconds: Math.max(...late),
    gasPerJob: paid.size === 0 ? 0 : Number(gas) / paid.size,
  };
}

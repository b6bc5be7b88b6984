import type { Address } from "viem";
import type { AssayContext } from "../context.ts";
import type { IndexedBalance, IndexedJobStats, IndexedProtocol } from "./answers.ts";
import { askIndex, type IndexBlock, META } from "./ask.ts";
import { balanceEntity, jobStatsEntity, protocolEntity } from "./entities.ts";
import { type Found, fetchOne, fetchPage, type Page, type PageArgs } from "./entity.ts";
import { decodeFields, many, selectionOf } from "./fields.ts";
import { type Freshness, requireFresh } from "./freshness.ts";
import { conditions, lower } from "./jobs.ts";

export interface QueryBalancesArgs extends PageArgs {
  account?: Address | undefined;
  token?: Address | undefined;
}

/** What accounts have inside the market. */
export function queryBalances(context: AssayContext, args: QueryBalancesArgs = {}): Promise<Page<IndexedBalance>> {
  const where = conditions({ account: lower(args.account), token: lower(args.token) });
  return fetchPage(context, balanceEntity, { where }, args);
}

/** Totals of the whole protocol. */
export function queryProtocol(
  context: AssayContext,
  args: Freshness & { signal?: AbortSignal | undefined } = {},
): Promise<Found<IndexedProtocol>> {
  return fetchOne(context, protocolEntity, "protocol", args);
}

export interface QueryJobStatsArgs extends Freshness {
  interval: "hour" | "day";
  token?: Address | undefined;
  /** How many intervals, the latest first; 100 when left out. */
  first?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Jobs, volume and fees by the hour or by the day, the latest first. */
export async function queryJobStats(
  context: AssayContext,
  { interval, token, first = 100, signal, ...freshness }: QueryJobStatsArgs,
): Promise<{ items: readonly IndexedJobStats[]; block: IndexBlock }> {
  const where = conditions({ token: lower(token) });
  const variables = { interval, first, where };
  const { data, block } = await askIndex(context, { query: jobStatsDocument, variables, signal });
  await requireFresh(context, block, freshness);
  const { items } = decodeFields({ items: many("JobStats", jobStatsEntity.fields) }, data, "jobStats");
  return { items, block };
}

/** Time series are asked by their interval, so they have a document of their own. */
export const jobStatsDocument =
  "query JobStats($interval: Aggregation_interval!, $first: Int!, $where: JobStats_filter) { " +
  "items: jobStats_collection(interval: $interval, first: $first, where: $where, orderBy: timestamp, " +
  `orderDirection: desc) ${selectionOf(jobStatsEntity.fields)} _meta ${META} }`;

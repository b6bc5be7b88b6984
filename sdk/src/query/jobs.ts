import type { Address, Hex } from "viem";
import { unpackJobSpec } from "../codec/jobSpec.ts";
import { unpackJobTerms } from "../codec/jobTerms.ts";
import type { JobSpec, JobStatus, JobTerms } from "../codec/types.ts";
import type { AssayContext } from "../context.ts";
import type { IndexedJob, IndexedJobWithTimeline } from "./answers.ts";
import { jobEntity, jobWithTimeline } from "./entities.ts";
import { type Found, fetchOne, fetchPage, type Page, type PageArgs, type Where } from "./entity.ts";
import type { Freshness } from "./freshness.ts";

export interface QueryJobsArgs extends PageArgs {
  status?: Exclude<JobStatus, "none"> | readonly Exclude<JobStatus, "none">[] | undefined;
  requester?: Address | undefined;
  /** Jobs that this provider has claimed. */
  provider?: Address | undefined;
  token?: Address | undefined;
  programHash?: Hex | undefined;
  /** `newest` when left out. */
  orderBy?: "newest" | "oldest" | "dearest" | undefined;
}

const ORDERS = {
  newest: { orderBy: "postedAt", direction: "desc" },
  oldest: { orderBy: "postedAt", direction: "asc" },
  dearest: { orderBy: "maxPrice", direction: "desc" },
} as const;

/** Jobs, page by page. @throws AssayError as `fetchPage` */
export function queryJobs(context: AssayContext, args: QueryJobsArgs = {}): Promise<Page<IndexedJob>> {
  const { status, requester, provider, token, programHash, orderBy = "newest" } = args;
  const statuses = status === undefined ? undefined : [status].flat();
  const where = conditions({
    status_in: statuses?.map((name) => name.toUpperCase()),
    requester: lower(requester),
    provider: lower(provider),
    token: lower(token),
    programHash,
  });
  return fetchPage(context, jobEntity, { where, ...ORDERS[orderBy] }, args);
}

/** One job with its timeline; `item` is undefined when the index knows none of this id. */
export function queryJob(
  context: AssayContext,
  { id, ...args }: Freshness & { id: Hex; signal?: AbortSignal | undefined },
): Promise<Found<IndexedJobWithTimeline>> {
  return fetchOne(context, jobWithTimeline, id, args);
}

export interface OpenJobsArgs extends PageArgs {
  /** Who would claim: jobs named for others are left out. Without it only jobs that anybody may claim are shown. */
  provider?: Address | undefined;
  /** The highest price is at least this, in the token's smallest unit. */
  minPrice?: bigint | undefined;
  /** The bond is at most this, in ASY's smallest unit. */
  maxBond?: bigint | undefined;
  /** At most this many steps. */
  maxSteps?: bigint | undefined;
  token?: Address | undefined;
  programHash?: Hex | undefined;
  /** Unix time, in seconds; jobs whose time to claim is over by then are left out. */
  now: number;
}

/** A job that can be claimed: `client.claimJob({ terms })`. */
export interface OpenJob {
  readonly id: Hex;
  readonly terms: JobTerms;
  readonly spec: JobSpec;
  /** Unix time, in seconds. */
  readonly postedAt: number;
}

/**
 * Jobs that are open for a provider, the best paid first. The answer leads to a transaction, so a stale one is refused unless
 * `maxLag` allows it.
 */
export async function queryOpenJobs(context: AssayContext, args: OpenJobsArgs): Promise<Page<OpenJob>> {
  const { provider, minPrice, maxBond, maxSteps, token, programHash, now } = args;
  const open = conditions({
    status: "OPEN",
    claimBy_gte: String(now),
    maxPrice_gte: minPrice?.toString(),
    bond_lte: maxBond?.toString(),
    steps_lte: maxSteps?.toString(),
    token: lower(token),
    programHash,
  });
  const forMe = provider ? { or: [{ named: null }, { named: lower(provider) }] } : { named: null };
  const spec = { where: { and: [open, forMe] }, ...ORDERS.dearest, leadsToTransaction: true };
  const page = await fetchPage(context, jobEntity, spec, args);
  const items = page.items.map((job) => ({
    id: job.id,
    terms: unpackJobTerms(job.terms.words),
    spec: unpackJobSpec(job.terms.spec),
    postedAt: Number(job.postedAt),
  }));
  return { ...page, items };
}

/** Leaves out the conditions that were not given. */
export function conditions(where: Record<string, unknown>): Where {
  return Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined));
}

/** Addresses as the index writes them. */
export function lower(address: Address | undefined): string | undefined {
  return address?.toLowerCase();
}

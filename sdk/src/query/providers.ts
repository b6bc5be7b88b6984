import type { Address } from "viem";
import type { AssayContext } from "../context.ts";
import type { IndexedDispute, IndexedProvider, IndexedProviderWithKeys, IndexedSlash } from "./answers.ts";
import { disputeEntity, providerEntity, providerWithKeys, slashEntity } from "./entities.ts";
import { type Found, fetchOne, fetchPage, type Page, type PageArgs } from "./entity.ts";
import type { Freshness } from "./freshness.ts";
import { conditions, lower } from "./jobs.ts";

/** One provider with its hot keys and what is thawing. */
export function queryProvider(
  context: AssayContext,
  { address, ...args }: Freshness & { address: Address; signal?: AbortSignal | undefined },
): Promise<Found<IndexedProviderWithKeys>> {
  return fetchOne(context, providerWithKeys, address, args);
}

export interface QueryProvidersArgs extends PageArgs {
  /** At least this much stake, in ASY's smallest unit. */
  minStake?: bigint | undefined;
  /** `stake` when left out: the highest first. */
  orderBy?: "stake" | "jobsFinalized" | "score" | undefined;
}

/** Providers, those with the most stake, finished jobs or the best score first. */
export function queryProviders(context: AssayContext, args: QueryProvidersArgs = {}): Promise<Page<IndexedProvider>> {
  const { minStake = 0n, orderBy = "stake" } = args;
  const where = { stake_gte: minStake.toString() };
  return fetchPage(context, providerEntity, { where, orderBy, direction: "desc" }, args);
}

export interface OfProviderArgs extends PageArgs {
  provider?: Address | undefined;
}

/** Disputes, the newest first. */
export function queryDisputes(context: AssayContext, args: OfProviderArgs = {}): Promise<Page<IndexedDispute>> {
  const where = conditions({ provider: lower(args.provider) });
  return fetchPage(context, disputeEntity, { where, orderBy: "openedAt", direction: "desc" }, args);
}

/** What providers lost, the newest first. */
export function querySlashes(context: AssayContext, args: OfProviderArgs = {}): Promise<Page<IndexedSlash>> {
  const where = conditions({ provider: lower(args.provider) });
  return fetchPage(context, slashEntity, { where, orderBy: "time", direction: "desc" }, args);
}

import type { Address } from "viem";
import type { AssayContext } from "../context.ts";
import { type IndexedProvider, type IndexedProviderWithKeys, providerEntity, providerWithKeys } from "./entities.ts";
import { type Found, fetchOne, fetchPage, type Page, type PageArgs } from "./entity.ts";
import type { Freshness } from "./freshness.ts";

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
  orderBy?: "stake" | "jobsFinalized" | undefined;
}

/** Providers, those with the most stake or finished jobs first. */
export function queryProviders(context: AssayContext, args: QueryProvidersArgs = {}): Promise<Page<IndexedProvider>> {
  const { minStake = 0n, orderBy = "stake" } = args;
  const where = { stake_gte: minStake.toString() };
  return fetchPage(context, providerEntity, { where, orderBy, direction: "desc" }, args);
}

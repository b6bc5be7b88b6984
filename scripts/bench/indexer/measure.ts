import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createAssayClient } from "@assay/sdk";
import { type Hash, toEventSelector } from "viem";
import { parse } from "yaml";
import type { LocalIndexer } from "../../lib/indexer.ts";
import { logsBetween } from "../../lib/logs.ts";
import { type Crowd, claimJobs, postJobs } from "./crowd.ts";

const MANIFEST = fileURLToPath(new URL("../../../subgraph/subgraph.yaml", import.meta.url));
const CATCH_UP_MS = 1_200_000;
const PAGE = 100;
const WARM_UP = 20;
const PAGES = 200;

/** A crowd, and the index beside it. */
export interface Indexed {
  crowd: Crowd;
  indexer: LocalIndexer;
  /** Starts the indexer again on the same data. */
  restart(): Promise<LocalIndexer>;
}

/** Logs of this chain that the subgraph has a handler for. */
export async function countEvents({ chain, deployment }: Crowd): Promise<number> {
  interface Source {
    name: keyof typeof deployment.contracts;
    mapping: { eventHandlers: { event: string }[] };
  }
  const { dataSources } = parse(readFileSync(MANIFEST, "utf8")) as { dataSources: Source[] };
  const toBlock = await chain.publicClient.getBlockNumber({ cacheTime: 0 });
  let count = 0;
  for (const { name, mapping } of dataSources) {
    const address = deployment.contracts[name]?.address;
    if (!address) continue;
    const topics = mapping.eventHandlers.map(({ event }) =>
      toEventSelector(`event ${event.replaceAll("indexed ", "")}`),
    );
    count += (await logsBetween(chain.publicClient, { address, events: topics, fromBlock: 0n, toBlock })).length;
  }
  return count;
}

/** Seconds until the index stands at the chain's head, which is not moved meanwhile but for empty blocks. */
export async function secondsToHead({ crowd, indexer }: Indexed, started = performance.now()): Promise<number> {
  const { chain, deployment } = crowd;
  const client = createAssayClient({ publicClient: chain.publicClient, deployment, index: { url: indexer.url } });
  const block = await chain.publicClient.getBlockNumber({ cacheTime: 0 });
  await client.query.waitForBlock({ block, timeout: CATCH_UP_MS });
  return (performance.now() - started) / 1000;
}

const PAGE_QUERY = `query Page($first: Int!, $where: Job_filter, $orderBy: Job_orderBy, $direction: OrderDirection) {
  jobs(first: $first, where: $where, orderBy: $orderBy, orderDirection: $direction) {
    id status maxPrice minPrice token bond claimBy steps programHash price postedAt requester { id }
    provider { id stake locked jobsClaimed jobsFinalized }
    bids(first: 10, orderBy: price) { id price score provider { id } }
  }
  _meta { block { number hash timestamp } hasIndexingErrors }
}`;

/** 95th percentile, in milliseconds, of a page of 100 jobs with their providers and bids, over every kind of page. */
export async function queryP95({ crowd, indexer }: Indexed): Promise<{ p50: number; p95: number; jobs: number }> {
  const times: number[] = [];
  let seen = 0;
  for (let i = 0; i < WARM_UP + PAGES; i++) {
    const variables = { first: PAGE, ...pageOf(crowd, i) };
    const body = JSON.stringify({ query: PAGE_QUERY, variables });
    const started = performance.now();
    const answer = await fetch(indexer.url, { method: "POST", headers: { "content-type": "application/json" }, body });
    const reply = (await answer.json()) as { data?: { jobs: unknown[] }; errors?: unknown };
    const took = performance.now() - started;
    if (!reply.data?.jobs.length)
      throw new Error(`found ${JSON.stringify(reply).slice(0, 300)}, wanted a page of jobs`);
    if (i < WARM_UP) continue;
    times.push(took);
    seen += reply.data.jobs.length;
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)]!;
  return { p50: at(0.5), p95: at(0.95), jobs: seen };
}

/** Pages as a market's front end asks for them: no two alike, so that no cache answers. */
function pageOf({ requesters, providers }: Crowd, i: number): object {
  // in the lower half of all ids, so that a page is full
  const anywhere = `0x${(((i * 2654435761) >>> 0) >>> 1).toString(16).padStart(8, "0")}`;
  const id_gt = anywhere.padEnd(66, "0");
  const pages = [
    { where: { id_gt }, orderBy: "id", direction: "asc" },
    { where: { status: "FINALIZED", id_gt }, orderBy: "postedAt", direction: "desc" },
    {
      where: { provider: providers[i % providers.length]!.toLowerCase(), id_gt },
      orderBy: "postedAt",
      direction: "asc",
    },
    {
      where: { requester: requesters[i % requesters.length]!.toLowerCase(), id_gt },
      orderBy: "maxPrice",
      direction: "desc",
    },
    {
      where: { status: "OPEN", maxPrice_lt: String(2n * 10n ** 18n - BigInt(i)) },
      orderBy: "postedAt",
      direction: "desc",
    },
  ];
  return pages[i % pages.length]!;
}

/** Seconds from the last block of the new branch until the index shows its jobs and none of the old one's. */
export async function reorgSeconds(indexed: Indexed): Promise<number> {
  const { crowd } = indexed;
  const { chain } = crowd;
  const request = (method: string, params: unknown[] = []) =>
    chain.publicClient.request({ method: method as "eth_chainId", params: params as never }) as Promise<unknown>;
  const snapshot = await request("evm_snapshot");
  const before = { posted: crowd.posted, indexed: await jobsIn(indexed) };
  for (let i = 0; i < 5; i++) await postJobs(crowd, 4, false);
  await secondsToHead(indexed);
  const gone = (await jobsIn(indexed)) - before.indexed;
  const old = await chain.publicClient.getBlockNumber({ cacheTime: 0 });
  await request("evm_revert", [snapshot]);
  crowd.posted = before.posted;
  for (let i = 0; i < 6; i++) await postJobs(crowd, 1, false);
  // the chain made empty blocks on the old branch, too: the new one is the chain's only once it is longer
  while ((await chain.publicClient.getBlockNumber({ cacheTime: 0 })) <= old) await request("evm_mine");
  const seconds = await secondsToHead(indexed);
  const kept = (await jobsIn(indexed)) - before.indexed;
  if (gone !== 20 || kept !== 6)
    throw new Error(`found ${gone} and ${kept} more jobs around the reorganisation, wanted 20 and 6`);
  return seconds;
}

/** Kills the indexer with all it started, starts it again: seconds until it is at the head, from where it was. */
export async function restartSeconds(indexed: Indexed): Promise<number> {
  await secondsToHead(indexed);
  const before = await headOf(indexed.indexer.url);
  indexed.indexer.process.kill("SIGKILL");
  await indexed.indexer.process.exited;
  await claimJobs(indexed.crowd, await postJobs(indexed.crowd, 100, false));
  const started = performance.now();
  indexed.indexer = await indexed.restart();
  const first = await headOf(indexed.indexer.url);
  if (first.deployment !== before.deployment || first.number < before.number)
    throw new Error(`found the index at block ${first.number} after the restart, wanted ${before.number} or later`);
  return secondsToHead(indexed, started);
}

interface Head {
  number: number;
  hash: Hash;
  deployment: string;
}

async function headOf(url: string): Promise<Head> {
  const { _meta } = await ask<{ _meta: { block: { number: number; hash: Hash }; deployment: string } }>(
    url,
    "{ _meta { block { number hash } deployment } }",
  );
  return { ..._meta.block, deployment: _meta.deployment };
}

async function jobsIn({ indexer }: Indexed): Promise<number> {
  const text = '{ jobTotals(id: "protocol") { posted } }';
  return (await ask<{ jobTotals: { posted: number } }>(indexer.url, text)).jobTotals.posted;
}

async function ask<T>(url: string, query: string): Promise<T> {
  const body = JSON.stringify({ query });
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const reply = (await answer.json()) as { data?: T; errors?: unknown };
  if (!reply.data) throw new Error(`the index answered ${JSON.stringify(reply.errors)}`);
  return reply.data;
}

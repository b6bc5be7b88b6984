import { join } from "node:path";
import { type AssayClient, createAssayClient, type IndexedJobWithTimeline } from "@assay/sdk";
import { type LocalIndexer, SHARED_BUILDS, startLocalIndexer } from "../lib/indexer.ts";
import type { DemoNetwork } from "./network.ts";
import type { DemoFacts } from "./report.ts";

const CATCH_UP_MS = 30_000;

/** The index beside the demo, or why there is none. */
export type DemoIndex = { indexer: LocalIndexer } | { missing: string };

/** Starts graph-node for the demo's chain. It is ready when the acts are over, so nobody waits for it. */
export async function startDemoIndex(network: DemoNetwork, dir: string): Promise<DemoIndex> {
  const { chain, deploymentPath } = network;
  try {
    const dataDir = join(dir, "index");
    const options = { rpcUrl: chain.url, deploymentPath, dataDir, builds: SHARED_BUILDS };
    return { indexer: await startLocalIndexer(options) };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * What the closing table says, as the index tells it: what the chain alone knows (gas) and what is not on the chain at all
 * (accuracy) stay as they are.
 * @throws Error when the index says something else than the contracts did
 */
export async function factsFromIndex<F extends Omit<DemoFacts, "seconds">>(
  { indexer }: { indexer: LocalIndexer },
  { chain, deployment }: DemoNetwork,
  facts: F,
): Promise<F & { index: { url: string; block: number } }> {
  const client = createAssayClient({ publicClient: chain.publicClient, deployment, index: { url: indexer.url } });
  const head = await chain.publicClient.getBlockNumber({ cacheTime: 0 });
  const { number } = await client.query.waitForBlock({ block: head, timeout: CATCH_UP_MS });
  const { job, balance } = await firstJob(client, facts);
  const told = {
    provider: job.provider?.id ?? "",
    pricePaid: job.price ?? 0n,
    fee: job.fee ?? 0n,
    runRoot: job.result?.runRoot ?? "0x",
    providerBalanceAfter: balance,
    runSeconds: Number((job.submittedAt ?? 0n) - (job.claimedAt ?? 0n)),
  } as const;
  for (const [name, value] of Object.entries(told)) {
    const known = facts[name as keyof typeof told];
    if (String(known).toLowerCase() === String(value).toLowerCase()) continue;
    throw new Error(`the index tells another story: found ${name} ${value}, wanted ${known}, as the contracts have it`);
  }
  const dispute = facts.dispute && (await disputeFromIndex(client, facts.dispute));
  return { ...facts, ...told, ...(dispute ? { dispute } : {}), index: { url: indexer.url, block: Number(number) } };
}

async function firstJob(client: AssayClient, { job: id, provider }: Pick<DemoFacts, "job" | "provider">) {
  const account = provider as `0x${string}`;
  const [job, balances] = await Promise.all([
    client.query.job({ id }),
    client.query.balances({ account, token: client.deployment.contracts.AssayToken.address }),
  ]);
  return { job: present(job.item, id), balance: balances.items[0]?.amount ?? 0n };
}

async function disputeFromIndex(client: AssayClient, dispute: NonNullable<DemoFacts["dispute"]>) {
  const [rejected, again] = await Promise.all([
    client.query.job({ id: dispute.job }),
    client.query.job({ id: dispute.againJob }),
  ]);
  const lost = present(rejected.item, dispute.job);
  const cheat = lost.provider && (await client.query.provider({ address: lost.provider.id })).item;
  if (lost.status !== "REJECTED" || cheat?.forfeited !== dispute.providerLost) {
    throw new Error(
      `the index tells another story: found ${lost.status} and ${cheat?.forfeited} lost, wanted REJECTED and ${dispute.providerLost}`,
    );
  }
  return {
    ...dispute,
    providerLost: cheat.forfeited,
    againProvider: present(again.item, dispute.againJob).provider?.id ?? "",
  };
}

function present(job: IndexedJobWithTimeline | undefined, id: string): IndexedJobWithTimeline {
  if (job) return job;
  throw new Error(`found no job ${id} in the index, wanted it`);
}

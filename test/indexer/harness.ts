import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { erc20Abi, type Hex } from "viem";
import { deployLocally, type LocalChain, startChain } from "../../scripts/lib/devnet.ts";
import { SHARED_BUILDS, startLocalIndexer } from "../../scripts/lib/indexer.ts";
import type { LocalProcess } from "../../scripts/lib/processes.ts";
import { type AssayClient, createAssayClient, type Deployment } from "../../sdk/src/index.ts";

export const ASY = 10n ** 18n;
const DEPLOYMENT = "deployment.json";

/** A new folder that nobody else uses; the system's for such things is emptied when it starts. */
export function tempFolder(): string {
  return mkdtempSync(join(tmpdir(), "assay-index-"));
}

/** A chain with the protocol on it, people with money, and an indexer beside it. */
export interface IndexedMarket {
  chain: LocalChain;
  deployment: Deployment;
  folder: string;
  /** Where the deployment is written down. */
  deploymentPath: string;
  /** A client of a test account. */
  client(index: number): AssayClient;
  /** Clients of accounts 1 to 4. */
  people: AssayClient[];
  /** Where queries go. */
  url: string;
  indexer: LocalProcess;
  /** Starts the indexer, again if it was stopped. */
  startIndexer(): Promise<void>;
  rpc(method: string, params?: unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * @param prepare what happens on the chain before the indexer is started
 * @throws what kept it from opening; nothing goes on running then
 */
export async function openIndexedMarket(
  prepare: (market: IndexedMarket) => Promise<void> = async () => {},
): Promise<IndexedMarket> {
  const folder = tempFolder();
  const chain = await startChain();
  const market: IndexedMarket = {
    chain,
    deployment: undefined as never,
    folder,
    deploymentPath: join(folder, DEPLOYMENT),
    client: (index) =>
      createAssayClient({
        publicClient: chain.publicClient,
        walletClient: chain.wallet(index),
        deployment: market.deployment,
      }),
    people: [],
    url: "",
    indexer: undefined as never,
    startIndexer: async () => {
      const [deploymentPath, dataDir] = [market.deploymentPath, join(folder, "indexer")];
      const options = { rpcUrl: chain.url, deploymentPath, dataDir, builds: SHARED_BUILDS };
      // where a machine has no namespaces, its ports are open to the machine's own network for the length of the test
      const started = await startLocalIndexer({ ...options, env: { ASSAY_INDEXER_OPEN_PORTS: "1" } });
      market.indexer = started.process;
      market.url = started.url;
    },
    rpc: (method, params = []) =>
      chain.publicClient.request({ method: method as "eth_chainId", params: params as never }) as Promise<unknown>,
    close: async () => {
      await market.indexer?.stop(60_000);
      await chain.process.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    market.deployment = await deployLocally(chain, market.deploymentPath);
    market.people = [1, 2, 3, 4].map((index) => market.client(index));
    await endow(market);
    await prepare(market);
    await market.startIndexer();
    return market;
  } catch (error) {
    await market.close();
    throw error;
  }
}

/** Gives everybody money in the market and stake behind their name. */
async function endow({ chain, deployment, people }: IndexedMarket): Promise<void> {
  const { address } = deployment.contracts.AssayToken;
  for (const someone of people) {
    const to = someone.walletClient!.account!.address;
    const call = { abi: erc20Abi, address, functionName: "transfer", args: [to, 100_000n * ASY] } as const;
    const hash: Hex = await chain.wallet(0).writeContract(call);
    await chain.publicClient.waitForTransactionReceipt({ hash });
    await someone.deposit({ amount: 20_000n * ASY });
    await someone.stake({ amount: 5_000n * ASY });
  }
}

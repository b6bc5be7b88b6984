import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { erc20Abi, type Hex } from "viem";
import { deployLocally, type LocalChain, startChain } from "../../scripts/lib/devnet.ts";
import { jsonLine, type LocalProcess, startProcess } from "../../scripts/lib/processes.ts";
import { type AssayClient, createAssayClient, type Deployment } from "../../sdk/src/index.ts";

export const ASY = 10n ** 18n;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A chain with the protocol on it, people with money, and an indexer beside it. */
export interface IndexedMarket {
  chain: LocalChain;
  deployment: Deployment;
  folder: string;
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

export async function openIndexedMarket(): Promise<IndexedMarket> {
  const folder = mkdtempSync(join(tmpdir(), "assay-index-"));
  const chain = await startChain();
  const path = join(folder, "deployment.json");
  const deployment = await deployLocally(chain, path);
  const people = [1, 2, 3, 4].map((index) =>
    createAssayClient({ publicClient: chain.publicClient, walletClient: chain.wallet(index), deployment }),
  );
  const { address } = deployment.contracts.AssayToken;
  for (const person of people) {
    const to = person.walletClient!.account!.address;
    const call = { abi: erc20Abi, address, functionName: "transfer", args: [to, 100_000n * ASY] } as const;
    const hash: Hex = await chain.wallet(0).writeContract(call);
    await chain.publicClient.waitForTransactionReceipt({ hash });
    await person.deposit({ amount: 20_000n * ASY });
    await person.stake({ amount: 5_000n * ASY });
  }
  const market: IndexedMarket = {
    chain,
    deployment,
    folder,
    people,
    url: "",
    indexer: undefined as never,
    startIndexer: async () => {
      const args = ["up", "--json", "--port", "0", "--data-dir", join(folder, "indexer")];
      market.indexer = startProcess({
        name: "indexer",
        script: here("../../indexer/bin/assay-indexer.mjs"),
        args: [...args, "--rpc-url", chain.url, "--deployment", path],
        // where a machine has no namespaces, its ports are open to the machine's own network for the length of the test
        env: { ASSAY_INDEXER_OPEN_PORTS: "1" },
      });
      market.url = await market.indexer.waitForLine((line) => jsonLine(line)?.url as string | undefined, 120_000);
    },
    rpc: (method, params = []) =>
      chain.publicClient.request({ method: method as "eth_chainId", params: params as never }) as Promise<unknown>,
    close: async () => {
      await market.indexer?.stop(60_000);
      await chain.process.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await market.startIndexer();
  return market;
}

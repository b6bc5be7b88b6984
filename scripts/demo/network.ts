import { join } from "node:path";
import { type AssayClient, assayTokenAbi, createAssayClient, type Deployment } from "@assay/sdk";
import { type Address, parseUnits } from "viem";
import {
  deployLocally,
  type LocalChain,
  type LocalNode,
  startChain,
  startChallenger,
  startNode,
  startStorage,
} from "../lib/devnet.ts";
import type { View } from "./view.ts";

const ASY = (amount: string) => parseUnits(amount, 18);
/** Test accounts by what they are in the demo. */
const ACCOUNT = { deployer: 0, requester: 1, providers: [2, 3], operators: [4, 5], cheat: 6, challenger: 7 } as const;
const STAKE = ASY("1000");
const DEPOSIT = ASY("500");
/** What a challenger brings along for bonds. */
const CHALLENGER_FUNDS = ASY("50");

/** Everything the demo runs on, as seen by the requester. */
export interface DemoNetwork {
  chain: LocalChain;
  deployment: Deployment;
  deploymentPath: string;
  gateway: string;
  nodes: readonly LocalNode[];
  requester: AssayClient;
  /** A third provider, which will not be honest, and somebody who checks results. */
  cheat: AssayClient;
  challenger: AssayClient;
  /** Sets the local chain's clock ahead, so that nobody has to wait for a window. */
  pass(seconds: number): Promise<void>;
  /** Starts the challenger's keeper. @param onLine sees what it logs */
  startChallenger(onLine: (line: string) => void): Promise<void>;
  addresses: readonly (readonly [string, string])[];
}

/**
 * Starts chain, contracts, block store and two compute nodes, each with its own stake and a hot key apart from the owner's.
 * @param onStart is told how to stop each part
 */
export async function startNetwork(
  dir: string,
  engine: string,
  view: View,
  onStart: (name: string, stop: () => Promise<void>) => void,
): Promise<DemoNetwork> {
  view.heading("A market on this machine");
  const chain = await startChain();
  onStart("chain", () => chain.process.stop());
  view.done("local chain", chain.url);

  const deploymentPath = join(dir, "deployment.json");
  const deployment = await deployLocally(chain, deploymentPath);
  view.done("contracts deployed", `JobMarketplace ${deployment.contracts.JobMarketplace.address}`);

  const storage = await startStorage(join(dir, "blocks"));
  onStart("storage", () => storage.process.stop());
  view.done("block store", storage.url);

  const client = (index: number) =>
    createAssayClient({ publicClient: chain.publicClient, walletClient: chain.wallet(index), deployment });
  await fund(chain, deployment, client, view);
  const nodes: LocalNode[] = [];
  for (const [i, operator] of ACCOUNT.operators.entries()) {
    const name = `node ${"AB"[i]}`;
    const node = await startNode({
      name,
      rpcUrl: chain.url,
      deploymentPath,
      gateway: storage.url,
      dataDir: join(dir, `node-${i}`),
      owner: chain.wallet(ACCOUNT.providers[i]!).account.address,
      operatorKey: chain.key(operator),
      engine,
    });
    onStart(name, () => node.process.stop());
    nodes.push(node);
    view.done(`${name} is ready`, node.url);
  }
  return {
    chain,
    deployment,
    deploymentPath,
    gateway: storage.url,
    nodes,
    requester: client(ACCOUNT.requester),
    cheat: client(ACCOUNT.cheat),
    challenger: client(ACCOUNT.challenger),
    pass: async (seconds) => {
      await chain.testClient.increaseTime({ seconds });
      await chain.testClient.mine({ blocks: 1 });
    },
    startChallenger: async (onLine) => {
      const keeper = await startChallenger({
        rpcUrl: chain.url,
        deploymentPath,
        gateway: storage.url,
        dataDir: join(dir, "challenger"),
        key: chain.key(ACCOUNT.challenger),
        engine,
        // one run is proof enough here; on a public network the second guards a challenger against its own machine
        env: { ASSAY_KEEPER_CHALLENGER__RECHECK: "false", ASSAY_KEEPER_CHALLENGER__MARGIN_SECONDS: "1" },
        onLine,
      });
      onStart("challenger", () => keeper.stop());
    },
    addresses: [
      ["chain", chain.url],
      ["storage", storage.url],
      ...nodes.map((node, i) => [`node ${"AB"[i]}`, node.url] as const),
      ...Object.entries(deployment.contracts).map(([name, { address }]) => [name, address] as const),
    ],
  };
}

/** Gives every party what it needs, and lets the providers stake and name their hot keys. */
async function fund(
  chain: LocalChain,
  deployment: Deployment,
  client: (index: number) => AssayClient,
  view: View,
): Promise<void> {
  const addressOf = (index: number) => chain.wallet(index).account.address;
  const give = async (to: Address, amount: bigint) => {
    const hash = await chain.wallet(ACCOUNT.deployer).writeContract({
      abi: assayTokenAbi,
      address: deployment.contracts.AssayToken.address,
      functionName: "transfer",
      args: [to, amount],
    });
    await chain.publicClient.waitForTransactionReceipt({ hash });
  };
  const requester = client(ACCOUNT.requester);
  await give(addressOf(ACCOUNT.requester), DEPOSIT);
  await requester.deposit({ amount: DEPOSIT });
  for (const index of [...ACCOUNT.providers, ACCOUNT.cheat]) {
    await give(addressOf(index), STAKE);
    await client(index).stake({ amount: STAKE });
  }
  for (const [i, index] of ACCOUNT.providers.entries()) {
    await client(index).setOperator({ operator: addressOf(ACCOUNT.operators[i]!), allowed: true });
  }
  await give(addressOf(ACCOUNT.challenger), CHALLENGER_FUNDS);
  view.done("two providers have staked 1000 ASY each", "their hot keys may claim and submit, never touch the stake");
}

import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { Deployment } from "@assay/sdk";
import {
  type Account,
  type Address,
  type Chain,
  createPublicClient,
  createTestClient,
  createWalletClient,
  type Hex,
  http,
  type PublicClient,
  type TestClient,
  type Transport,
  type WalletClient,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { hardhat } from "viem/chains";
import { configPath, type DeployConfig, loadConfig } from "../deploy/config.ts";
import { deploy } from "../deploy/deploy.ts";
import { jsonLine, type LocalProcess, startProcess } from "./processes.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** The mnemonic of every local test chain; its keys are public knowledge. */
export const TEST_MNEMONIC = "test test test test test test test test test test test junk";
const POLL_MS = 250;
/** For one answer of a chain: only a machine under heavy load uses it up. */
const PATIENCE_MS = 120_000;

export interface LocalChain {
  url: string;
  process: LocalProcess;
  publicClient: PublicClient<Transport, Chain>;
  /** Sets the chain's clock, mines blocks. */
  testClient: TestClient<"hardhat", Transport, Chain>;
  /** The wallet of test account `index` (0..19), each with 10,000 ETH. */
  wallet(index: number): WalletClient<Transport, Chain, Account>;
  /** The private key of test account `index`. */
  key(index: number): `0x${string}`;
}

/** The process of a chain alone. @param options.genesis time of its first block; now when left out */
export async function startChainProcess(options: { port: number; chainId: number; genesis?: Date }) {
  const { port, chainId, genesis } = options;
  const process = startProcess({
    name: chainId === hardhat.id ? "chain" : `chain ${chainId}`,
    script: here("chain-process.ts"),
    args: [String(port), String(chainId), ...(genesis ? [genesis.toISOString()] : [])],
    cwd: here("../.."),
  });
  const url = await process.waitForLine((line) => jsonLine(line)?.url as string | undefined, PATIENCE_MS);
  return { process, url };
}

/** Starts a chain on a free port of 127.0.0.1 (or on `port`), by default the one whose id local configurations name. */
export async function startChain(port = 0, chainId: number = hardhat.id): Promise<LocalChain> {
  const { process, url } = await startChainProcess({ port, chainId });
  const chain: Chain = { ...hardhat, id: chainId };
  const transport = http(url, { timeout: PATIENCE_MS });
  const account = (index: number) => mnemonicToAccount(TEST_MNEMONIC, { addressIndex: index });
  return {
    url,
    process,
    testClient: createTestClient({ mode: "hardhat", chain, transport }),
    publicClient: createPublicClient({ chain, transport, pollingInterval: POLL_MS, cacheTime: 0 }),
    wallet: (index) =>
      createWalletClient({
        chain,
        transport,
        account: account(index),
        pollingInterval: POLL_MS,
        cacheTime: 0,
      }),
    key: (index) => `0x${Buffer.from(account(index).getHdKey().privateKey ?? []).toString("hex")}`,
  };
}

/**
 * Deploys the protocol with the local configuration, by test account 0, and writes the deployment file to `path`.
 * @param change replaces sections of the configuration
 */
export async function deployLocally(
  chain: LocalChain,
  path: string,
  change: Partial<DeployConfig> = {},
): Promise<Deployment> {
  const { deployment } = await deploy({
    publicClient: chain.publicClient,
    walletClient: chain.wallet(0),
    config: { ...loadConfig(configPath("local")), ...change },
    path,
  });
  return deployment as Deployment;
}

/** Starts a block store with its gateway on a free port of 127.0.0.1. */
export async function startStorage(dir: string): Promise<{ url: string; process: LocalProcess }> {
  mkdirSync(dir, { recursive: true });
  const storage = startProcess({
    name: "storage",
    script: here("../../storage/bin/assay-storage.mjs"),
    args: ["--dir", dir, "--port", "0"],
  });
  const url = await storage.waitForLine((line) => jsonLine(line)?.url as string | undefined);
  return { url, process: storage };
}

export interface LocalNode {
  /** Its HTTP page: /metrics, /healthz, /readyz, /status. */
  url: string;
  process: LocalProcess;
  /** The content of /status, undefined while it does not answer. */
  status(): Promise<unknown>;
}

export interface NodeOptions {
  name: string;
  rpcUrl: string;
  deploymentPath: string;
  gateway: string;
  dataDir: string;
  /** Whose stake the node works with. */
  owner: Address;
  /** The hot key that claims and submits. */
  operatorKey: Hex;
  engine?: string;
  /** Further settings, by the names of the environment. */
  env?: Readonly<Record<string, string | undefined>>;
  /** A command that runs the node: a sandbox, a limit. */
  wrapper?: readonly string[];
  onLine?: (line: string) => void;
}

/** Starts a compute node without waiting for it. */
export async function launchNode(options: NodeOptions): Promise<LocalNode> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const node = startProcess({
    name: options.name,
    script: here("../../compute-node/bin/assay-node.mjs"),
    args: ["start"],
    env: {
      ASSAY_NODE_RPC_URLS: options.rpcUrl,
      ASSAY_NODE_CHAIN_ID: String(hardhat.id),
      ASSAY_NODE_DEPLOYMENT: options.deploymentPath,
      ASSAY_NODE_GATEWAYS: options.gateway,
      ASSAY_NODE_DATA_DIR: options.dataDir,
      ASSAY_NODE_OWNER: options.owner,
      ASSAY_NODE_PRIVATE_KEY: options.operatorKey,
      ASSAY_NODE_ENGINE: options.engine ?? "wasm",
      ASSAY_NODE_HTTP_PORT: String(port),
      ASSAY_NODE_POLL_MS: "200",
      ASSAY_NODE_BENCHMARK: "false",
      ...options.env,
    },
    ...(options.wrapper ? { wrapper: options.wrapper } : {}),
    ...(options.onLine ? { onLine: options.onLine } : {}),
  });
  const status = () =>
    fetch(`${url}/status`).then(
      (answer) => answer.json(),
      () => undefined,
    );
  return { url, process: node, status };
}

/** Starts a compute node and waits until it says that it is ready. */
export async function startNode(options: NodeOptions): Promise<LocalNode> {
  const node = await launchNode(options);
  let ended: string | undefined;
  void node.process.exited.then(({ code }) => {
    ended = `code ${code}`;
  });
  for (;;) {
    if (
      await fetch(`${node.url}/readyz`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return node;
    if (ended)
      throw new Error(`${options.name} ended (${ended}); its last lines:\n${node.process.tail.slice(-15).join("\n")}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export interface ChallengerOptions {
  rpcUrl: string;
  deploymentPath: string;
  gateway: string;
  dataDir: string;
  /** It signs and pays bonds with this key. */
  key: Hex;
  engine?: string;
  /** Further settings, by the names of the environment. */
  env?: Readonly<Record<string, string>>;
  onLine?: (line: string) => void;
}

/** Starts a keeper whose challenger checks every result, and waits until it says that it is at work. */
export async function startChallenger(options: ChallengerOptions): Promise<LocalProcess> {
  const keeper = startProcess({
    name: "challenger",
    script: here("../../keepers/bin/assay-keeper.mjs"),
    args: ["start"],
    env: {
      ASSAY_KEEPER_RPC_URLS: options.rpcUrl,
      ASSAY_KEEPER_CHAIN_ID: String(hardhat.id),
      ASSAY_KEEPER_DEPLOYMENT: options.deploymentPath,
      ASSAY_KEEPER_DATA_DIR: options.dataDir,
      ASSAY_KEEPER_PRIVATE_KEY: options.key,
      ASSAY_KEEPER_HTTP_PORT: "0",
      ASSAY_KEEPER_POLL_MS: "200",
      ASSAY_KEEPER_CHALLENGER__ENABLED: "true",
      ASSAY_KEEPER_CHALLENGER__GATEWAYS: options.gateway,
      ASSAY_KEEPER_CHALLENGER__ENGINE: options.engine ?? "wasm",
      ...options.env,
    },
    ...(options.onLine ? { onLine: options.onLine } : {}),
  });
  await keeper.waitForLine((line) => (jsonLine(line)?.msg === "keeper started" ? true : undefined));
  return keeper;
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

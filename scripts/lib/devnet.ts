import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Deployment } from "@assay/sdk";
import {
  type Account,
  type Chain,
  createPublicClient,
  createWalletClient,
  http,
  type PublicClient,
  type Transport,
  type WalletClient,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { hardhat } from "viem/chains";
import { configPath, loadConfig } from "../deploy/config.ts";
import { deploy } from "../deploy/deploy.ts";
import { jsonLine, type LocalProcess, startProcess } from "./processes.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** The mnemonic of every local test chain; its keys are public knowledge. */
const TEST_MNEMONIC = "test test test test test test test test test test test junk";
const POLL_MS = 250;

export interface LocalChain {
  url: string;
  process: LocalProcess;
  publicClient: PublicClient<Transport, Chain>;
  /** The wallet of test account `index` (0..19), each with 10,000 ETH. */
  wallet(index: number): WalletClient<Transport, Chain, Account>;
  /** The private key of test account `index`. */
  key(index: number): `0x${string}`;
}

/** Starts a chain on a free port of 127.0.0.1 (or on `port`). */
export async function startChain(port = 0): Promise<LocalChain> {
  const chain = startProcess({
    name: "chain",
    script: here("chain-process.ts"),
    args: [String(port)],
    cwd: here("../.."),
  });
  const url = await chain.waitForLine((line) => jsonLine(line)?.url as string | undefined);
  const transport = http(url);
  const account = (index: number) => mnemonicToAccount(TEST_MNEMONIC, { addressIndex: index });
  return {
    url,
    process: chain,
    publicClient: createPublicClient({ chain: hardhat, transport, pollingInterval: POLL_MS, cacheTime: 0 }),
    wallet: (index) =>
      createWalletClient({
        chain: hardhat,
        transport,
        account: account(index),
        pollingInterval: POLL_MS,
        cacheTime: 0,
      }),
    key: (index) => `0x${Buffer.from(account(index).getHdKey().privateKey ?? []).toString("hex")}`,
  };
}

/** Deploys the protocol with the local configuration, by test account 0, and writes the deployment file to `path`. */
export async function deployLocally(chain: LocalChain, path: string): Promise<Deployment> {
  const { deployment } = await deploy({
    publicClient: chain.publicClient,
    walletClient: chain.wallet(0),
    config: loadConfig(configPath("local")),
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

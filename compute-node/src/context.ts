import { join } from "node:path";
import {
  checkRpc,
  createRpc,
  createTxSender,
  type Guard,
  type HttpServer,
  type Journal,
  type Logger,
  loadAccount,
  openGuard,
  openJournal,
  type TxSender,
} from "@assay/daemon-kit";
import { type AssayClient, createAssayClient } from "@assay/sdk";
import {
  type Address,
  createWalletClient,
  defineChain,
  http,
  type LocalAccount,
  type PublicClient,
  parseGwei,
} from "viem";
import type { NodeConfig } from "./config.ts";
import { readDeploymentFile, SECRET_VARIABLES } from "./config.ts";
import { createMetrics, type NodeMetrics } from "./metrics.ts";
import type { EngineName } from "./tasks.ts";

/** What reading the chain needs; commands that send nothing stop here. */
export interface ChainContext {
  config: NodeConfig;
  rpc: PublicClient;
  client: AssayClient;
  account: LocalAccount;
  /** Whose stake and earnings: the owner, or the signing account itself. */
  provider: Address;
}

/** Everything a running node holds. */
export interface NodeContext extends ChainContext {
  log: Logger;
  journal: Journal;
  guard: Guard;
  sender: TxSender;
  metrics: NodeMetrics;
  /** Fires when the node stops. */
  signal: AbortSignal;
  engine: EngineName;
  uploadToken: string | undefined;
}

/** Opens the signing account. @throws DK-010..DK-014, DK-016 */
export async function openAccount(config: NodeConfig, env: NodeJS.ProcessEnv, log?: Logger): Promise<LocalAccount> {
  return loadAccount({
    privateKey: env[SECRET_VARIABLES.privateKey] || undefined,
    keystoreFile: config.keystore,
    password: env[SECRET_VARIABLES.password],
    passwordFile: config.passwordFile,
    ...(log ? { warn: (facts, message) => log.warn(facts, message) } : {}),
  });
}

/**
 * Connects to the chain with an account that is already open.
 * @throws DK-040..DK-042, CN-002, SDK-003
 */
export async function openChain(config: NodeConfig, account: LocalAccount): Promise<ChainContext> {
  const { rpcUrls, chainId, pollMs } = config;
  const deployment = readDeploymentFile(config.deployment, chainId);
  const chain = defineChain({
    id: chainId,
    name: deployment.name ?? `chain ${chainId}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: rpcUrls } },
  });
  const rpc = createRpc({ urls: rpcUrls, chain, pollingIntervalMs: pollMs });
  await checkRpc(rpc, rpcUrls, chainId);
  const walletClient = createWalletClient({ account, chain, transport: http(rpcUrls[0]) });
  const client = createAssayClient({ publicClient: rpc, walletClient, deployment });
  return { config, rpc, client, account, provider: config.owner ?? account.address };
}

/** Opens journal and guard, which hold the data folder for this process alone. @throws DK-030 */
export function openNode(
  chain: ChainContext,
  parts: { log: Logger; http: HttpServer; signal: AbortSignal; engine: EngineName; env: NodeJS.ProcessEnv },
): NodeContext {
  const { config, rpc, account } = chain;
  const { log, signal, engine, env } = parts;
  const journal = openJournal(join(config.dataDir, "journal.sqlite"));
  const guard = openGuard(join(config.dataDir, "guard.sqlite"));
  const { registry } = parts.http;
  const sender = createTxSender({
    journal,
    publicClient: rpc,
    account,
    log,
    confirmations: Math.max(1, config.confirmations),
    bump: { maxFeePerGas: parseGwei(String(config.maxFeeGwei)) },
    pollMs: Math.min(config.pollMs, 1000),
    metrics: { registry, prefix: "assay_node_" },
    signal,
  });
  const uploadToken = env[SECRET_VARIABLES.uploadToken] || undefined;
  return { ...chain, log, journal, guard, sender, signal, engine, uploadToken, metrics: createMetrics(registry) };
}

import { join } from "node:path";
import {
  checkRpc,
  createRpc,
  createTxSender,
  type HttpServer,
  type Logger,
  loadAccount,
  openGuard,
  openJournal,
} from "@assay/daemon-kit";
import { type AssayClient, createAssayClient } from "@assay/sdk";
import { createWalletClient, defineChain, http, type LocalAccount, type PublicClient, parseGwei } from "viem";
import type { KeeperContext } from "./bot.ts";
import { Budget } from "./budget.ts";
import { JobIndex } from "./chain/job-index.ts";
import { type KeeperConfig, readDeploymentFile, SECRET_VARIABLES } from "./config.ts";
import { createMetrics } from "./metrics.ts";

/** What talking to the chain needs. */
export interface ChainContext {
  config: KeeperConfig;
  rpc: PublicClient;
  client: AssayClient;
  account: LocalAccount;
}

/** Opens the signing account. @throws DK-010..DK-014, DK-016 */
export function openAccount(config: KeeperConfig, env: NodeJS.ProcessEnv, log?: Logger): Promise<LocalAccount> {
  return loadAccount({
    privateKey: env[SECRET_VARIABLES.privateKey] || undefined,
    keystoreFile: config.keystore,
    password: env[SECRET_VARIABLES.password],
    passwordFile: config.passwordFile,
    ...(log ? { warn: (facts, message) => log.warn(facts, message) } : {}),
  });
}

/** Connects to the chain. @throws DK-040..DK-042, KP-002, SDK-003 */
export async function openChain(config: KeeperConfig, account: LocalAccount): Promise<ChainContext> {
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
  return { config, rpc, client, account };
}

/** Opens journal, guard and budget, which hold the data folder for this process alone. @throws DK-030 */
export function openKeeper(
  chain: ChainContext,
  parts: { log: Logger; http: HttpServer; signal: AbortSignal; env: NodeJS.ProcessEnv; wake: () => void },
): KeeperContext {
  const { config, rpc, client, account } = chain;
  const { log, signal, env, wake } = parts;
  const { registry } = parts.http;
  const journal = openJournal(join(config.dataDir, "journal.sqlite"));
  const guard = openGuard(join(config.dataDir, "guard.sqlite"));
  const budget = new Budget(join(config.dataDir, "budget.sqlite"));
  const sender = createTxSender({
    journal,
    publicClient: rpc,
    account,
    log,
    confirmations: Math.max(1, config.confirmations),
    bump: { maxFeePerGas: parseGwei(String(config.maxFeeGwei)) },
    pollMs: Math.min(config.pollMs, 1000),
    metrics: { registry, prefix: "assay_keeper_" },
    signal,
  });
  const metrics = createMetrics(registry);
  const index = new JobIndex(client, log);
  return { ...chain, log, journal, guard, budget, sender, registry, metrics, index, signal, env, wake };
}

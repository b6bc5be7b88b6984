import { join } from "node:path";
import {
  type CreateTxSenderArgs,
  connect,
  createTxSender,
  type HttpServer,
  type Logger,
  openGuard,
  openJournal,
  openRpc,
} from "@assay/daemon-kit";
import { type AssayClient, createAssayClient, JobIndex, type SatelliteDeployment } from "@assay/sdk";
import { type LocalAccount, type PublicClient, parseGwei } from "viem";
import type { KeeperContext } from "./bot.ts";
import { Budget, botOf } from "./budget.ts";
import { type KeeperConfig, readDeployment } from "./config.ts";
import { readSatellite } from "./config-crosschain.ts";
import { Approvals } from "./duty/approvals.ts";
import { dutyMetrics } from "./duty/metrics.ts";
import { createMetrics } from "./metrics.ts";
import { Turns } from "./turns.ts";

/** What talking to the chain needs. */
export interface ChainContext {
  config: KeeperConfig;
  rpc: PublicClient;
  client: AssayClient;
  account: LocalAccount;
  /** Of the second chain, where there is one. */
  satellite?: { rpc: PublicClient; deployment: SatelliteDeployment };
}

/**
 * Connects to the chain, and to the satellite if there is one, with an account that is already open.
 * @throws DK-040..DK-042, KP-002, SDK-003
 */
export async function openChain(config: KeeperConfig, account: LocalAccount): Promise<ChainContext> {
  const deployment = readDeployment(config);
  const { rpc, walletClient } = await connect({ ...config, name: deployment.name, account });
  const client = createAssayClient({ publicClient: rpc, walletClient, deployment });
  const satellite = await connectSatellite(config);
  return { config, rpc, client, account, ...(satellite ? { satellite } : {}) };
}

async function connectSatellite({ satellite, chainId, pollMs }: KeeperConfig): Promise<ChainContext["satellite"]> {
  const deployment = readSatellite(satellite, chainId);
  if (!deployment || !satellite.rpcUrls) return undefined;
  const { name } = deployment;
  const { rpc } = await openRpc({ rpcUrls: satellite.rpcUrls, chainId: deployment.chainId, name, pollMs });
  return { rpc, deployment };
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
  const turns = new Turns(config);
  const common = {
    account,
    log,
    bump: { maxFeePerGas: parseGwei(String(config.maxFeeGwei)) },
    pollMs: Math.min(config.pollMs, 1000),
    signal,
    mayResend: ({ key }) => turns.lasts(botOf(key)),
  } satisfies Partial<CreateTxSenderArgs>;
  const sender = createTxSender({
    ...common,
    journal,
    publicClient: rpc,
    confirmations: Math.max(1, config.confirmations),
    metrics: { registry, prefix: "assay_keeper_" },
  });
  const metrics = createMetrics(registry);
  const index = new JobIndex(client, {
    onError: (error) => log.debug({ err: error }, "logs could not be read"),
    onUnreadable: (jobId, error) => log.warn({ jobId, err: error }, "job cannot be read and is left alone"),
  });
  const duties = dutyMetrics(registry);
  const approvals = new Approvals(join(config.dataDir, "approvals"));
  const tools = { log, journal, guard, budget, sender, registry, metrics, duties, approvals, index, turns };
  const { satellite, ...home } = chain;
  const context: KeeperContext = { ...home, ...tools, signal, env, wake };
  if (!satellite) return context;
  const { chainId } = satellite.deployment;
  const ownJournal = openJournal(join(config.dataDir, `journal-${chainId}.sqlite`));
  const there = {
    rpc: satellite.rpc,
    journal: ownJournal,
    sender: createTxSender({
      ...common,
      journal: ownJournal,
      publicClient: satellite.rpc,
      confirmations: Math.max(1, config.satellite.confirmations),
      metrics: { registry, prefix: "assay_keeper_satellite_" },
    }),
  };
  return { ...context, satellite: { deployment: satellite.deployment, context: { ...context, ...there } } };
}

import { join } from "node:path";
import {
  connect,
  createTxSender,
  createWebhooks,
  type Guard,
  type HttpServer,
  type Journal,
  type Logger,
  openGuard,
  openJournal,
  type Rpc,
  type TxSender,
  type Webhooks,
} from "@assay/daemon-kit";
import type { BackendName } from "@assay/exact";
import type { ProvenEngine } from "@assay/exact/engines";
import { type AssayClient, createAssayClient } from "@assay/sdk";
import { type Address, type LocalAccount, parseGwei } from "viem";
import { type NodeConfig, readDeployment, SECRET_VARIABLES } from "./config.ts";
import { type History, openHistory } from "./history.ts";
import { Machine } from "./machine.ts";
import { createMetrics, type NodeMetrics } from "./metrics.ts";
import type { NodeNotice } from "./notices.ts";

/** What reading the chain needs; commands that send nothing stop here. */
export interface ChainContext {
  config: NodeConfig;
  rpc: Rpc;
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
  history: History;
  machine: Machine;
  sender: TxSender;
  metrics: NodeMetrics;
  /** Fires when the node stops. */
  signal: AbortSignal;
  engine: BackendName;
  /** Of the engine as it passed the probe; undefined where each run has to put it to the probe again. */
  fingerprint: string | undefined;
  uploadToken: string | undefined;
  /** Tells the operator, where webhooks are set; returns at once. */
  notify(notice: NodeNotice): void;
  webhooks: Webhooks;
}

/** Connects to the chain with an account that is already open. @throws DK-040..DK-042, CN-002, SDK-003 */
export async function openChain(config: NodeConfig, account: LocalAccount): Promise<ChainContext> {
  const deployment = readDeployment(config);
  const { rpc, walletClient } = await connect({ ...config, name: deployment.name, account });
  const client = createAssayClient({ publicClient: rpc, walletClient, deployment });
  return { config, rpc, client, account, provider: config.owner ?? account.address };
}

/** Opens journal and guard, which hold the data folder for this process alone. @throws DK-030 */
export function openNode(
  chain: ChainContext,
  parts: { log: Logger; http: HttpServer; signal: AbortSignal; engine: ProvenEngine; env: NodeJS.ProcessEnv },
): NodeContext {
  const { config, rpc, account } = chain;
  const { log, signal, env } = parts;
  const { engine, fingerprint } = parts.engine;
  const journal = openJournal(join(config.dataDir, "journal.sqlite"));
  const guard = openGuard(join(config.dataDir, "guard.sqlite"));
  const history = openHistory(join(config.dataDir, "history.sqlite"));
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
  const metrics = createMetrics(registry);
  const webhooks = createWebhooks({
    urls: config.webhooks.receivers,
    secret: env[SECRET_VARIABLES.webhookSecret] || undefined,
    source: { chainId: config.chainId, provider: chain.provider, operator: account.address },
    log,
    onEnd: (end) => metrics.webhooks.inc({ end: end.replaceAll(" ", "_") }),
  });
  const uploadToken = env[SECRET_VARIABLES.uploadToken] || undefined;
  return {
    ...chain,
    log,
    journal,
    guard,
    history,
    sender,
    signal,
    engine,
    fingerprint,
    uploadToken,
    metrics,
    webhooks,
    notify: (notice) => {
      if (config.webhooks.events.includes(notice.event)) webhooks.notify(notice);
    },
    machine: new Machine(config.dataDir, engine),
  };
}

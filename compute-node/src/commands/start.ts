import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  createLogger,
  createShutdown,
  describeConfig,
  facts,
  type Logger,
  maskUrl,
  noteAddress,
  openAccount,
  type SettingsArgs,
  startHttp,
} from "@assay/daemon-kit";
import { openBlockFolder } from "@assay/storage";
import { loadNodeConfig, type NodeConfig, SECRET_VARIABLES } from "../config.ts";
import { openChain, openNode } from "../context.ts";
import { findEngine } from "../engine.ts";
import { ComputeNode } from "../node.ts";

const GRACE_MS = 10_000;

/**
 * Runs the node until it is told to stop. Everything that can be wrong is found before the first transaction.
 * @throws coded errors of configuration, key, chain and engine
 */
export async function start({ file, flags, env }: SettingsArgs): Promise<void> {
  const { config, loaded } = loadNodeConfig({ file, flags, env });
  const log = createLogger({ name: "assay-node", level: config.logLevel });
  let failed = false;
  const shutdown = createShutdown({
    graceMs: GRACE_MS,
    // A failure is told by the caller, once, before the process ends.
    exit: (code) => (failed ? undefined : process.exit(code)),
    onFailure: ({ name, error }) => log.error({ resource: name, ...facts(error) }, "not closed properly"),
  });
  try {
    log.debug({ settings: describeConfig(loaded).split("\n") }, "configuration");
    mkdirSync(config.dataDir, { recursive: true });
    const account = await openAccount(config, env, SECRET_VARIABLES, log);
    const chain = await openChain(config, account);
    await tidyBlocks(config, log);
    const { engine: proven, rejected } = await findEngine(config, shutdown.signal);
    for (const { engine, code, reason } of rejected) log.debug({ engine, code, reason }, "engine rejected");
    const { engine, adapter, seconds } = proven;
    log.info({ engine, adapter, seconds: Number(seconds.toFixed(2)) }, "engine is exact");

    let status: () => unknown = () => ({ ready: false });
    const http = await startHttp({ host: config.httpHost, port: config.httpPort, status: () => status() });
    shutdown.register("http", () => http.close());
    const context = openNode(chain, { log, http, signal: shutdown.signal, engine, env });
    shutdown.register("journal", () => context.journal.close());
    shutdown.register("guard", () => context.guard.close());
    shutdown.register("address", noteAddress(config.dataDir, http.url));

    const node = new ComputeNode(context);
    status = () => node.status();
    http.addReadyCheck("node", () => node.readiness());
    shutdown.register("actions", () => node.settle(), "persist");
    await node.recover();
    const { chainId, rpcUrls } = config;
    log.info(
      {
        provider: chain.provider,
        operator: account.address,
        chainId,
        rpc: rpcUrls.map(maskUrl),
        http: http.url,
        engine,
      },
      "node started",
    );
    await node.work();
    await shutdown.stop();
  } catch (error) {
    failed = !shutdown.signal.aborted;
    await shutdown.stop(failed ? error : undefined);
    throw error;
  }
}

/** The blocks are a cache: it starts anew when it has outgrown its limit. */
async function tidyBlocks({ dataDir, cacheBytes }: NodeConfig, log: Logger): Promise<void> {
  const folder = join(dataDir, "blocks");
  const { blocks, bytes } = (await openBlockFolder(folder)).usage();
  if (bytes <= cacheBytes) return;
  rmSync(folder, { recursive: true, force: true });
  log.info({ blocks, bytes, limit: cacheBytes }, "block cache emptied");
}

import {
  type ControlHandler,
  createLogger,
  createShutdown,
  describeConfig,
  facts,
  type Logger,
  lockKey,
  makeDataFolder,
  maskUrl,
  newControlToken,
  noteAddress,
  openAccount,
  type SettingsArgs,
  startHttp,
} from "@assay/daemon-kit";
import { decodeError } from "@assay/sdk";
import { BaseError } from "viem";
import { measureEngine } from "../children.ts";
import { loadNodeConfig, SECRET_VARIABLES, takeOver } from "../config.ts";
import { openChain, openNode } from "../context.ts";
import { attend } from "../control.ts";
import { findEngine } from "../engine.ts";
import { nodeError } from "../errors.ts";
import { pruneLogs } from "../job-logs.ts";
import { keepMeasured } from "../keep-measured.ts";
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
    onUncaught: (error) =>
      log.fatal({ ...facts(error), err: error }, "a failure that nothing has caught: the node ends"),
  });
  try {
    log.debug({ settings: describeConfig(loaded).split("\n") }, "configuration");
    makeDataFolder(config.dataDir);
    // At work while key and chain are opened: it takes the longest.
    const examined = findEngine(config, shutdown.signal);
    examined.catch(() => {}); // seen where it is awaited
    const account = await openAccount(config, env, SECRET_VARIABLES, log);
    const chain = await openChain(config, account);
    const genesis = await chain.rpc.getBlock({ blockNumber: 0n });
    shutdown.register("key", lockKey(genesis.hash, account.address));
    pruneLogs(config.dataDir, config.logMb * 2 ** 20);
    const { engine: proven, rejected } = await examined;
    for (const { engine, code, reason } of rejected) log.debug({ engine, code, reason }, "engine rejected");
    const { engine, adapter, seconds } = proven;
    log.info({ engine, adapter, seconds: Number(seconds.toFixed(2)) }, "engine is exact");

    let status: () => unknown = () => ({ ready: false });
    let attendTo: ControlHandler = () => {
      throw nodeError("CN-050", {
        kind: "Retryable",
        found: "a node that is starting",
        wanted: "a node at work",
        hint: "try again in a moment",
      });
    };
    const token = newControlToken();
    const http = await startHttp({
      host: config.httpHost,
      port: config.httpPort,
      status: () => status(),
      control: { token, handle: (request) => attendTo(request) },
    });
    shutdown.register("http", () => http.close());
    const context = openNode(chain, { log, http, signal: shutdown.signal, engine: proven, env });
    shutdown.register("journal", () => context.journal.close());
    shutdown.register("guard", () => context.guard.close());
    shutdown.register("history", () => context.history.close());
    shutdown.register("webhooks", () => context.webhooks.close());
    shutdown.register("address", noteAddress(config.dataDir, http.url, token));

    const node = new ComputeNode(context);
    status = () => node.status();
    http.addReadyCheck("node", () => node.readiness());
    shutdown.register("actions", () => node.settle(), "persist");
    const reload = () => {
      const changed = takeOver(config, loadNodeConfig({ file, flags, env }).config);
      log.info({ changed }, "settings read again");
      node.wake();
      return changed;
    };
    attendTo = (request) => attend({ ...context, leave: () => node.leave(), reload, wake: () => node.wake() }, request);
    shutdown.register("reload", onHangup(reload, log));
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
    if (config.benchmark) {
      const measure = () => measureEngine(config, engine, shutdown.signal);
      void keepMeasured({ ...context, measure, isBusy: () => node.isBusy });
    }
    await node.work();
    await shutdown.stop();
  } catch (error) {
    failed = !shutdown.signal.aborted;
    // An endpoint that refuses is worth another try, whichever call it was that it refused.
    const known = error instanceof BaseError ? decodeError(error) : error;
    await shutdown.stop(failed ? known : undefined);
    throw known;
  }
}

/** Reads settings again on SIGHUP; what is wrong in them is told, and the old ones stay. @returns what takes it back */
function onHangup(reload: () => unknown, log: Logger): () => void {
  const handle = () => {
    try {
      reload();
    } catch (error) {
      log.error({ ...facts(error) }, "settings not read again");
    }
  };
  process.on("SIGHUP", handle);
  return () => void process.off("SIGHUP", handle);
}

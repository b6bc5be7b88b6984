import {
  createLogger,
  createShutdown,
  describeConfig,
  facts,
  makeDataFolder,
  maskUrl,
  noteAddress,
  openAccount,
  type SettingsArgs,
  startHttp,
  Waker,
} from "@assay/daemon-kit";
import { decodeError } from "@assay/sdk";
import { BaseError } from "viem";
import { enabledBots, openBots } from "../bots/index.ts";
import { loadKeeperConfig, SECRET_VARIABLES } from "../config.ts";
import { openChain, openKeeper } from "../context.ts";
import { Keeper } from "../keeper.ts";

const GRACE_MS = 10_000;

/**
 * Runs the keeper until it is told to stop. Everything that can be wrong is found before the first transaction.
 * @throws coded errors of configuration, key, chain and bots
 */
export async function start({ file, flags, env }: SettingsArgs): Promise<void> {
  const { config, loaded } = loadKeeperConfig({ file, flags, env });
  const log = createLogger({ name: "assay-keeper", level: config.logLevel });
  const shutdown = createShutdown({
    graceMs: GRACE_MS,
    onFailure: ({ name, error }) => log.error({ resource: name, ...facts(error) }, "not closed properly"),
    onUncaught: (error) =>
      log.fatal({ ...facts(error), err: error }, "a failure that nothing has caught: the keeper ends"),
  });
  try {
    log.debug({ settings: describeConfig(loaded).split("\n") }, "configuration");
    const bots = enabledBots(config);
    makeDataFolder(config.dataDir);
    const account = await openAccount(config, env, SECRET_VARIABLES, log);
    const chain = await openChain(config, account);

    let status: () => unknown = () => ({ ready: false });
    const http = await startHttp({ host: config.httpHost, port: config.httpPort, status: () => status() });
    shutdown.register("http", () => http.close());
    const waker = new Waker();
    const context = openKeeper(chain, { log, http, signal: shutdown.signal, env, wake: () => waker.wake() });
    shutdown.register("journal", () => context.journal.close());
    shutdown.register("satellite journal", () => context.satellite?.context.journal.close());
    shutdown.register("guard", () => context.guard.close());
    shutdown.register("budget", () => context.budget.close());
    shutdown.register("address", noteAddress(config.dataDir, http.url));

    const keeper = new Keeper(context, await openBots(context), waker);
    status = () => keeper.status();
    http.addReadyCheck("keeper", () => keeper.readiness());
    shutdown.register("deeds", () => keeper.settle(), "persist");
    await keeper.recover();
    const { chainId, rpcUrls } = config;
    log.info({ account: account.address, chainId, rpc: rpcUrls.map(maskUrl), http: http.url, bots }, "keeper started");
    await keeper.work();
    await shutdown.stop();
  } catch (error) {
    if (shutdown.signal.aborted) return void (await shutdown.stop());
    // An endpoint that refuses is worth another try, whichever call it was that it refused.
    const known = error instanceof BaseError ? decodeError(error) : error;
    log.fatal({ ...facts(known) }, "the keeper cannot start");
    process.exitCode = await shutdown.stop(known);
    throw known;
  }
}

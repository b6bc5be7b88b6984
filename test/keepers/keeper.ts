import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { createWalletClient, custom, type PublicClient } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { createLogger, type HttpServer } from "../../daemon-kit/src/index.ts";
import type { Bot, KeeperContext } from "../../keepers/src/bot.ts";
import { observe } from "../../keepers/src/chain/observe.ts";
import { loadKeeperConfig } from "../../keepers/src/config.ts";
import { openKeeper } from "../../keepers/src/context.ts";
import { createAssayClient, parseDeployment } from "../../sdk/src/index.ts";
import type { Governed } from "../support/governed.ts";

const MNEMONIC = "test test test test test test test test test test test junk";
/** Of the test accounts: has coin, and no part in governance. */
const KEEPER = 7;

/** One bot of a keeper, in one process with the chain it looks at. */
export class BotUnderTest {
  readonly context: KeeperContext;
  /** What it has logged, line by line. */
  readonly lines: readonly Record<string, unknown>[];
  readonly #bot: Bot;
  readonly #governed: Governed;
  readonly #stop: AbortController;

  constructor(
    governed: Governed,
    { context, bot, stop, lines }: Pick<BotUnderTest, "context" | "lines"> & { bot: Bot; stop: AbortController },
  ) {
    this.#governed = governed;
    this.context = context;
    this.lines = lines;
    this.#bot = bot;
    this.#stop = stop;
  }

  /** One look of the keeper, carried out to its end. */
  async look(): Promise<void> {
    const { world } = this.#governed;
    const { rpc, account } = this.context;
    // a block, so that reads see the time
    await world.send(world.deployer, world.asy, "approve", [world.deployer, BigInt(world.now)]);
    await this.#bot.look(await observe(rpc, account.address));
    await this.#bot.idle();
    const { timestamp } = await rpc.getBlock();
    world.now = Math.max(world.now, Number(timestamp) + 1);
  }

  /** What /status says of the bot. */
  status<T>(): T {
    return this.#bot.status() as T;
  }

  /** The text of one metric. */
  metric(name: string): Promise<string> {
    return this.context.registry.getSingleMetricAsString(name);
  }

  close(): void {
    this.#stop.abort();
    for (const part of [this.context.journal, this.context.guard, this.context.budget]) part.close();
    rmSync(this.context.config.dataDir, { recursive: true, force: true });
  }
}

/** Opens a bot. @param settings by their paths, such as `governance.enabled` */
export async function openBot(
  governed: Governed,
  settings: Record<string, string>,
  open: (context: KeeperContext) => Bot | Promise<Bot>,
): Promise<BotUnderTest> {
  const { publicClient } = await governed.world.clients();
  const rpc = publicClient as unknown as PublicClient;
  const account = mnemonicToAccount(MNEMONIC, { addressIndex: KEEPER });
  const walletClient = createWalletClient({ account, transport: custom(rpc as never) });
  const deployment = parseDeployment(JSON.parse(JSON.stringify(governed.deployment)));
  const client = createAssayClient({ publicClient: rpc, walletClient, deployment });
  const dataDir = mkdtempSync(join(tmpdir(), "assay-keeper-"));
  const { config } = loadKeeperConfig({ flags: { dataDir, ...settings }, env: {} });
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({
    name: "keeper",
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  const http = { registry: new Registry() } as HttpServer;
  const stop = new AbortController();
  const parts = { log, http, signal: stop.signal, env: {}, wake: () => {} };
  const context = openKeeper({ config, rpc, client, account }, parts);
  return new BotUnderTest(governed, { context, bot: await open(context), stop, lines });
}

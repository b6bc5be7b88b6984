import { createWebhooks, facts, knownError, type Webhooks } from "@assay/daemon-kit";
import { decodeError, getEvents } from "@assay/sdk";
import { type Address, parseAbi, zeroAddress } from "viem";
import type { Bot, KeeperContext } from "../../bot.ts";
import { blockAt } from "../../chain/block-at.ts";
import type { ChainFacts } from "../../chain/observe.ts";
import { SECRET_VARIABLES } from "../../config.ts";
import { Deeds } from "../../internal/deeds.ts";
import { ANOMALY_KINDS, type Anomaly, type AnomalyState, findAnomalies, type Payment } from "./decide.ts";
import { anomalyMetrics } from "./metrics.ts";

/** An alert that still stands is told again after so long, in seconds of chain time. */
const REPEAT = 86_400;
const FEEDS = parseAbi([
  "function feedOf(address token) view returns (address source, uint32 heartbeat, uint16 maxDeviationBps, uint256 answer, uint256 at)",
]);
const AGGREGATOR = parseAbi(["function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)"]);

/** Tells people of what is unusual: by log, by metrics, by webhook. It sends no transaction. */
export class AnomalyBot implements Bot {
  readonly name = "anomaly";
  readonly #context: KeeperContext;
  readonly #metrics: ReturnType<typeof anomalyMetrics>;
  readonly #deeds = new Deeds();
  /** When an alert was told, chain time. */
  readonly #told = new Map<string, number>();
  readonly #webhooks: Webhooks;
  #standing: Anomaly[] = [];
  #next = 0;

  constructor(context: KeeperContext) {
    this.#context = context;
    this.#metrics = anomalyMetrics(context.registry);
    const { config, log, account, env } = context;
    const { webhooks: urls } = config.anomaly;
    const secret = env[SECRET_VARIABLES.webhookSecret];
    const source = { chainId: config.chainId, keeper: account.address };
    this.#webhooks = createWebhooks({ urls, secret, source, log, onEnd: (end) => this.#metrics.notices.inc({ end }) });
  }

  async recover(): Promise<void> {}

  async look(chain: ChainFacts): Promise<void> {
    if (chain.now < this.#next || this.#deeds.has("watch")) return;
    const { config, log, metrics, signal } = this.#context;
    this.#next = chain.now + config.anomaly.everySeconds;
    const deed = () =>
      this.#watch(chain).catch((error: unknown) => {
        if (signal.aborted) return;
        metrics.botErrors.inc({ bot: this.name });
        log.warn(
          { bot: this.name, ...facts(knownError(error, decodeError)), err: error },
          "the chain could not be watched",
        );
      });
    this.#deeds.start("watch", deed, () => {});
  }

  async idle(): Promise<void> {
    await this.#deeds.idle();
    await this.#webhooks.close();
  }

  status(): unknown {
    return { standing: this.#standing, lines: this.#standing.map(({ kind, text }) => `${kind}: ${text}`) };
  }

  async #watch(chain: ChainFacts): Promise<void> {
    const { config } = this.#context;
    const found = findAnomalies(await readState(this.#context, chain), config.anomaly);
    this.#standing = found;
    for (const kind of ANOMALY_KINDS) {
      this.#metrics.standing.set({ kind }, found.filter((each) => each.kind === kind).length);
    }
    for (const anomaly of found) this.#tell(anomaly, chain.now);
  }

  #tell({ kind, subject, text }: Anomaly, now: number): void {
    const name = `${kind} ${subject}`;
    if (now < (this.#told.get(name) ?? -REPEAT) + REPEAT) return;
    this.#told.set(name, now);
    this.#context.log.error({ bot: this.name, kind, subject, text }, "anomaly");
    this.#metrics.told.inc({ kind });
    this.#webhooks.notify({ event: kind, text, facts: { subject, chainTime: now } });
  }
}

async function readState(context: KeeperContext, chain: ChainFacts): Promise<AnomalyState> {
  const { client, rpc, config } = context;
  const { deployment } = client;
  const { periodSeconds } = config.anomaly;
  const first = BigInt(deployment.startBlock);
  const fromBlock = await blockAt(rpc, chain.now - periodSeconds, first, chain.head);
  const beforeThat = await blockAt(rpc, chain.now - 2 * periodSeconds, first, chain.head);
  const [forfeited, slashed, paid, posted] = await Promise.all([
    getEvents(client, { contract: "StakingManager", eventName: "BondForfeited", fromBlock }),
    getEvents(client, { contract: "DelegationPools", eventName: "PoolSlashed", fromBlock }),
    getEvents(client, { contract: "JobMarketplace", eventName: "JobFinalized", fromBlock: beforeThat }),
    getEvents(client, { contract: "JobMarketplace", eventName: "JobPosted" }),
  ]);
  const tokens = new Map(posted.map(({ args }) => [args.id, tokenOf(args.terms)]));
  const payment = ({ args }: (typeof paid)[number]): Payment => {
    return { provider: args.provider, token: tokens.get(args.id) ?? zeroAddress, price: args.price };
  };
  return {
    slashes: [
      ...forfeited.map(({ args }) => ({
        provider: args.provider,
        amount: args.toRequester + args.toFinder + args.toAudit + args.burned,
      })),
      ...slashed.map(({ args }) => ({ provider: args.provider, amount: args.amount })),
    ],
    payments: paid.filter(({ blockNumber }) => blockNumber >= fromBlock).map(payment),
    earlier: paid.filter(({ blockNumber }) => blockNumber < fromBlock).map(payment),
    feeds: await readFeeds(context, [...new Set(tokens.values())], chain.now),
  };
}

/** The high 160 bits of the second word of terms. */
function tokenOf(terms: readonly bigint[]): Address {
  return `0x${(terms[1]! >> 96n).toString(16).padStart(40, "0")}`;
}

async function readFeeds({ client, rpc }: KeeperContext, tokens: readonly Address[], now: number) {
  const feeds = { address: client.deployment.contracts.PriceFeeds.address, abi: FEEDS } as const;
  const read = await Promise.all(
    tokens.map(async (token) => {
      const [source, heartbeat] = await rpc.readContract({ ...feeds, functionName: "feedOf", args: [token] });
      if (source === zeroAddress) return [];
      const round = { address: source, abi: AGGREGATOR, functionName: "latestRoundData" } as const;
      const age = await rpc.readContract(round).then(
        ([, , , updatedAt]) => Math.max(0, now - Number(updatedAt)),
        () => null,
      );
      return [{ token, age, heartbeat }];
    }),
  );
  return read.flat();
}

import { type Facts, facts, knownError, OvertakenError, type TxEntry, type Waker } from "@assay/daemon-kit";
import { decodeError } from "@assay/sdk";
import type { Bot, KeeperContext, Satellite } from "./bot.ts";
import { type ChainFacts, observe } from "./chain/observe.ts";
import { Deeds } from "./internal/deeds.ts";
import { satelliteMetrics } from "./metrics.ts";
import { sendCharged } from "./send.ts";

const WORST_PAUSE_MS = 30_000;
const RESUME_MS = 60_000;
/** The look at the second chain, among what is under way. */
const THERE = "satellite";

/** The keeper: looks at the chain and lets every bot decide and act, again and again until it is stopped. */
export class Keeper {
  readonly #context: KeeperContext;
  readonly #bots: readonly Bot[];
  readonly #started = Date.now();
  readonly #waker: Waker;
  readonly #followed = new Deeds();
  readonly #looks = new Deeds();
  readonly #thereMetrics: ReturnType<typeof satelliteMetrics> | undefined;
  #chain: ChainFacts | undefined;
  #there: ChainFacts | undefined;
  #failure: Facts | undefined;
  #failureThere: Facts | undefined;
  #failures = 0;
  #resumeAt = 0;
  #lookedAt = 0;
  #decided: bigint | undefined;

  constructor(context: KeeperContext, bots: readonly Bot[], waker: Waker) {
    this.#context = context;
    this.#bots = bots;
    this.#waker = waker;
    this.#thereMetrics = context.satellite && satelliteMetrics(context.registry);
  }

  /** Settles what an earlier process left open. @throws DK-037, DK-040, AssayError: nothing can be done without it */
  async recover(): Promise<void> {
    const { index, config, budget } = this.#context;
    for (const side of this.#sides()) {
      await side.sender.reconcile();
      await budget.recover(side.journal, side.rpc);
      this.#follow(side, side.journal.list("sent", "abandoned"));
    }
    await index.open(config.pollMs, () => this.#waker.wake());
    for (const bot of this.#bots) await bot.recover();
  }

  /** Follows transactions to their end that no bot waits for, so that they get into a block and their fees are booked. */
  #follow(side: KeeperContext, entries: readonly TxEntry[]): void {
    const { log, signal } = side;
    for (const { key, to, data, value } of entries) {
      if (this.#followed.has(key)) continue;
      const deed = () =>
        sendCharged(side, { key, to, data, value }).then(
          () => {},
          (error: unknown) => {
            if (signal.aborted) return;
            if (error instanceof OvertakenError) log.info({ key }, "a transaction that nobody waits for is held back");
            else log.warn({ key, ...facts(error) }, "a transaction that nobody waits for failed");
          },
        );
      this.#followed.start(key, deed, () => this.#waker.wake());
    }
  }

  /** Goes on with what was given up: it may still land, so that nothing is done in its place. */
  #resume(): void {
    if (performance.now() < this.#resumeAt) return;
    this.#resumeAt = performance.now() + RESUME_MS;
    for (const side of this.#sides()) {
      this.#follow(
        side,
        side.sender.open().filter(({ status }) => status === "abandoned"),
      );
    }
  }

  /** Works until the signal fires. */
  async work(): Promise<void> {
    const { signal, config, index } = this.#context;
    while (!signal.aborted) {
      await this.#look();
      const pause = Math.min(config.pollMs * 2 ** Math.min(this.#failures, 5), Math.max(config.pollMs, WORST_PAUSE_MS));
      await this.#waker.sleep(pause, signal);
    }
    index.close();
  }

  /** Resolves when nothing is under way any more; after the signal has fired. */
  async settle(): Promise<void> {
    await Promise.all([this.#followed.idle(), this.#looks.idle(), ...this.#bots.map((bot) => bot.idle())]);
  }

  /** undefined when the keeper can work, else why it cannot. */
  readiness(): string | undefined {
    if (this.#failure) return `${this.#failure.code}: ${this.#failure.message}`;
    if (!this.#chain) return "the chain has not been read yet";
    const silent = Date.now() - this.#lookedAt;
    return silent > 10 * this.#context.config.pollMs + 60_000 ? `no look at the chain for ${silent} ms` : undefined;
  }

  /** The content of /status. */
  status(): unknown {
    const { config, account, index, budget } = this.#context;
    const notReady = this.readiness();
    return {
      version: 1,
      pid: process.pid,
      uptimeSeconds: Math.round((Date.now() - this.#started) / 1000),
      ready: notReady === undefined,
      ...(notReady === undefined ? {} : { notReady }),
      chainId: config.chainId,
      account: account.address,
      head: this.#chain?.head,
      /** The last block that every bot has looked at and decided upon. */
      decided: this.#decided,
      chainTime: this.#chain?.now,
      gasBalance: this.#chain?.gasBalance,
      jobs: index.all().length,
      bots: this.#bots.map((bot) => ({
        name: bot.name,
        gasToday: budget.spent(bot.name, "gas"),
        bondToday: budget.spent(bot.name, "bond"),
        ...(bot.status() as object),
      })),
    };
  }

  async #look(): Promise<void> {
    const { index, metrics, log, rpc, account, turns } = this.#context;
    this.#lookThere();
    try {
      await index.refresh();
      this.#chain = await observe(rpc, account.address);
      this.#tend();
      this.#resume();
      turns.set(this.#chain.now);
      this.#lookedAt = Date.now();
      if (this.#failure) log.info("the rpc answers again");
      this.#failure = undefined;
      this.#failures = 0;
    } catch (error) {
      metrics.rpcErrors.inc();
      this.#failures += 1;
      const failure = facts(knownError(error, decodeError));
      if (this.#failure?.code !== failure.code) log.warn({ ...failure }, "the chain cannot be read");
      this.#failure = failure;
      this.#reportAges();
      return;
    }
    this.#report(this.#chain);
    for (const bot of this.#bots) await this.#let(bot, this.#chain);
    this.#decided = this.#chain.head;
  }

  /** Not waited for: what cannot be mended now must not keep the bots from their duty. */
  #tend(): void {
    const { sender, log, signal } = this.#context;
    sender.tend().catch((error: unknown) => {
      if (signal.aborted) return;
      log.warn({ ...facts(knownError(error, decodeError)) }, "gaps in the nonces could not be mended");
    });
  }

  /** Sees to the second chain, beside everything else: one that does not answer keeps no bot from its duty at home. */
  #lookThere(): void {
    const { satellite } = this.#context;
    if (!satellite || this.#looks.has(THERE)) return;
    const done = () => {};
    this.#looks.start(THERE, () => this.#readThere(satellite), done);
  }

  /** Never throws. */
  async #readThere({ context }: Satellite): Promise<void> {
    const { rpc, account, sender, log, metrics, signal } = context;
    try {
      const [, there] = await Promise.all([sender.tend(), observe(rpc, account.address)]);
      this.#there = there;
      if (this.#failureThere) log.info("the satellite's rpc answers again");
      this.#failureThere = undefined;
    } catch (error) {
      if (signal.aborted) return;
      metrics.rpcErrors.inc();
      const failure = facts(knownError(error, decodeError));
      if (this.#failureThere?.code !== failure.code) log.warn({ ...failure }, "the satellite cannot be read");
      this.#failureThere = failure;
    }
  }

  /** The chains that it works on. */
  #sides(): KeeperContext[] {
    const { satellite } = this.#context;
    return [this.#context, ...(satellite ? [satellite.context] : [])];
  }

  // A bot that fails must not keep the others from their duty.
  async #let(bot: Bot, chain: ChainFacts): Promise<void> {
    const { log, metrics, signal } = this.#context;
    try {
      await bot.look(chain);
    } catch (error) {
      if (signal.aborted) return;
      metrics.botErrors.inc({ bot: bot.name });
      log.warn({ bot: bot.name, ...facts(knownError(error, decodeError)), err: error }, "a bot could not decide");
    }
  }

  #report(chain: ChainFacts): void {
    const { metrics, index } = this.#context;
    metrics.head.set(Number(chain.head));
    this.#reportAges();
    metrics.gasBalance.set(Number(chain.gasBalance) / 1e18);
    const counts: Record<string, number> = { open: 0, claimed: 0, submitted: 0 };
    for (const { status } of index.all()) counts[status] = (counts[status] ?? 0) + 1;
    for (const [status, count] of Object.entries(counts)) metrics.jobs.set({ status }, count);
  }

  /** What was last seen grows old while a chain does not answer. */
  #reportAges(): void {
    const age = ({ headTime }: ChainFacts) => Math.max(0, Date.now() / 1000 - headTime);
    if (this.#chain) this.#context.metrics.headAge.set(age(this.#chain));
    if (!this.#there) return;
    this.#thereMetrics?.headAge.set(age(this.#there));
    this.#thereMetrics?.gasBalance.set(Number(this.#there.gasBalance) / 1e18);
  }
}

// kill -9 of keepers at any time while clocks run out: of games at the referee, of cases against providers.
import { type Address, type Hex, keccak256, toHex } from "viem";
import { restartChain } from "../../scripts/lib/chain-restart.ts";
import { contractAbis, type SubmittedJob } from "../../sdk/src/index.ts";
import { courtOf, DishonestProvider, type DisputableJob, uploadDisputable } from "./court-harness.ts";
import { randomOf } from "./crash-run.ts";
import { ASY, type Market } from "./harness.ts";
import { startKeeper } from "./keeper-harness.ts";
import { Killable } from "./killable.ts";

export interface CourtArgs {
  kills: number;
  /** Results that are challenged. */
  results: number;
  /** Providers against whom there are three cases each. */
  accused: number;
  /** Kills from one restart of the chain to the next. */
  restartEvery: number;
  seed: number;
  onKill?: (kills: number, counts: object) => void;
}

/** A challenged result; who is silent loses it: the provider by one timeout, each challenger by its own. */
export interface Challenged {
  job: SubmittedJob;
  games: number;
  silent: "provider" | "challenger";
  /** When a clock runs out, Unix seconds, or a moment later. */
  due: number;
}

/** A slash on evidence; `ends`: what the keepers have to make of it. */
export interface AccusedCase {
  id: bigint;
  provider: Address;
  ends: "executed" | "lapsed";
}

/** What the run did; what came of it is read from the chain. */
export interface CourtReport {
  kills: number;
  atSending: number;
  outages: number;
  restarts: number;
  faults: Record<string, number>;
  challenged: readonly Challenged[];
  cases: readonly AccusedCase[];
}

/** Short clocks: a chain's second is a good part of a machine's. */
export const COURT = { minWindow: 300, minBudget: 600, minBond: ASY("2") };
export const KEEPERS = [8, 9, 10] as const;
export const PROVIDER = 2;
export const CHALLENGERS = [5, 6] as const;
/** What each challenger has put down for its bonds, and what is held for each case. */
export const DEPOSIT = ASY("2000");
export const HELD = ASY("10");
export const ACCUSED_STAKE = ASY("1000");
const FIRST_ACCUSED = 14;
/** SlashingManager.Reason: one that is not answered, one whose appeal waits, one whose appeal is refused. */
const [WITHHELD, CAPABILITY, COLLUSION] = [3, 4, 5] as const;
const DAY = 86_400;
/** SlashingManager.DECISION_TIME, and the delay of the local deployment. */
const [DECISION, DELAY] = [14 * DAY, DAY];
const SPREAD = "60";
/** Chain seconds that every step lets pass, besides those of the clock: keepers' turns stay longer than a loaded machine's moments. */
const STEP = 1;
/** Chain seconds from one opening to the next before the keepers start. */
const GAP = 90;
/** Results that are challenged before the keepers start. */
const FIRST = 6;
/** Not a moment that is due is jumped over: keepers take turns by the chain's clock. */
const MARGIN = 10;
const STEPS_TO_SEND = 120;
const PATIENCE = 1_500;

/** Clocks.providerBudget of a short run: sixteen minutes more for each game. */
const budgetOf = (games: number) => COURT.minBudget + games * 16 * 60;

/** Sets the scene, kills until `kills` are done, and waits until every game and every case is over. */
export async function courtRun(market: Market, args: CourtArgs): Promise<CourtReport> {
  const random = randomOf(args.seed);
  const keepers = new Killable<"home">(random);
  try {
    return await new Run(market, keepers, args, random).play();
  } finally {
    await keepers.close();
  }
}

class Run {
  readonly #market: Market;
  readonly #keepers: Killable<"home">;
  readonly #args: CourtArgs;
  readonly #random: () => number;
  readonly #provider: DishonestProvider;
  readonly #challenged: Challenged[] = [];
  readonly #cases: AccusedCase[] = [];
  /** Cases whose appeal is still to be refused. */
  readonly #appealed: bigint[] = [];
  /** Jobs that are known to have ended. */
  readonly #over = new Set<Hex>();
  readonly #urls: string[] = [];
  #inputs!: DisputableJob;
  #kills = 0;
  #outages = 0;
  #restarts = 0;

  constructor(market: Market, keepers: Killable<"home">, args: CourtArgs, random: () => number) {
    this.#market = market;
    this.#keepers = keepers;
    this.#args = args;
    this.#random = random;
    this.#provider = new DishonestProvider(market, courtOf(market), PROVIDER);
  }

  async play(): Promise<CourtReport> {
    const { kills, results, restartEvery } = this.#args;
    await this.#prepare();
    for (const place of KEEPERS.keys()) {
      this.#urls[place] = await this.#keepers.endpoints("home", this.#market.chain.url, place);
      this.#launch(place);
    }
    await this.#keepers.allStarted();
    while (this.#kills < kills) {
      if (this.#challenged.length < FIRST + ((results - FIRST) * this.#kills) / kills) await this.#challenge();
      if (this.#kills % 3 === 1) await this.#refuseAppeal();
      await this.#killOne();
      if (this.#random() < 0.25) await this.#outage();
      if (this.#kills % restartEvery === 0) await this.#restart();
    }
    while (this.#appealed.length > 0) await this.#refuseAppeal();
    await this.#untilOver();
    const { atSending, faults } = this.#keepers;
    return {
      ...{
        kills,
        atSending,
        outages: this.#outages,
        restarts: this.#restarts,
        faults: Object.fromEntries(faults.seen),
      },
      ...{ challenged: this.#challenged, cases: this.#cases },
    };
  }

  /* ── THE SCENE ── */

  /** Cases and games whose clocks run out one after the other, the first of them right after the keepers have started. */
  async #prepare(): Promise<void> {
    const market = this.#market;
    this.#inputs = await uploadDisputable(market);
    await market.enrol(PROVIDER, ASY(String(100 * (this.#args.results + 20))));
    for (const account of CHALLENGERS) {
      await market.give(this.#addressOf(account), DEPOSIT);
      await market.client(account).depositBond({ amount: DEPOSIT });
    }
    const accused = Array.from({ length: this.#args.accused }, (_, index) => FIRST_ACCUSED + index);
    for (const account of accused) {
      await market.enrol(account, ACCUSED_STAKE);
      await this.#accuse(account, CAPABILITY, "lapsed");
      await market.pass(GAP);
    }
    await market.pass(DECISION - DELAY - accused.length * GAP);
    for (const account of accused) {
      await this.#accuse(account, WITHHELD, "executed");
      await this.#accuse(account, COLLUSION, "executed");
      await market.pass(GAP);
    }
    // the first to fall due are the cases
    const before = FIRST * GAP + 6 * MARGIN;
    await market.pass(DELAY - accused.length * GAP - before);
    for (let n = 0; n < FIRST; n++) {
      await this.#challenge();
      await market.pass(GAP);
    }
  }

  async #accuse(account: number, reason: number, ends: AccusedCase["ends"]): Promise<void> {
    const provider = this.#addressOf(account);
    const victim = this.#addressOf(1);
    const id = BigInt(this.#cases.length + 1);
    await this.#slashing("openCase", [reason, provider, victim, HELD, keccak256(toHex(`evidence ${id}`))]);
    this.#cases.push({ id, provider, ends });
    if (reason === WITHHELD) return;
    await this.#market.client(account).appealCase({ id, statement: keccak256(toHex(`statement ${id}`)) });
    if (reason === COLLUSION) this.#appealed.push(id);
  }

  /** One more case that may be executed at once. */
  async #refuseAppeal(): Promise<void> {
    const id = this.#appealed.shift();
    if (id !== undefined) await this.#slashing("refuseAppeal", [id]);
  }

  /** A result against which one or two games are opened, of which one side is not heard again. */
  async #challenge(): Promise<void> {
    const { job, run } = await this.#provider.submit(this.#inputs);
    const turn = this.#challenged.length;
    const silent = turn % 2 === 0 ? "provider" : "challenger";
    const games = turn % 4 < 2 ? 1 : 2;
    for (const account of CHALLENGERS.slice(0, games)) {
      await this.#market.client(account).challengeResult({ job, last: false });
    }
    // all games stand at the same place: one answer is for all of them
    if (silent === "challenger") await this.#provider.answerOnce(job, run);
    const now = await this.#now();
    this.#challenged.push({
      job,
      games,
      silent,
      due: now + (silent === "provider" ? budgetOf(games) : COURT.minBudget),
    });
  }

  async #slashing(functionName: "openCase" | "refuseAppeal", args: readonly unknown[]): Promise<void> {
    const { chain, deployment } = this.#market;
    const { address } = deployment.contracts.SlashingManager;
    const call = { address, abi: contractAbis.SlashingManager, functionName, args } as never;
    const hash = await chain.wallet(0).writeContract(call);
    await chain.publicClient.waitForTransactionReceipt({ hash });
  }

  #launch(place: number): void {
    const each = (bot: string) => ({
      [`${bot}__ENABLED`]: "true",
      [`${bot}__SPREAD_SECONDS`]: SPREAD,
      [`${bot}__GAS_PER_DAY`]: "100",
    });
    const settings = {
      ...each("DISPUTE_CLOCK"),
      ...each("SETTLE"),
      SETTLE__JOBS: "all",
      PLACE: String(place),
      PLACES: String(KEEPERS.length),
      POLL_MS: "500",
      LOG_LEVEL: "info",
    };
    const args = { account: KEEPERS[place]!, rpcUrl: this.#urls[place]!, settings };
    this.#keepers.keepUp(place, () => startKeeper(this.#market, args));
  }

  /* ── WHAT HAPPENS TO IT ── */

  async #killOne(): Promise<void> {
    let place = Math.floor(this.#random() * KEEPERS.length);
    if (this.#random() < 0.6) {
      await this.#keepers.allStarted();
      await this.#hurry();
      // nothing may be due that could be sent: then one dies at any moment
      place = (await this.#keepers.strike(() => this.#step(400), STEPS_TO_SEND)) ?? place;
    } else await this.#step(Math.floor(this.#random() * 1_200));
    await this.#keepers.kill(place);
    this.#kills += 1;
    this.#launch(place);
    // as often in the middle of starting as at work
    if (this.#random() < 0.4) await this.#keepers.started(place);
    this.#args.onKill?.(this.#kills, { challenged: this.#challenged.length, atSending: this.#keepers.atSending });
  }

  async #outage(): Promise<void> {
    this.#outages += 1;
    await this.#keepers.outage(["home"], () => this.#step(500 + this.#random() * 1_500));
  }

  async #restart(): Promise<void> {
    this.#keepers.down.add("home");
    await restartChain(this.#market.chain);
    this.#restarts += 1;
    this.#keepers.down.clear();
  }

  async #untilOver(): Promise<void> {
    for (let step = 0; step < PATIENCE; step++) {
      if ((await this.#hurry()) === 0) return;
      for (let n = 0; n < 5; n++) await this.#step(400);
    }
    const tails = this.#keepers.running.map(({ process }) => process.tail.slice(-8).join("\n"));
    throw new Error(`clocks that have run out were not ended; the keepers said:\n${tails.join("\n\n")}`);
  }

  /**
   * Lets the clock run ahead to shortly before the next moment at which something falls due, unless something is due now.
   * @returns how many jobs and cases are not over
   */
  async #hurry(): Promise<number> {
    const { requester, client } = this.#market;
    const live = this.#challenged.filter(({ job }) => !this.#over.has(job.id));
    for (const { job } of live) {
      const { status } = await requester.getJob({ id: job.id });
      if (status === "finalized" || status === "rejected") this.#over.add(job.id);
    }
    const games = live.filter(({ job }) => !this.#over.has(job.id)).map(({ due }) => due);
    const open = (await client(0).listCases()).filter(({ status }) => status !== "executed" && status !== "lapsed");
    const cases = open
      .filter(({ id }) => !this.#appealed.includes(id))
      .map(({ status, deadline }) => (status === "upheld" ? 0 : deadline));
    const wait = Math.min(...games, ...cases) - (await this.#now()) - MARGIN;
    if (wait > 0 && Number.isFinite(wait)) await this.#market.pass(wait);
    return games.length + open.length;
  }

  async #now(): Promise<number> {
    return Number((await this.#market.chain.publicClient.getBlock()).timestamp);
  }

  async #step(ms: number): Promise<void> {
    await this.#market.pass(STEP);
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  #addressOf(account: number): Address {
    return this.#market.chain.wallet(account).account.address;
  }
}

// kill -9 of keepers at any time, endpoints that fail, chains that are restarted, while all bots have work.
import { type Address, parseEther } from "viem";
import { restartChain } from "../../scripts/lib/chain-restart.ts";
import { contractAbis, type Deployment, POLICY, type RemoteClient, type Side } from "../../sdk/src/index.ts";
import { CLOCKS } from "../support/governed.ts";
import { AllBots, HIGH_COIN, HOT, KEEPERS, PROVIDER } from "./all-bots.ts";
import { randomOf } from "./crash-run.ts";
import { giveToGovernance, passProposals } from "./governed-pair.ts";
import { type DueJob, SPEC, submitMany } from "./many-jobs.ts";
import { ASY, type Pair, runAtHome } from "./relay-harness.ts";

export interface AllBotsArgs {
  kills: number;
  jobs: number;
  remoteJobs: number;
  proposals: number;
  /** Kills from one restart of a chain to the next. */
  restartEvery: number;
  seed: number;
  onKill?: (kills: number, counts: object) => void;
}

/** What the run did; what came of it is read from the chains. */
export interface AllBotsReport {
  kills: number;
  atSending: number;
  outages: number;
  restarts: Record<Side, number>;
  faults: Record<string, number>;
  sent: Record<Side, number>;
  remote: bigint[];
  jobs: readonly DueJob[];
  deployment: Deployment;
}

/** The requester at home, and a user of both chains. */
const REQUESTER = 1;
export const USER = 4;
const REMOTE_PRICE = ASY("10");
/** Chain seconds that every step lets pass, besides those of the clock: keepers' turns stay longer than a loaded machine's moments. */
const STEP = 1;
/** From the posting of jobs until the first falls due: proposals have ripened by then. */
const BEFORE = CLOCKS.timelockDelay + 600;
/** Chain seconds from one kill to the next, of which results fall due. */
const PER_KILL = 20;
/** At this many kills the timelock's delay is let pass. */
const RIPE_AFTER = 3;
/** Not a moment that is due is jumped over: keepers take turns by the chain's clock. */
const MARGIN = 30;
const PATIENCE = 1_500;
const NOBODY = "0x000000000000000000000000000000000000dEaD";

/** Sets the scene, kills until `kills` are done, and waits until nothing is open. */
export async function allBotsRun(pair: Pair, args: AllBotsArgs): Promise<AllBotsReport> {
  const random = randomOf(args.seed);
  const bots = new AllBots(pair, random);
  const run = new Run(pair, bots, args, random);
  try {
    return await run.play();
  } finally {
    await bots.close();
  }
}

class Run {
  readonly #pair: Pair;
  readonly #bots: AllBots;
  readonly #args: AllBotsArgs;
  readonly #random: () => number;
  readonly #user: RemoteClient;
  readonly #me: Address;
  readonly #sent = { home: 0, satellite: 0 };
  readonly #restarts = { home: 0, satellite: 0 };
  readonly #remote: bigint[] = [];
  readonly #claimed = new Set<bigint>();
  #deployment: Deployment;
  #outages = 0;
  #kills = 0;

  constructor(pair: Pair, bots: AllBots, args: AllBotsArgs, random: () => number) {
    this.#pair = pair;
    this.#bots = bots;
    this.#args = args;
    this.#random = random;
    this.#user = pair.remote(USER);
    this.#me = pair.home.wallet(USER).account.address;
    this.#deployment = pair.homeDeployment;
  }

  async play(): Promise<AllBotsReport> {
    const { kills } = this.#args;
    const jobs = await this.#prepare();
    await this.#bots.open();
    for (const place of KEEPERS.keys()) this.#bots.launch(place);
    await this.#bots.allStarted();
    await this.#drain();
    for (let n = 0; n < 4; n++) await this.#send("home");
    await this.#until("the first have arrived", async () => (await this.#there()) >= ASY("40"));
    // too little is paid for its relay: it is stuck until somebody adds the rest
    await this.#user.bridge.transfer({ from: "home", amount: ASY("1"), fee: 1n });
    this.#sent.home += 1;
    while (this.#kills < kills) {
      await this.#work();
      await this.#killOne();
      if (this.#random() < 0.25) await this.#outage();
      if (this.#kills % this.#args.restartEvery === 0) await this.#restart();
      if (this.#kills === RIPE_AFTER) await this.#letProposalsRipen();
    }
    await this.#end(jobs);
    const { atSending, faults } = this.#bots;
    return {
      ...{ kills, atSending, outages: this.#outages, restarts: this.#restarts, sent: this.#sent },
      ...{ remote: this.#remote, jobs, deployment: this.#deployment, faults: Object.fromEntries(faults.seen) },
    };
  }

  /** Governance with proposals that passed, results that fall due over the run, a user with money. */
  async #prepare(): Promise<DueJob[]> {
    const { home, homePath, homeDeployment, give, client, pass } = this.#pair;
    const addressOf = (account: number) => home.wallet(account).account.address;
    await give(addressOf(REQUESTER), ASY("50000"));
    await give(this.#me, ASY("5000"));
    await give(addressOf(PROVIDER), ASY("20000"));
    await client(REQUESTER).deposit({ amount: ASY("50000") });
    await client(PROVIDER).stake({ amount: ASY("20000") });
    this.#deployment = await giveToGovernance(home, homePath, homeDeployment);
    await passProposals(home, this.#deployment, this.#args.proposals, pass);
    const span = this.#args.kills * PER_KILL;
    const { jobs: count } = this.#args;
    const windowOf = (index: number) => BEFORE + Math.floor((index * span) / count);
    const market = { chain: home, deployment: this.#deployment, client };
    return submitMany(market, { count, requester: REQUESTER, provider: PROVIDER, windowOf });
  }

  /** Users and providers do something. */
  async #work(): Promise<void> {
    const { remoteJobs, kills } = this.#args;
    const back = this.#random() < 0.4 && (await this.#there()) >= ASY("20");
    if (this.#random() < 0.6) await this.#send(back ? "satellite" : "home");
    const due = Math.floor((this.#kills * remoteJobs) / (kills * 0.8));
    if (this.#remote.length < Math.min(due, remoteJobs) && (await this.#there()) >= REMOTE_PRICE * 2n) {
      const sent = await this.#user.remoteJob.post({ spec: SPEC, price: REMOTE_PRICE, policy: POLICY.window });
      this.#remote.push(sent.ticket.index);
    }
    await this.#provide();
  }

  /** The provider runs what has arrived. */
  async #provide(): Promise<void> {
    for (const index of this.#remote) {
      if (this.#claimed.has(index)) continue;
      const { job } = await this.#user.remoteJob.status({ index });
      if (job?.status === "open") await runAtHome(this.#pair.client(PROVIDER), job.id);
      if (job) this.#claimed.add(index);
    }
  }

  async #killOne(): Promise<void> {
    let place = Math.floor(this.#random() * KEEPERS.length);
    if (this.#random() < 0.6) {
      await this.#bots.allStarted();
      await this.#send("home");
      // nothing may be due that could be sent: then one dies at any moment
      place = (await this.#bots.strike(() => this.#step(400))) ?? place;
    } else await this.#step(Math.floor(this.#random() * 1_200));
    await this.#bots.kill(place);
    this.#kills += 1;
    this.#bots.launch(place);
    // as often in the middle of starting as at work
    if (this.#random() < 0.4) await this.#bots.started(place);
    this.#args.onKill?.(this.#kills, { ...this.#sent, remote: this.#remote.length, atSending: this.#bots.atSending });
  }

  async #outage(): Promise<void> {
    this.#outages += 1;
    await this.#bots.outage(["home", "satellite"], () => this.#step(500 + this.#random() * 2_000));
  }

  /** Home, the satellite, both, by turns. */
  async #restart(): Promise<void> {
    const turn = (this.#kills / this.#args.restartEvery) % 3;
    const sides: Side[] = turn === 1 ? ["home"] : turn === 2 ? ["satellite"] : ["home", "satellite"];
    for (const side of sides) this.#bots.down.add(side);
    await Promise.all(sides.map((side) => restartChain(this.#pair[side])));
    for (const side of sides) this.#restarts[side] += 1;
    this.#bots.down.clear();
  }

  /** Most of the timelock's delay passes, with nothing on its way but what is stuck. */
  async #letProposalsRipen(): Promise<void> {
    await this.#until("only what is stuck is open", async () => (await this.#open()) <= 1);
    await this.#until(
      "proposals are queued",
      async () => (await this.#count("ProposalQueued")) === this.#args.proposals,
    );
    const { publicClient } = this.#pair.home;
    const { address } = this.#deployment.contracts.AssayGovernor!;
    const filter = { address, abi: contractAbis.AssayGovernor, eventName: "ProposalQueued", fromBlock: 0n } as const;
    const etas = (await publicClient.getContractEvents(filter)).map(({ args }) => Number(args.etaSeconds));
    const { timestamp } = await publicClient.getBlock();
    await this.#pair.pass(Math.min(...etas) - Number(timestamp) - MARGIN);
    await this.#drain();
  }

  async #end(jobs: readonly DueJob[]): Promise<void> {
    await this.#until("results are paid", async () => (await this.#count("JobFinalized")) >= jobs.length);
    await this.#until(
      "proposals are executed",
      async () => (await this.#count("ProposalExecuted")) === this.#args.proposals,
    );
    await this.#until("remote jobs are over", async () => {
      await this.#provide();
      const infos = await Promise.all(this.#remote.map((index) => this.#user.remoteJob.status({ index })));
      return infos.every(({ done }) => done);
    });
    await this.#until("nothing is on its way", async () => (await this.#open()) === 0);
    const hot = this.#pair.home.wallet(HOT).account.address;
    const filled = parseEther(String(HIGH_COIN));
    await this.#until(
      "the hot account is filled up",
      async () => (await this.#pair.home.publicClient.getBalance({ address: hot })) >= filled,
    );
  }

  async #open(): Promise<number> {
    return (await this.#user.message.list()).length;
  }

  #there(): Promise<bigint> {
    return this.#pair.balance("satellite", this.#me);
  }

  async #send(from: Side): Promise<void> {
    await this.#user.bridge.transfer({ from, amount: from === "home" ? ASY("10") : ASY("1") });
    this.#sent[from] += 1;
  }

  async #count(eventName: "JobFinalized" | "ProposalQueued" | "ProposalExecuted"): Promise<number> {
    const name = eventName === "JobFinalized" ? "JobMarketplace" : "AssayGovernor";
    const { address } = this.#deployment.contracts[name]!;
    const filter = { address, abi: contractAbis[name], eventName: eventName as never, fromBlock: 0n } as const;
    return (await this.#pair.home.publicClient.getContractEvents(filter)).length;
  }

  /** The hot account loses its coin, so that it is to be filled up. */
  async #drain(): Promise<void> {
    const { publicClient, wallet } = this.#pair.home;
    const account = wallet(HOT);
    const value = (await publicClient.getBalance({ address: account.account.address })) - parseEther("10");
    const hash = await account.sendTransaction({ to: NOBODY, value });
    await publicClient.waitForTransactionReceipt({ hash });
  }

  async #step(ms: number): Promise<void> {
    await this.#pair.pass(STEP);
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** Steps until something is so. The patience is in steps: chain time that it could have happened in. */
  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    for (let step = 0; step < PATIENCE; step++) {
      if (await isSo()) return;
      await this.#step(700);
    }
    const tails = this.#bots.running.map(({ process }) => process.tail.slice(-8).join("\n"));
    throw new Error(
      `waited for ${PATIENCE * STEP} seconds of chain time until ${what}; the keepers said:\n${tails.join("\n\n")}`,
    );
  }
}

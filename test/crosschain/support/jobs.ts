import assert from "node:assert/strict";
import { type Address, isAddressEqual, keccak256, zeroAddress } from "viem";
import { type Transfer, transferFrom } from "../../../sdk/src/crosschain/transfers.ts";
import { ASY_UNIT, recordClaim, settleArgs } from "../../support/actor.ts";
import { Random } from "../../support/random.ts";
import { type Event, type Receipt, Refusal, type Target } from "../../support/world.ts";
import { type End, type Flying, SATELLITE } from "./link.ts";
import type { Remote, Sent } from "./remote.ts";
import { createUpgrades, type Upgrades } from "./upgrades.ts";

const FUNDS = 1_000n * ASY_UNIT;
/** BondForfeited of the staking manager and JobFinalized of the market say what a job has cost and brought its requester. */
const COST = "JobFinalized";
const GAIN = "BondForfeited";
const ACCEPTED = 2;
const RETURNED = 4;
const PAUSE_DELIVER = 2;
const DIGEST = keccak256("0x0d");

/** What schedules of remote jobs have met: a run that never met one of them has shown nothing about it. */
export type JobTally = Record<
  | "posted"
  | "refused"
  | "waited"
  | "cancelled"
  | "finalized"
  | "expired"
  | "takenHome"
  | "drop"
  | "repeat"
  | "throughTwice"
  | "forgottenArrival"
  | "forgottenSending"
  | "upgrade"
  | "disconnected"
  | "paused",
  number
>;

export function emptyJobTally(): JobTally {
  const market = ["posted", "refused", "waited", "cancelled", "finalized", "expired", "takenHome"];
  const messages = ["drop", "repeat", "throughTwice", "forgottenArrival", "forgottenSending"];
  const names = [...market, ...messages, "upgrade", "disconnected", "paused"];
  return Object.fromEntries(names.map((name) => [name, 0])) as JobTally;
}

/** One schedule on two chains with the real gateways: random moves of users, provider, relayers and faults. */
export class JobSchedule {
  readonly #remote: Remote;
  readonly #random: Random;
  readonly #tally: JobTally;
  readonly #users: readonly Address[];
  readonly #helper: Address;
  readonly #upgrades: Upgrades;
  #jobs: Sent[] = [];
  #transfers: { end: End; number: bigint; transfer: Transfer }[] = [];
  #claimed = new Set<Sent>();
  #submitted = new Set<Sent>();
  #due = new Map<Address, bigint>();
  /** Ends that do not know the other's adapter now. */
  readonly #cut = new Set<End>();

  constructor(remote: Remote, upgrades: Upgrades, seed: number, tally: JobTally) {
    const { accounts } = remote.world;
    const users = [accounts[1]!, accounts[2]!];
    this.#remote = remote;
    this.#upgrades = upgrades;
    this.#users = users;
    this.#helper = accounts[3]!;
    this.#random = new Random(seed);
    this.#tally = tally;
    for (const user of users) this.#due.set(user, FUNDS);
  }

  /** @throws AssertionError when money is lost, made or paid twice */
  async run(moves: number): Promise<void> {
    for (let index = 0; index < moves; index++) {
      await this.#move();
      await this.#check();
    }
    for (const end of this.#ends) {
      await this.#connect(end, true);
      await this.#pause(end, false);
    }
    for (let round = 0; round < 8 && (await this.#finish()); round++);
    await this.#check();
    await this.#remote.assertConserved();
    for (const [user, due] of this.#due) {
      assert.equal(await this.#remote.link.balance(this.#remote.link.satellite, user), due, `balance of ${user}`);
    }
  }

  get #ends(): readonly End[] {
    return [this.#remote.link.home, this.#remote.link.satellite];
  }

  async #check(): Promise<void> {
    const { home, satellite } = this.#remote.link;
    const locked = await this.#remote.link.balance(home, home.bridge.address);
    assert.equal(await home.chain.read<bigint>(home.bridge, "supplyOf", [SATELLITE]), locked);
    const minted = await satellite.chain.read<bigint>(satellite.token, "totalSupply");
    assert.ok(minted <= locked, `${minted} minted, ${locked} locked`);
  }

  async #move(): Promise<void> {
    const kind = this.#random.below(25);
    const end = this.#pick(this.#ends)!;
    if (kind < 3) await this.#post();
    else if (kind < 9) await this.#deliver();
    else if (kind < 11) await this.#cancel();
    else if (kind < 13) await this.#work(this.#pick(this.#jobs));
    else if (kind < 14) await this.#settle(this.#pick(this.#jobs));
    else if (kind < 15) await this.#onTransfer(this.#pick(this.#transfers));
    else if (kind < 16) await this.#recall(this.#pick(this.#jobs));
    else if (kind < 17) await this.#takeHome(this.#pick(this.#jobs));
    else if (kind < 19) await this.#reorganise(end);
    else if (kind < 20) await this.#upgrade(end);
    else if (kind < 21) await this.#repeat();
    else if (kind < 22) await this.#connect(end, this.#random.below(4) > 0);
    else if (kind < 23) await this.#pause(end, this.#random.below(2) === 0);
    else this.#remote.link.pass(this.#random.below(3) === 0 ? 3_700 : 300);
  }

  /** A transaction that may be refused by name; what it sent and what it paid is noted. */
  async #act(end: End, from: Address, target: Target, name: string, args: readonly unknown[]): Promise<boolean> {
    try {
      this.#note(end, await this.#remote.link.act(end, from, target, name, args));
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.errorName !== "unknown") return false;
      throw error;
    }
  }

  #note(end: End, { events }: Receipt): void {
    for (const event of events) {
      if (event.name === "TransferSent") {
        const sent = event.args as unknown as Transfer & { number: bigint };
        this.#transfers.push({ end, number: sent.number, transfer: transferFrom(sent) });
      } else if (event.name === "TransferQueued") this.#tally.waited++;
      else if (event.name === "TransferRefused") this.#tally.refused++;
      else if (event.name === "RemoteJobPosted") this.#tally.posted++;
      else if (event.name === "RemoteJobCancelled") this.#tally.cancelled++;
      else if (event.name === COST || event.name === GAIN) this.#account(event);
    }
  }

  /** What the market itself says that a job has cost or brought. */
  #account({ name, args }: Event): void {
    const of = (sent: Sent) => (name === COST ? sent.job.id === args.id : sent.account === args.requester);
    const sent = this.#jobs.find(of);
    if (!sent) return;
    const { user } = sent.ticket;
    const change = name === COST ? -(args.price as bigint) : (args.toRequester as bigint);
    this.#tally[name === COST ? "finalized" : "expired"]++;
    this.#due.set(user, this.#due.get(user)! + change);
  }

  async #post(): Promise<void> {
    const user = this.#pick(this.#users)!;
    const { link, portal, world } = this.#remote;
    const homeAccount = this.#random.below(2) === 0 ? this.#helper : zeroAddress;
    const lane = this.#random.below(5) === 0 ? 1 : 0;
    const maxPrice = BigInt(this.#random.between(1, 150)) * ASY_UNIT;
    const { ticket, account, job } = await this.#remote.draft(user, { lane, maxPrice }, homeAccount);
    const deadline = world.now + this.#random.between(1, 4_000);
    const before = this.#transfers.length;
    const args = [job.terms, job.specWords, homeAccount, deadline, 1_200_000];
    if (!(await this.#act(link.satellite, user, portal, "post", args))) return;
    const { number, transfer } = this.#transfers[before]!;
    this.#jobs.push({ ticket, account, job, number, transfer });
  }

  async #cancel(): Promise<void> {
    const sent = this.#pick(this.#jobs);
    if (!sent) return;
    const { link, portal, world } = this.#remote;
    const { index, homeAccount, user } = sent.ticket;
    const args = [index, homeAccount, sent.job.terms, world.now + this.#random.between(1, 4_000), 1_200_000];
    await this.#act(link.satellite, user, portal, "cancel", args);
  }

  /** The next thing that provider or market would do for a job. */
  async #work(sent: Sent | undefined): Promise<void> {
    if (!sent) return;
    const { link, provider, world, hub } = this.#remote;
    const { job } = sent;
    if (!this.#claimed.has(sent)) {
      try {
        recordClaim(job, await provider.send(world.market, "claim", [job.terms, provider.address]));
        this.#claimed.add(sent);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
      return;
    }
    if (!this.#submitted.has(sent) && this.#random.below(3) > 0) {
      try {
        await provider.submit(job);
        this.#submitted.add(sent);
        await this.#act(link.home, this.#helper, hub, "report", [sent.ticket, this.#remote.result(sent, DIGEST)]);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }
    await this.#act(link.home, this.#helper, world.market, "expire", [job.terms, job.run, job.nonce, job.claimer]);
    await this.#act(link.home, this.#helper, world.market, "finalize", settleArgs(job));
  }

  async #settle(sent: Sent | undefined): Promise<void> {
    if (sent) await this.#act(this.#remote.link.home, this.#helper, this.#remote.hub, "settle", [sent.ticket]);
  }

  async #takeHome(sent: Sent | undefined): Promise<void> {
    if (!sent) return;
    const { link, hub } = this.#remote;
    const had = await link.balance(link.home, this.#helper);
    if (!(await this.#act(link.home, this.#helper, hub, "takeHome", [sent.ticket]))) return;
    this.#tally.takenHome++;
    const { user } = sent.ticket;
    const taken = (await link.balance(link.home, this.#helper)) - had;
    this.#due.set(user, this.#due.get(user)! - taken);
  }

  async #recall(sent: Sent | undefined): Promise<void> {
    if (!sent) return;
    const { link, portal, hub } = this.#remote;
    const { user, index } = sent.ticket;
    await this.#act(link.satellite, user, portal, "recall", [index, sent.transfer]);
    const outcome = this.#transfers.findLast(({ end, transfer }) => end === link.home && transfer.from === hub.address);
    if (outcome) await this.#act(link.home, this.#helper, hub, "recall", [sent.ticket, outcome.transfer]);
  }

  /** Somebody does all that anyone may do for a transfer. */
  async #onTransfer(item: { end: End; number: bigint; transfer: Transfer } | undefined, ask = false): Promise<void> {
    if (!item) return;
    const { end, number, transfer } = item;
    const there = this.#remote.link.other(end);
    const by = this.#helper;
    if (
      this.#random.below(3) === 0 &&
      (await this.#act(end, by, end.bridge, "resend", [there.chainId, number, transfer]))
    )
      this.#tally.repeat++;
    await this.#act(there, by, there.bridge, "release", [end.chainId, number, transfer]);
    if (ask) await this.#act(end, by, end.bridge, "recall", [there.chainId, number, transfer]);
    await this.#act(there, by, there.bridge, "acknowledge", [end.chainId, [number]]);
    if (ask || this.#random.below(2) === 0)
      await this.#act(end, by, end.bridge, "refund", [there.chainId, number, transfer]);
    const job = this.#jobs.find((sent) => end.chainId === SATELLITE && sent.number === number);
    const portal = [job?.ticket.user, job?.ticket.index, transfer];
    if (job) await this.#act(end, by, this.#remote.portal, "refund", portal);
  }

  async #deliver(): Promise<void> {
    const { link } = this.#remote;
    if (link.inFlight.length === 0) return;
    const index = this.#random.below(link.inFlight.length);
    const item = link.inFlight[index]!;
    if (this.#random.below(10) === 0) {
      this.#tally.drop++;
      link.inFlight.splice(index, 1);
    } else await this.#bring(item);
  }

  /** Lets a message through, unless its end does not know the adapter that has sent it. */
  async #bring(item: Flying): Promise<void> {
    const { link } = this.#remote;
    if (isAddressEqual(item.message.contractAddress, item.to.adapter.address) && this.#cut.has(item.to)) {
      await assert.rejects(link.deliver(item), /Adapter_UnknownSource/);
      this.#tally.disconnected++;
      return;
    }
    link.inFlight.splice(link.inFlight.indexOf(item), 1);
    this.#note(item.to, await link.deliver(item));
  }

  /** A relayer brings once more what was let through; only another gateway lets it through again. */
  async #repeat(): Promise<void> {
    const { link } = this.#remote;
    const item = this.#pick(link.delivered);
    if (!item || this.#cut.has(item.to)) return;
    if (await this.#upgrades.knows(item)) {
      await assert.rejects(link.deliver(item), /NotApprovedByGateway/);
      return;
    }
    const { events } = await link.deliver(item);
    link.delivered.pop();
    const known = new Set(["TransferAccepted", "TransferRefused", "TransferQueued", "TransferSettled", "Transfer"]);
    assert.deepEqual(
      events.map(({ name }) => name).filter((name) => known.has(name)),
      [],
    );
    if (isAddressEqual(item.message.contractAddress, item.to.adapter.address)) this.#tally.throughTwice++;
  }

  /** One chain goes on for a few blocks and then forgets them. Relayers carry only what is final. */
  async #reorganise(end: End): Promise<void> {
    const { link } = this.#remote;
    const undo = await link.fork(end);
    const jobs = this.#jobs.map((sent) => ({ sent, known: { ...sent.job } }));
    const [transfers, due] = [[...this.#transfers], new Map(this.#due)];
    const [claimed, submitted] = [new Set(this.#claimed), new Set(this.#submitted)];
    const [flying, taken] = [new Set(link.inFlight), link.delivered.length];
    const moves = this.#random.between(1, 3);
    for (let index = 0; index < moves; index++) await this.#moveOn(end);
    await this.#check();
    if (link.delivered.length > taken) this.#tally.forgottenArrival++;
    if (link.inFlight.some((item) => !flying.has(item))) this.#tally.forgottenSending++;
    await undo();
    this.#jobs = jobs.map(({ sent }) => sent);
    for (const { sent, known } of jobs) Object.assign(sent.job, known);
    this.#transfers = transfers;
    this.#due = due;
    this.#claimed = claimed;
    this.#submitted = submitted;
  }

  /** Something that changes one chain only. */
  async #moveOn(end: End): Promise<void> {
    const { link } = this.#remote;
    const kind = this.#random.below(4);
    const arriving = link.inFlight.find(({ to }) => to === end);
    if (kind < 2 && arriving) await this.#bring(arriving);
    else if (end === link.satellite) await (kind === 2 ? this.#cancel() : this.#post());
    else await (kind === 2 ? this.#settle(this.#pick(this.#jobs)) : this.#work(this.#pick(this.#jobs)));
  }

  async #upgrade(end: End): Promise<void> {
    this.#tally.upgrade++;
    await this.#upgrades[this.#random.below(3) === 0 ? "refresh" : "replace"](end);
  }

  /** Off: what comes is refused, and what is sent goes where nobody listens. */
  async #connect(end: End, on: boolean): Promise<void> {
    const { link } = this.#remote;
    const there = link.other(end);
    const adapter = on ? there.adapter.address : this.#helper;
    await link.admin(end, end.adapter, "connect", [there.chainId, there.name, adapter]);
    if (on) this.#cut.delete(end);
    else this.#cut.add(end);
  }

  async #pause(end: End, on: boolean): Promise<void> {
    if (on) this.#tally.paused++;
    await this.#remote.link.admin(end, end.bridge, "setPause", [on ? PAUSE_DELIVER : 0]);
  }

  /** Deadlines pass, and anyone does what anyone may do. @returns whether something was still open */
  async #finish(): Promise<boolean> {
    const { link, world, hub } = this.#remote;
    const flush = async () => {
      for (let next = link.inFlight.shift(); next; next = link.inFlight.shift()) {
        this.#note(next.to, await link.deliver(next));
      }
    };
    await flush();
    link.pass(90_000);
    const open = [];
    for (const item of this.#transfers) {
      const status = await link.outgoing(item.end, item.number);
      if (status !== ACCEPTED && status !== RETURNED) open.push(item);
    }
    for (const item of open) {
      await this.#onTransfer(item, true);
      await flush();
      await this.#onTransfer(item);
      await flush();
    }
    for (const sent of this.#jobs) {
      await this.#act(link.home, this.#helper, world.market, "cancel", [sent.job.terms]);
      if (this.#claimed.has(sent)) await this.#work(sent);
      if (this.#random.below(2) === 0) await this.#takeHome(sent);
      const settled = await this.#act(link.home, this.#helper, hub, "settle", [sent.ticket]);
      if (settled) open.push(sent);
      await flush();
    }
    return open.length > 0;
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items.length === 0 ? undefined : items[this.#random.below(items.length)];
  }
}

/** Runs schedules `first` to `first + count - 1`. @throws naming the seed of the one that failed */
export async function runJobs(remote: Remote, first: number, count: number, moves: number): Promise<JobTally> {
  const tally = emptyJobTally();
  const upgrades = await createUpgrades(remote.link);
  const reset = await remote.link.snapshot();
  for (let seed = first; seed < first + count; seed++) {
    await reset();
    await new JobSchedule(remote, upgrades, seed, tally).run(moves).catch((error: Error) => {
      throw new Error(`schedule ${seed}: ${error.message}`, { cause: error });
    });
  }
  return tally;
}

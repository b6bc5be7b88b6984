import assert from "node:assert/strict";
import { Random } from "../../support/random.ts";
import { Model, type ModelMessage, type ModelTransfer, other, type Side } from "./model.ts";

const USERS = 3;
/** Accounts beside the users': what the hub holds for jobs, and the provider. */
const HUB = 3;
const PROVIDER = 4;
const FUNDS = 4_000;
const PROVIDER_FUNDS = 1_000_000;

interface RemoteJob {
  user: number;
  /** The user's messages are served in this order (RJ-05). */
  index: number;
  /** The transfer that brought it, and its amount. */
  post: ModelTransfer;
  /** What the hub holds for it at home. */
  held: number;
  /** Whether the hub has posted it. */
  arrived: boolean;
  ended: boolean;
  /** Transfer that takes the change back, where one is under way. */
  outcome: ModelTransfer | undefined;
}

/** What schedules have met: a run that never met one of them has shown nothing about it. */
export type JobModelTally = Record<
  | "posted"
  | "refused"
  | "waited"
  | "ended"
  | "returned"
  | "takenHome"
  | "again"
  | "drop"
  | "duplicate"
  | "forgottenArrival"
  | "forgottenSending"
  | "upgrade"
  | "late",
  number
>;

export function emptyJobModelTally(): JobModelTally {
  const market = ["posted", "refused", "waited", "ended", "returned", "takenHome"];
  const faults = ["again", "drop", "duplicate", "forgottenArrival", "forgottenSending", "upgrade", "late"];
  return Object.fromEntries([...market, ...faults].map((name) => [name, 0])) as JobModelTally;
}

/**
 * Remote jobs over the model of the bridges, as docs/spec/crosschain.md describes them (RJ-01 to RJ-10): random moves of
 * users, market, relayers and faults, then all that anyone may do.
 */
export class JobModelSchedule {
  readonly #model = new Model(PROVIDER + 1, 0, 3_600, 3_600);
  readonly #random: Random;
  readonly #tally: JobModelTally;
  #flight: ModelMessage[] = [];
  #taken: ModelMessage[] = [];
  #jobs: RemoteJob[] = [];
  /** What each user should own in the end, both chains together. */
  #due = Array.from({ length: USERS }, () => FUNDS);

  constructor(seed: number, tally: JobModelTally) {
    this.#random = new Random(seed);
    this.#tally = tally;
    const { ends } = this.#model;
    ends[0].balances[PROVIDER] = PROVIDER_FUNDS;
    for (let user = 0; user < USERS; user++) ends[1].balances[user] = FUNDS;
    this.#model.supply = USERS * FUNDS;
    this.#model.waits = (side, { number }) => side === 0 && !this.#isNext(number);
  }

  /** @throws AssertionError when money is lost, made or paid twice, at any moment */
  run(moves: number): void {
    for (let index = 0; index < moves; index++) {
      this.#move();
      this.#check();
    }
    for (const side of [0, 1] as const) {
      this.#model.ends[side].connected = true;
      this.#model.ends[side].paused = false;
    }
    for (let round = 0; round < 4 * this.#jobs.length + 8 && this.#finish(); round++) this.#check();
    const { ends } = this.#model;
    const owned = this.#due.map((_, user) => ends[0].balances[user]! + ends[1].balances[user]!);
    assert.deepEqual(owned, this.#due, "everybody has what the market says");
    assert.equal(ends[0].balances[HUB], 0, "the hub keeps nothing");
  }

  /** All of the money is somewhere, and what the hub has is what its jobs have. */
  #check(): void {
    assert.equal(this.#model.broken(), undefined);
    const { ends, supply } = this.#model;
    const home = ends[0].balances.reduce((sum, balance) => sum + balance, 0);
    assert.equal(home + supply, USERS * FUNDS + PROVIDER_FUNDS, "nothing is made or lost");
    assert.equal(
      this.#jobs.reduce((sum, { held }) => sum + held, 0),
      ends[0].balances[HUB],
      "each job's money is its own",
    );
  }

  #isNext(number: number): boolean {
    const job = this.#jobs.find(({ post }) => post.number === number);
    if (!job) return false;
    return this.#jobs
      .filter(({ user, index }) => user === job.user && index < job.index)
      .every(({ post }) => ["accepted", "refused"].includes(this.#model.incoming(0, post.number)));
  }

  #move(): void {
    const kind = this.#random.below(22);
    const job = this.#jobs[this.#random.below(Math.max(1, this.#jobs.length))];
    const side = this.#random.below(2) as Side;
    if (kind < 3) this.#post();
    else if (kind < 8) this.#deliver();
    else if (kind < 10) this.#serve();
    else if (kind < 12) job && this.#end(job);
    else if (kind < 13) job && this.#settle(job);
    else if (kind < 14) job && this.#again(job);
    else if (kind < 15) this.#drop();
    else if (kind < 16) this.#model.ends[side].paused = this.#random.below(2) === 0;
    else if (kind < 17) this.#upgrade(side);
    else if (kind < 19) this.#reorganise(side);
    else if (kind < 21) this.#repeat();
    else this.#model.now += this.#random.below(3) === 0 ? 4_000 : 400;
  }

  /** Another gateway: what is on its way to the old one is not let through until it is back. */
  #upgrade(side: Side): void {
    this.#model.ends[side].connected = this.#random.below(2) === 0;
    if (!this.#model.ends[side].connected) this.#tally.upgrade++;
  }

  #post(): void {
    const user = this.#random.below(USERS);
    const draft = {
      from: user,
      to: HUB,
      amount: this.#random.between(1, 1_500),
      deadline: this.#model.now + this.#random.between(1, 4_000),
      unwilling: this.#random.below(5) === 0,
    };
    const message = this.#model.send(1, draft);
    if (message?.kind !== "transfer") return;
    const index = this.#jobs.filter((job) => job.user === user).length;
    this.#jobs.push({ user, index, post: message.transfer, held: 0, arrived: false, ended: false, outcome: undefined });
    this.#flight.push(message);
  }

  #deliver(): void {
    if (this.#flight.length === 0) return;
    this.#bring(this.#random.below(this.#flight.length));
  }

  #bring(index: number): void {
    const message = this.#flight[index]!;
    if (message.kind === "transfer" && this.#model.now > message.transfer.deadline) this.#tally.late++;
    if (this.#model.deliver(message)) {
      this.#flight.splice(index, 1);
      this.#taken.push(message);
    }
    this.#note();
  }

  /** One chain goes on for a few blocks and then forgets them. Relayers carry only what is final. */
  #reorganise(side: Side): void {
    const [flight, taken, due, jobs] = [
      [...this.#flight],
      [...this.#taken],
      [...this.#due],
      structuredClone(this.#jobs),
    ];
    const undo = this.#model.fork(side);
    const moves = this.#random.between(1, 3);
    for (let index = 0; index < moves; index++) {
      this.#moveOn(side);
      this.#check();
    }
    if (this.#taken.length > taken.length) this.#tally.forgottenArrival++;
    if (this.#flight.some((message) => !flight.includes(message))) this.#tally.forgottenSending++;
    undo();
    this.#flight = flight;
    this.#taken = taken;
    this.#due = due;
    this.#jobs = jobs;
  }

  /** Something that changes one chain only. */
  #moveOn(side: Side): void {
    const kind = this.#random.below(4);
    const job = this.#jobs[this.#random.below(Math.max(1, this.#jobs.length))];
    if (kind < 2) {
      const arriving = this.#flight.findIndex(({ to }) => to === side);
      if (arriving >= 0) this.#bring(arriving);
    } else if (kind < 3) this.#serveOn(side);
    else if (side === 1) this.#post();
    else if (job) {
      this.#end(job);
      this.#settle(job);
    }
  }

  /** What was taken comes once more, past a gateway that does not know it. */
  #repeat(): void {
    const message = this.#taken[this.#random.below(Math.max(1, this.#taken.length))];
    if (!message) return;
    const before = structuredClone(this.#model.ends);
    if (this.#model.deliver(message) && !message.lost) this.#tally.duplicate++;
    assert.deepEqual(this.#model.ends, before, "what comes again changes nothing");
  }

  /** What the hub learns when jobs have arrived. */
  #note(): void {
    for (const job of this.#jobs) {
      if (job.arrived || this.#model.incoming(0, job.post.number) !== "accepted") continue;
      job.arrived = true;
      job.held = job.post.amount;
      this.#tally.posted++;
    }
  }

  /** Anyone releases what waits, tells what became of a transfer, recalls and refunds. */
  #serve(all = false): void {
    for (const side of [0, 1] as const) this.#serveOn(side, all);
  }

  #serveOn(side: Side, all = false): void {
    for (const { number } of this.#model.ends[other(side)].sent) {
      if (!all && this.#random.below(2) === 0) continue;
      if (this.#model.incoming(side, number) === "queued") this.#tally.waited++;
      this.#model.release(side, number);
      this.#note();
      const settled = this.#model.acknowledge(side, number);
      if (settled) this.#flight.push(settled);
    }
    for (const { number } of this.#model.ends[side].sent) {
      if (!all && this.#random.below(2) === 0) continue;
      const recall = all || this.#random.below(4) === 0 ? this.#model.recall(side, number) : undefined;
      if (recall) this.#flight.push(recall);
      this.#refund(side, number);
    }
  }

  #refund(side: Side, number: number): void {
    if (!this.#model.refund(side, number)) return;
    if (side === 1) {
      this.#tally.refused++;
      return;
    }
    const job = this.#jobs.find(({ outcome }) => outcome?.number === number)!;
    job.held += job.outcome!.amount;
    job.outcome = undefined;
    this.#tally.returned++;
  }

  /** The market ends a job: it costs something, or a late provider's penalty comes on top. */
  #end(job: RemoteJob): void {
    if (job.held === 0 || job.ended) return;
    const change = this.#random.below(4) === 0 ? this.#random.between(1, 50) : -this.#random.between(0, job.held);
    this.#model.ends[0].balances[HUB]! += change;
    this.#model.ends[0].balances[PROVIDER]! -= change;
    this.#due[job.user]! += change;
    job.held += change;
    job.ended = true;
    this.#tally.ended++;
  }

  /** The change goes back; or, where a home account is named, is taken at home. */
  #settle(job: RemoteJob): void {
    if (!job.ended || job.held === 0) return;
    if (this.#random.below(4) === 0) {
      this.#model.ends[0].balances[HUB]! -= job.held;
      this.#model.ends[0].balances[job.user]! += job.held;
      job.held = 0;
      this.#tally.takenHome++;
      return;
    }
    const deadline = this.#model.now + this.#random.between(1, 4_000);
    const draft = { from: HUB, to: job.user, amount: job.held, deadline, unwilling: false };
    const message = this.#model.send(0, draft);
    if (message?.kind !== "transfer") return;
    job.held = 0;
    job.outcome = message.transfer;
    this.#flight.push(message);
  }

  /** Messages come again (RJ-10). */
  #again(job: RemoteJob): void {
    const messages = [this.#model.resend(1, job.post.number)];
    if (job.outcome) messages.push(this.#model.resend(0, job.outcome.number));
    for (const message of messages) {
      if (!message) continue;
      this.#tally.again++;
      this.#flight.push(message);
    }
  }

  #drop(): void {
    if (this.#flight.length === 0) return;
    this.#flight.splice(this.#random.below(this.#flight.length), 1);
    this.#tally.drop++;
  }

  /** Deadlines pass, and anyone does what anyone may do. @returns whether something was still open */
  #finish(): boolean {
    while (this.#flight.length > 0) this.#bring(0);
    this.#model.now += 8_000;
    this.#serve(true);
    while (this.#flight.length > 0) this.#bring(0);
    this.#serve(true);
    for (const job of this.#jobs) {
      this.#end(job);
      this.#settle(job);
    }
    const open = ([0, 1] as const).some((side) =>
      this.#model.ends[side].out.some((out) => out === "sent" || out === "refused"),
    );
    return open || this.#flight.length > 0 || this.#model.ends[0].balances[HUB]! > 0;
  }
}

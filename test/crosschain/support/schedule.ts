import assert from "node:assert/strict";
import { Random } from "../../support/random.ts";
import { Model, type ModelMessage, type ModelTransfer, other, type Side } from "./model.ts";

export const USERS = 3;
export const FUNDS = 4_000;
/** One unit a second: the contracts, which count in 10^-18, then refill by whole units as the model does. */
export const MODEL_LIMIT = 3_600;
export const MODEL_WINDOW = 3_600;

/** What plays a schedule besides the model: the same moves on real contracts. Messages are named by their index. */
export interface Mirror {
  pass(seconds: number): void;
  send(side: Side, transfer: ModelTransfer): Promise<void>;
  resend(side: Side, transfer: ModelTransfer): Promise<void>;
  recall(side: Side, transfer: ModelTransfer): Promise<void>;
  acknowledge(side: Side, number: number): Promise<void>;
  refund(side: Side, transfer: ModelTransfer): Promise<void>;
  release(side: Side, transfer: ModelTransfer): Promise<void>;
  /** delivers message `index`, which stays in flight if it is not taken */
  deliver(index: number, taken: boolean): Promise<void>;
  /** delivers message `index` with too little gas: nothing happens */
  starve(index: number): Promise<void>;
  /** brings the message that was taken as number `index` once more: nothing happens */
  repeat(index: number, taken: boolean): Promise<void>;
  drop(index: number): Promise<void>;
  pause(side: Side, on: boolean): Promise<void>;
  connect(side: Side, on: boolean): Promise<void>;
  upgrade(side: Side, inPlace: boolean): Promise<void>;
  /** From here on the side's blocks are forgotten when the returned function is called. */
  fork(side: Side): Promise<() => Promise<void>>;
  compare(model: Model): Promise<void>;
}

/** Faults that schedules have had, by kind: a run that never met one of them has shown nothing about it. */
export type Tally = Record<
  | "drop"
  | "reorder"
  | "repeat"
  | "duplicate"
  | "late"
  | "unwilling"
  | "starved"
  | "queued"
  | "forgottenArrival"
  | "forgottenSending"
  | "upgrade"
  | "disconnected"
  | "misdirected"
  | "recalled"
  | "returned",
  number
>;

export function emptyTally(): Tally {
  const zero = 0;
  return {
    drop: zero,
    reorder: zero,
    repeat: zero,
    duplicate: zero,
    late: zero,
    unwilling: zero,
    starved: zero,
    queued: zero,
    forgottenArrival: zero,
    forgottenSending: zero,
    upgrade: zero,
    disconnected: zero,
    misdirected: zero,
    recalled: zero,
    returned: zero,
  };
}

/** One schedule: random moves of users, relayers and faults, then everything anyone can do to bring it to an end. */
export class Schedule {
  readonly model = new Model(USERS, FUNDS, MODEL_LIMIT, MODEL_WINDOW);
  flight: ModelMessage[] = [];
  #taken: ModelMessage[] = [];
  readonly #random: Random;
  readonly #tally: Tally;
  readonly #mirror: Mirror | undefined;

  constructor(seed: number, tally: Tally, mirror?: Mirror) {
    this.#random = new Random(seed);
    this.#tally = tally;
    this.#mirror = mirror;
  }

  /** @throws AssertionError when money is lost, made, or paid twice, at any moment */
  async run(moves: number): Promise<void> {
    for (let index = 0; index < moves; index++) {
      await this.#move();
      this.#check();
    }
    await this.#end();
    for (const side of [0, 1] as const) {
      for (const { number } of this.model.ends[side].sent) {
        const fate = [this.model.ends[side].out[number], this.model.incoming(other(side), number)].join();
        assert.ok(fate === "accepted,accepted" || fate === "returned,refused", `${side}:${number} ended ${fate}`);
      }
    }
    this.#check();
    this.#checkBalances();
    await this.#mirror?.compare(this.model);
  }

  #check(): void {
    const broken = this.model.broken();
    assert.equal(broken, undefined);
  }

  /** Every user has what its own transfers say. */
  #checkBalances(): void {
    const { ends } = this.model;
    const wanted = [Array.from({ length: USERS }, () => FUNDS), Array.from({ length: USERS }, () => 0)];
    for (const side of [0, 1] as const) {
      for (const { number, from, to, amount } of ends[side].sent) {
        if (ends[side].out[number] !== "accepted") continue;
        wanted[side]![from]! -= amount;
        wanted[other(side)]![to]! += amount;
      }
    }
    assert.deepEqual(
      ends.map(({ balances }) => balances),
      wanted,
    );
  }

  async #move(): Promise<void> {
    const side = this.#random.below(2) as Side;
    const kind = this.#random.below(26);
    if (kind < 5) await this.#send(side);
    else if (kind < 10) await this.#deliver();
    else if (kind < 12) await this.#onSent(side, kind === 10 ? "resend" : "recall");
    else if (kind < 14) await this.#settle(side);
    else if (kind < 15) await this.#drop();
    else if (kind < 16) await this.#pause(side, this.#random.below(2) === 0);
    else if (kind < 17) await this.#connect(side, this.#random.below(2) === 0);
    else if (kind < 19) await this.#reorganise(side);
    else if (kind < 20) await this.#upgrade(side);
    else if (kind < 22) await this.#repeat();
    else if (kind < 23) await this.#starve();
    else this.#pass(this.#random.below(3) === 0 ? 4_000 : 400);
  }

  #pass(seconds: number): void {
    this.model.now += seconds;
    this.#mirror?.pass(seconds);
  }

  async #send(side: Side): Promise<void> {
    const draft = {
      from: this.#random.below(USERS),
      to: this.#random.below(USERS),
      amount: this.#random.between(1, 3_000),
      deadline: this.model.now + this.#random.between(1, 4_000),
      unwilling: this.#random.below(6) === 0,
    };
    const message = this.model.send(side, draft);
    if (message?.kind !== "transfer") return;
    if (draft.unwilling) this.#tally.unwilling++;
    this.flight.push(message);
    await this.#mirror?.send(side, message.transfer);
  }

  async #deliver(): Promise<void> {
    if (this.flight.length === 0) return;
    const index = this.#random.below(this.flight.length);
    if (index > 0) this.#tally.reorder++;
    await this.#bring(index);
  }

  async #bring(index: number): Promise<void> {
    const message = this.flight[index]!;
    const { transfer } = message as { transfer?: ModelTransfer };
    if (message.lost) this.#tally.misdirected++;
    if (transfer && this.model.now > transfer.deadline) this.#tally.late++;
    if (transfer && this.model.incoming(message.to, transfer.number) !== "none") this.#tally.repeat++;
    const taken = this.model.deliver(message);
    if (!taken) this.#tally.disconnected++;
    if (transfer && this.model.incoming(message.to, transfer.number) === "queued") this.#tally.queued++;
    await this.#mirror?.deliver(index, taken);
    if (!taken) return;
    this.flight.splice(index, 1);
    this.#taken.push(message);
  }

  /** One chain goes on for a few blocks and then forgets them. Relayers carry only what is final. */
  async #reorganise(side: Side): Promise<void> {
    const [flight, taken] = [[...this.flight], [...this.#taken]];
    const undoModel = this.model.fork(side);
    const undoMirror = await this.#mirror?.fork(side);
    const moves = this.#random.between(1, 3);
    for (let index = 0; index < moves; index++) {
      await this.#moveOn(side);
      this.#check();
    }
    if (this.#taken.length > taken.length) this.#tally.forgottenArrival++;
    if (this.flight.some((message) => !flight.includes(message))) this.#tally.forgottenSending++;
    undoModel();
    await undoMirror?.();
    this.flight = flight;
    this.#taken = taken;
  }

  /** Something that changes one chain only. */
  async #moveOn(side: Side): Promise<void> {
    const kind = this.#random.below(5);
    if (kind < 1) await this.#send(side);
    else if (kind < 2) await this.#settle(side);
    else if (kind < 3) await this.#onSent(side, this.#random.below(2) === 0 ? "resend" : "recall");
    else {
      const arriving = this.flight.findIndex(({ to }) => to === side);
      if (arriving >= 0) await this.#bring(arriving);
    }
  }

  /** A relayer brings once more what was taken. The destination's gateway may be another by now, which does not know it. */
  async #repeat(): Promise<void> {
    if (this.#taken.length === 0) return;
    const index = this.#random.below(this.#taken.length);
    const message = this.#taken[index]!;
    const before = structuredClone(this.model.ends);
    const taken = this.model.deliver(message);
    assert.deepEqual(this.model.ends, before, "what comes again changes nothing");
    if (taken && !message.lost) this.#tally.duplicate++;
    await this.#mirror?.repeat(index, taken);
  }

  /** A relayer executes with less gas than the receiver was promised. */
  async #starve(): Promise<void> {
    const index = this.flight.findIndex((message) => this.model.reachesReceiver(message));
    if (index < 0) return;
    this.#tally.starved++;
    await this.#mirror?.starve(index);
  }

  async #upgrade(side: Side): Promise<void> {
    this.#tally.upgrade++;
    const inPlace = this.#random.below(3) === 0;
    await this.#mirror?.upgrade(side, inPlace);
  }

  async #onSent(side: Side, what: "resend" | "recall"): Promise<void> {
    const { sent } = this.model.ends[side];
    if (sent.length === 0) return;
    const transfer = sent[this.#random.below(sent.length)]!;
    const message = this.model[what](side, transfer.number);
    if (!message) return;
    if (what === "recall") this.#tally.recalled++;
    this.flight.push(message);
    await this.#mirror?.[what](side, transfer);
  }

  /** Somebody does what is due on one side for a transfer that goes through it. */
  async #settle(side: Side): Promise<void> {
    const { sent } = this.model.ends[other(side)];
    if (sent.length > 0) {
      const transfer = sent[this.#random.below(sent.length)]!;
      await this.#release(side, transfer);
      await this.#acknowledge(side, transfer.number);
    }
    for (const transfer of this.model.ends[side].sent) await this.#refund(side, transfer);
  }

  async #release(side: Side, transfer: ModelTransfer): Promise<void> {
    if (this.model.release(side, transfer.number)) await this.#mirror?.release(side, transfer);
  }

  async #acknowledge(side: Side, number: number): Promise<void> {
    const receipt = this.model.acknowledge(side, number);
    if (!receipt) return;
    this.flight.push(receipt);
    await this.#mirror?.acknowledge(side, number);
  }

  async #refund(side: Side, transfer: ModelTransfer): Promise<void> {
    if (!this.model.refund(side, transfer.number)) return;
    this.#tally.returned++;
    await this.#mirror?.refund(side, transfer);
  }

  async #drop(): Promise<void> {
    if (this.flight.length === 0) return;
    const index = this.#random.below(this.flight.length);
    this.#tally.drop++;
    this.flight.splice(index, 1);
    await this.#mirror?.drop(index);
  }

  async #pause(side: Side, on: boolean): Promise<void> {
    this.model.ends[side].paused = on;
    await this.#mirror?.pause(side, on);
  }

  async #connect(side: Side, on: boolean): Promise<void> {
    this.model.ends[side].connected = on;
    await this.#mirror?.connect(side, on);
  }

  /** The gateways work again, deadlines pass, and anyone does what anyone may do. */
  async #end(): Promise<void> {
    for (const side of [0, 1] as const) {
      await this.#connect(side, true);
      await this.#pause(side, false);
    }
    while (this.flight.length > 0) await this.#bring(0);
    this.#pass(8_000);
    for (const side of [0, 1] as const) {
      for (const transfer of this.model.ends[side].sent) {
        if (this.model.ends[side].out[transfer.number] !== "sent") continue;
        await this.#release(other(side), transfer);
        const recall = this.model.recall(side, transfer.number);
        if (recall) {
          this.flight.push(recall);
          await this.#mirror?.recall(side, transfer);
          await this.#bring(this.flight.length - 1);
        }
        await this.#acknowledge(other(side), transfer.number);
        await this.#bring(this.flight.length - 1);
      }
      for (const transfer of this.model.ends[side].sent) await this.#refund(side, transfer);
    }
  }
}

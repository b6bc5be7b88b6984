/** Which end of the link: 0 is the home chain, 1 the satellite. */
export type Side = 0 | 1;
export type Out = "sent" | "accepted" | "refused" | "returned";
export type In = "none" | "queued" | "accepted" | "refused";

export interface ModelTransfer {
  number: number;
  from: number;
  to: number;
  amount: number;
  deadline: number;
  /** whether the receiver will revert */
  unwilling: boolean;
}

type Content =
  | { kind: "transfer"; transfer: ModelTransfer }
  | { kind: "recall"; number: number }
  | { kind: "receipt"; number: number; accepted: boolean };

/** `lost`: sent while its chain named a wrong adapter, so that it goes where nobody listens. */
export type ModelMessage = Content & { to: Side; lost: boolean };

interface ModelEnd {
  /** by user */
  balances: number[];
  sent: ModelTransfer[];
  out: Out[];
  in: In[];
  used: number;
  usedAt: number;
  paused: boolean;
  connected: boolean;
}

export const other = (side: Side): Side => (side === 0 ? 1 : 0);

/**
 * The two bridges as docs/spec/crosschain.md describes them, without chains: what is right is decided here, not read out
 * of the contracts. Amounts and times are plain integers.
 */
export class Model {
  now = 0;
  /** what the home bridge holds locked */
  supply = 0;
  readonly limit: number;
  readonly window: number;
  ends: [ModelEnd, ModelEnd];
  /** Whether the receiver wants a transfer to wait (XCH-17). */
  waits: (side: Side, transfer: ModelTransfer) => boolean = () => false;

  constructor(users: number, funds: number, limit: number, window: number) {
    this.limit = limit;
    this.window = window;
    const end = (balance: number): ModelEnd => ({
      balances: Array.from({ length: users }, () => balance),
      sent: [],
      out: [],
      in: [],
      used: 0,
      usedAt: 0,
      paused: false,
      connected: true,
    });
    this.ends = [end(funds), end(0)];
  }

  send(side: Side, draft: Omit<ModelTransfer, "number">): ModelMessage | undefined {
    const end = this.ends[side];
    if (end.balances[draft.from]! < draft.amount) return undefined;
    end.balances[draft.from]! -= draft.amount;
    if (side === 0) this.supply += draft.amount;
    const transfer = { ...draft, number: end.sent.length };
    end.sent.push(transfer);
    end.out.push("sent");
    return this.#message(side, { kind: "transfer", transfer });
  }

  resend(side: Side, number: number): ModelMessage | undefined {
    const end = this.ends[side];
    if (end.out[number] !== "sent") return undefined;
    return this.#message(side, { kind: "transfer", transfer: end.sent[number]! });
  }

  recall(side: Side, number: number): ModelMessage | undefined {
    return this.ends[side].out[number] === "sent" ? this.#message(side, { kind: "recall", number }) : undefined;
  }

  acknowledge(side: Side, number: number): ModelMessage | undefined {
    const state = this.incoming(side, number);
    if (state !== "accepted" && state !== "refused") return undefined;
    return this.#message(side, { kind: "receipt", number, accepted: state === "accepted" });
  }

  refund(side: Side, number: number): boolean {
    const end = this.ends[side];
    if (end.out[number] !== "refused") return false;
    end.out[number] = "returned";
    const { from, amount } = end.sent[number]!;
    end.balances[from]! += amount;
    if (side === 0) this.supply -= amount;
    return true;
  }

  release(side: Side, number: number): boolean {
    const end = this.ends[side];
    if (this.incoming(side, number) !== "queued") return false;
    const transfer = this.ends[other(side)].sent[number]!;
    if (this.now > transfer.deadline) {
      end.in[number] = "refused";
      return true;
    }
    if (end.paused || this.waits(side, transfer) || !this.#consume(end, transfer.amount)) return false;
    this.#pay(side, transfer);
    return true;
  }

  /** @returns whether the destination let it through */
  deliver(message: ModelMessage): boolean {
    const end = this.ends[message.to];
    if (message.lost) return true;
    if (!end.connected) return false;
    if (message.kind === "transfer") this.#arrive(message.to, message.transfer);
    else if (message.kind === "recall") {
      const state = this.incoming(message.to, message.number);
      if (state === "none" || state === "queued") end.in[message.number] = "refused";
    } else if (end.out[message.number] === "sent") {
      end.out[message.number] = message.accepted ? "accepted" : "refused";
    }
    return true;
  }

  incoming(side: Side, number: number): In {
    return this.ends[side].in[number] ?? "none";
  }

  /** From here on a chain's blocks may be reorganised away: the returned function undoes what happened there since. */
  fork(side: Side): () => void {
    const [end, supply] = [structuredClone(this.ends[side]), this.supply];
    return () => {
      this.ends[side] = end;
      if (side === 0) this.supply = supply;
    };
  }

  /** Whether a message would be let through to its receiver, and so needs the gas that the receiver was promised. */
  reachesReceiver(message: ModelMessage): boolean {
    if (message.kind !== "transfer" || message.lost || this.now > message.transfer.deadline) return false;
    const undo = this.fork(message.to);
    const reached =
      this.deliver(message) && ["accepted", "refused"].includes(this.incoming(message.to, message.transfer.number));
    undo();
    return reached && this.incoming(message.to, message.transfer.number) === "none";
  }

  /** Everything that must hold at every moment. @returns what does not */
  broken(): string | undefined {
    const limbo = ([0, 1] as const).flatMap((side) =>
      this.ends[side].sent
        .filter(({ number }) => this.ends[side].out[number] !== "returned")
        .filter(({ number }) => this.incoming(other(side), number) !== "accepted"),
    );
    const minted = this.ends[1].balances.reduce((sum, balance) => sum + balance, 0);
    const waiting = limbo.reduce((sum, { amount }) => sum + amount, 0);
    if (this.supply !== minted + waiting) return `${this.supply} locked, ${minted} minted, ${waiting} on the way`;
    for (const side of [0, 1] as const) {
      const twice = this.ends[side].sent.find(
        ({ number }) => this.ends[side].out[number] === "returned" && this.incoming(other(side), number) === "accepted",
      );
      if (twice) return `transfer ${twice.number} of side ${side} was paid and paid back`;
      if (this.ends[side].balances.some((balance) => balance < 0)) return "a balance below zero";
    }
    return undefined;
  }

  #message(from: Side, content: Content): ModelMessage {
    return { ...content, to: other(from), lost: !this.ends[from].connected };
  }

  #arrive(side: Side, transfer: ModelTransfer): void {
    const end = this.ends[side];
    if (this.incoming(side, transfer.number) !== "none") return;
    if (this.now > transfer.deadline) end.in[transfer.number] = "refused";
    else if (end.paused || this.waits(side, transfer)) end.in[transfer.number] = "queued";
    else if (!this.#consume(end, transfer.amount)) end.in[transfer.number] = "queued";
    else this.#pay(side, transfer);
  }

  #pay(side: Side, { number, to, amount, unwilling }: ModelTransfer): void {
    const end = this.ends[side];
    end.in[number] = unwilling ? "refused" : "accepted";
    if (unwilling) return;
    end.balances[to]! += amount;
    if (side === 0) this.supply -= amount;
  }

  /** A bucket of `limit` that refills evenly over `window`. */
  #consume(end: ModelEnd, amount: number): boolean {
    const refilled = Math.floor(((this.now - end.usedAt) * this.limit) / this.window);
    const used = Math.max(0, end.used - refilled);
    if (amount > this.limit - used) return false;
    end.used = used + amount;
    end.usedAt = this.now;
    return true;
  }
}

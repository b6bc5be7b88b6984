import assert from "node:assert/strict";
import { type Address, getAddress, type Hex } from "viem";
import { QUOTE_UNIT } from "../../../sdk/src/codec/priceAt.ts";
import { type Job, recordSubmission } from "../../support/actor.ts";
import type { Event } from "../../support/world.ts";

export type Phase = "open" | "claimed" | "submitted" | "ended";

export interface GhostJob {
  job: Job;
  phase: Phase;
  /** how it ended */
  end?: string;
  provider?: Address;
  price: bigint;
  submittedAt: number;
  /** the best bid so far, whose bond is locked while the job is open */
  standing?: Standing | undefined;
  /** who was late */
  late?: Address;
}

/** IMarketTypes.Standing */
export interface Standing {
  provider: Address;
  bidder: Address;
  quote: bigint;
  score: bigint;
}

interface Case {
  provider: Address;
  reason: number;
  amount: bigint;
  open: boolean;
}

/** What may follow what. Anything else is a violation. */
const NEXT: Readonly<Record<string, { from: Phase; to: Phase }>> = {
  JobClaimed: { from: "open", to: "claimed" },
  ResultSubmitted: { from: "claimed", to: "submitted" },
  JobCancelled: { from: "open", to: "ended" },
  JobExpired: { from: "claimed", to: "ended" },
  JobFinalized: { from: "submitted", to: "ended" },
  JobRejected: { from: "submitted", to: "ended" },
  JobUnresolved: { from: "submitted", to: "ended" },
};

const MAX_FEE_BPS = 2_000n;

/**
 * What the events so far say must be true: jobs with their prices, bonds and phases, cases, thaws, exits, what was burned.
 * Events that contradict each other or a rule fail here, at once.
 */
export class Ghost {
  readonly jobs = new Map<Hex, GhostJob>();
  readonly cases = new Map<bigint, Case>();
  /** what each provider's thaw queue must be, oldest first */
  readonly thaws = new Map<Address, { amount: bigint; readyAt: bigint }[]>();
  /** when each exit that was asked for is ready, by provider and shares and time */
  readonly exits = new Set<string>();
  readonly supply: bigint;
  burned = 0n;
  thawPeriod: bigint;
  /** prices of finalized jobs by token, and what of it was collected */
  readonly earned = new Map<Address, bigint>();
  readonly collected = new Map<Address, bigint>();
  /** fees of finalized jobs by token, and what of it went to who settled them */
  readonly fees = new Map<Address, bigint>();
  readonly tips = new Map<Address, bigint>();
  /** how often somebody has revoked what it signed */
  readonly epochs = new Map<Address, bigint>();
  #drafts: ReadonlyMap<Hex, Job> = new Map();

  constructor(supply: bigint, thawPeriod: bigint) {
    this.supply = supply;
    this.thawPeriod = thawPeriod;
  }

  follow(drafts: ReadonlyMap<Hex, Job>): void {
    this.#drafts = drafts;
  }

  see({ name, args }: Event, now: number): void {
    if (name === "JobPosted") this.#posted(args.id as Hex);
    else if (name in NEXT) this.#moved(name, args, now);
    else if (name === "BidPlaced") this.#bid(args);
    else if (name === "JobRescued") this.#rescued(args);
    else this.#other(name, args, now);
  }

  #posted(id: Hex): void {
    const job = this.#drafts.get(id);
    assert.ok(job, `JobPosted for a job nobody drafted: ${id}`);
    assert.ok(!this.jobs.has(id), `INV-12: ${id} is posted twice`);
    this.jobs.set(id, { job, phase: "open", price: job.fields.maxPrice, submittedAt: 0 });
  }

  #moved(name: string, args: Record<string, unknown>, now: number): void {
    const one = this.jobs.get(args.id as Hex);
    assert.ok(one, `${name} for an unknown job`);
    const { from, to } = NEXT[name]!;
    assert.equal(one.phase, from, `INV-12: ${name} of a job that is ${one.phase} (${one.end ?? "no end"})`);
    assert.equal(one.end, undefined, `INV-11: ${name} after ${one.end}`);
    one.phase = to;
    if (to === "ended") one.end = name;
    if (name === "JobClaimed") this.#claimed(one, args, now);
    if (name === "ResultSubmitted") {
      recordSubmission(one.job, now);
      one.submittedAt = now;
    }
    if (name === "JobFinalized") this.#finalized(one, args);
  }

  #claimed(one: GhostJob, args: Record<string, unknown>, now: number): void {
    const { job } = one;
    const provider = getAddress(args.provider as Address);
    const price = args.price as bigint;
    // a price in dollars has no lower bound in tokens, and a rescue takes over the price of the claim, but for its rounding
    const rounding = job.fields.maxPrice < QUOTE_UNIT ? 0n : job.fields.maxPrice / QUOTE_UNIT + 1n;
    const first = one.price - rounding > 1n ? one.price - rounding : 1n;
    const lowest = one.late ? first : job.fields.rule === 2 ? 1n : job.fields.minPrice;
    const highest = one.late ? one.price : job.fields.maxPrice;
    assert.ok(price <= highest && price >= lowest, `INV-14: a price of ${price} is out of range`);
    assert.notEqual(provider, one.late, "INV-25: the late one does not rescue itself");
    assert.equal(
      BigInt(args.run as bigint) >> 56n,
      (BigInt(provider) << 40n) | BigInt(now),
      "the run names who and when",
    );
    Object.assign(one, { provider, price, standing: undefined });
    Object.assign(job, { nonce: args.nonce, claimer: args.claimer, claimedAt: now, run: args.run });
  }

  #bid(args: Record<string, unknown>): void {
    const one = this.jobs.get(args.id as Hex);
    assert.equal(one?.phase, "open", "INV-12: a bid for a job that is not open");
    const [provider, bidder] = [getAddress(args.provider as Address), getAddress(args.bidder as Address)];
    const next = { provider, bidder, quote: args.quote as bigint, score: args.score as bigint };
    const { standing, job } = one!;
    assert.ok(!standing || next.score > standing.score, `INV-24: ${next.score} took the place of ${standing?.score}`);
    assert.ok(
      (args.price as bigint) >= job.fields.minPrice && (args.price as bigint) <= job.fields.maxPrice,
      "INV-14: a bid",
    );
    one!.standing = next;
  }

  /** The claim of the rescuer follows: until then the job stands as if it were open. */
  #rescued(args: Record<string, unknown>): void {
    const one = this.jobs.get(args.id as Hex);
    assert.ok(one && one.phase === "claimed", `INV-12: a rescue of a job that is ${one?.phase}`);
    assert.equal(one.late, undefined, "INV-25: a job is rescued once");
    assert.ok((args.penalty as bigint) <= one.job.fields.bond, "INV-08: a rescue costs no more than the bond");
    one.late = one.provider!;
    one.phase = "open";
  }

  #finalized({ job, price, provider }: GhostJob, args: Record<string, unknown>): void {
    const fee = args.fee as bigint;
    assert.equal(args.price, price, "INV-14: the price of the claim is what is paid");
    assert.equal(getAddress(args.provider as Address), provider, "INV-14: to who claimed it");
    assert.equal(fee, (price * BigInt(job.fields.feeBps)) / 10_000n, "INV-15: the fee of the terms");
    assert.ok(fee * 10_000n <= price * MAX_FEE_BPS, "INV-15: at most a fifth");
    const token = getAddress(job.fields.token);
    this.earned.set(token, (this.earned.get(token) ?? 0n) + price);
    this.fees.set(token, (this.fees.get(token) ?? 0n) + fee);
  }

  /** A tip comes out of the fees of the jobs that were settled before it. */
  #tipped(args: Record<string, unknown>): void {
    const token = getAddress(args.token as Address);
    const tip = args.tip as bigint;
    this.tips.set(token, (this.tips.get(token) ?? 0n) + tip);
    this.earned.set(token, (this.earned.get(token) ?? 0n) - tip);
    assert.ok(this.tips.get(token)! <= (this.fees.get(token) ?? 0n), "INV-26: tips are a part of fees");
  }

  #other(name: string, args: Record<string, unknown>, now: number): void {
    if (name === "Burned") this.burned += args.amount as bigint;
    if (name === "ThawPeriodSet") this.thawPeriod = args.current as bigint;
    if (name === "EarningsCollected") this.#collected(args);
    if (name === "SettlementTipped") this.#tipped(args);
    if (name === "SignaturesRevoked") this.epochs.set(getAddress(args.signer as Address), args.epoch as bigint);
    if (name === "ThawRequested") this.#thaw(args, now);
    if (name === "Withdrawn" && "provider" in args) this.#withdrawn(args, now);
    if (name === "ExitRequested") {
      assert.equal(args.readyAt, BigInt(now) + this.thawPeriod, "INV-10: an exit waits one thaw");
      this.exits.add(`${args.provider} ${args.shares} ${args.readyAt}`);
    }
    if (name === "BondForfeited") this.#forfeited(args);
    if (name === "CaseOpened") this.#caseOpened(args);
    if (/^Case(Executed|Vetoed|Lapsed)$/.test(name)) this.#caseEnded(args.id as bigint, name);
  }

  #collected(args: Record<string, unknown>): void {
    const token = getAddress(args.token as Address);
    const sum = (args.net as bigint) + (args.fee as bigint) + (args.shared as bigint);
    assert.ok((args.burned as bigint) <= (args.fee as bigint), "INV-26: no more is burned than the fee");
    this.burned += args.burned as bigint;
    this.collected.set(token, (this.collected.get(token) ?? 0n) + sum);
    assert.ok(
      (this.collected.get(token) ?? 0n) <= (this.earned.get(token) ?? 0n),
      "INV-16: never more than was earned",
    );
  }

  #thaw(args: Record<string, unknown>, now: number): void {
    const provider = getAddress(args.provider as Address);
    const readyAt = args.readyAt as bigint;
    assert.equal(readyAt, BigInt(now) + this.thawPeriod, "INV-10: a thaw waits the period of its request");
    this.thaws.set(provider, [...(this.thaws.get(provider) ?? []), { amount: args.amount as bigint, readyAt }]);
  }

  #withdrawn(args: Record<string, unknown>, now: number): void {
    const provider = getAddress(args.provider as Address);
    const queue = this.thaws.get(provider) ?? [];
    let ready = 0;
    while (ready < queue.length && queue[ready]!.readyAt <= BigInt(now)) ready += 1;
    const amount = queue.slice(0, ready).reduce((sum, one) => sum + one.amount, 0n);
    assert.equal(args.amount, amount, "INV-10: what has thawed is paid");
    this.thaws.set(provider, queue.slice(ready));
  }

  #forfeited(args: Record<string, unknown>): void {
    const parts = [args.toRequester, args.toFinder, args.toAudit, args.burned] as bigint[];
    const lost = parts.reduce((sum, part) => sum + part, 0n);
    assert.ok(lost <= (args.bond as bigint), `INV-08: ${lost} lost of a bond of ${args.bond}`);
  }

  #caseOpened(args: Record<string, unknown>): void {
    const provider = getAddress(args.provider as Address);
    const reason = Number(args.reason);
    for (const one of this.cases.values()) {
      const same = one.open && one.provider === provider && one.reason === reason;
      assert.ok(!same, "INV-18: one open case for each provider and reason");
    }
    this.cases.set(args.id as bigint, { provider, reason, amount: args.amount as bigint, open: true });
  }

  #caseEnded(id: bigint, name: string): void {
    const one = this.cases.get(id);
    assert.ok(one?.open, `INV-18: ${name} of a case that is over`);
    one.open = false;
  }

  /** What the market must hold for jobs that run, by token. */
  escrow(token: Address): bigint {
    let sum = 0n;
    for (const { job, phase, price } of this.jobs.values()) {
      if (phase !== "ended" && getAddress(job.fields.token) === getAddress(token)) sum += price;
    }
    return sum;
  }

  /** What of a provider's stake is spoken for: bonds of running jobs and amounts of open cases. */
  locked(provider: Address): bigint {
    let sum = 0n;
    for (const one of this.jobs.values()) {
      const holder = one.phase === "open" ? one.standing?.provider : one.provider;
      if (holder === provider && one.phase !== "ended") sum += one.job.fields.bond;
    }
    for (const one of this.cases.values()) if (one.open && one.provider === provider) sum += one.amount;
    return sum;
  }

  /** Forgets jobs that ended long ago, so that looking at all of them stays cheap. */
  forget(): void {
    const ended = [...this.jobs].filter(([, { phase }]) => phase === "ended");
    for (const [id] of ended.slice(0, -200)) this.jobs.delete(id);
  }
}

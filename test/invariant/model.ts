import type { Address } from "viem";
import { priceAt } from "../../sdk/src/codec/priceAt.ts";
import type { Job } from "../support/actor.ts";

export const STALL_TIMEOUT = 30 * 86_400;
export type Status = "open" | "claimed" | "submitted" | "ended";
export type Verdict = "pending" | "accepted" | "rejected";

export interface ModelJob extends Job {
  status: Status;
  provider: Address;
  submittedAt: number;
}

interface Thaw {
  amount: bigint;
  readyAt: number;
}

/** Amounts by account. */
export class Ledger {
  readonly #amounts = new Map<Address, bigint>();

  get(account: Address): bigint {
    return this.#amounts.get(account) ?? 0n;
  }

  add(account: Address, amount: bigint): void {
    this.#amounts.set(account, this.get(account) + amount);
  }
}

/** What the market knows of one token. */
export class TokenBook {
  readonly address: Address;
  feeBps: number;
  minBond: bigint;
  readonly balances = new Ledger();
  readonly gross = new Ledger();
  readonly fees = new Ledger();

  constructor(address: Address, feeBps: number, minBond: bigint) {
    this.address = address;
    this.feeBps = feeBps;
    this.minBond = minBond;
  }
}

/**
 * The rules of docs/spec/market.md and staking.md a second time, in plain arithmetic: who owns what, which call must go
 * through. The contracts are held against it after every call.
 */
export class Model {
  readonly jobs: ModelJob[] = [];
  readonly lanes = new Map<string, { generation: number; live: boolean }>();
  readonly books: readonly TokenBook[];
  readonly stakes = new Ledger();
  readonly locked = new Ledger();
  readonly credits = new Ledger();
  readonly thaws = new Map<Address, Thaw[]>();
  readonly operators = new Map<Address, Address>();
  readonly treasury: Address;
  readonly thawPeriod: number;
  paused = 0;
  /** what strategy 1 says at the moment */
  answer: Verdict = "pending";

  constructor(books: readonly TokenBook[], treasury: Address, thawPeriod: number) {
    this.books = books;
    this.treasury = treasury;
    this.thawPeriod = thawPeriod;
  }

  bookOf(job: ModelJob): TokenBook {
    return this.books.find(({ address }) => address === job.fields.token)!;
  }

  price(job: ModelJob): bigint {
    return priceAt(job.fields, job.claimedAt);
  }

  free(provider: Address): bigint {
    return this.stakes.get(provider) - this.locked.get(provider);
  }

  /* what must go through */

  canPost(job: ModelJob, sender: Address): boolean {
    const { fields } = job;
    const book = this.bookOf(job);
    const lane = this.lanes.get(laneKey(job)) ?? { generation: 0, live: false };
    return (
      (this.paused & 1) === 0 &&
      sender === fields.requester &&
      fields.feeBps === book.feeBps &&
      fields.bond >= book.minBond &&
      !lane.live &&
      fields.generation > lane.generation &&
      fields.maxPrice <= book.balances.get(sender)
    );
  }

  canClaim(job: ModelJob, sender: Address, provider: Address, now: number): boolean {
    const named = BigInt(job.fields.provider) === 0n || job.fields.provider === provider;
    const mandated = sender === provider || this.operators.get(provider) === sender;
    const inTime = now <= job.fields.claimBy;
    const funded = job.fields.bond <= this.free(provider);
    return (this.paused & 2) === 0 && job.status === "open" && inTime && named && mandated && funded;
  }

  canSubmit(job: ModelJob, sender: Address, now: number): boolean {
    const mandated = sender === job.claimer || sender === job.provider;
    return job.status === "claimed" && mandated && now <= job.claimedAt + job.fields.runTime;
  }

  canCancel(job: ModelJob, sender: Address, now: number): boolean {
    return job.status === "open" && (sender === job.fields.requester || now > job.fields.claimBy);
  }

  canExpire(job: ModelJob, now: number): boolean {
    return job.status === "claimed" && now > job.claimedAt + job.fields.runTime;
  }

  verdict(job: ModelJob, now: number): Verdict {
    const window: Verdict = now >= job.submittedAt + job.fields.window ? "accepted" : "pending";
    if (job.fields.policy === 1) return window;
    if (this.answer === "rejected") return "rejected";
    return window === "accepted" && this.answer === "accepted" ? "accepted" : "pending";
  }

  canSettle(job: ModelJob, verdict: Verdict, now: number): boolean {
    return job.status === "submitted" && this.verdict(job, now) === verdict;
  }

  canResolve(job: ModelJob, now: number): boolean {
    return this.canSettle(job, "pending", now) && now >= job.submittedAt + job.fields.window + STALL_TIMEOUT;
  }

  /* what it does then */

  post(job: ModelJob): void {
    this.bookOf(job).balances.add(job.fields.requester, -job.fields.maxPrice);
    this.lanes.set(laneKey(job), { generation: job.fields.generation, live: true });
    this.jobs.push(job);
  }

  claim(job: ModelJob, provider: Address): void {
    job.status = "claimed";
    job.provider = provider;
    this.locked.add(provider, job.fields.bond);
    this.bookOf(job).balances.add(job.fields.requester, job.fields.maxPrice - this.price(job));
  }

  finalize(job: ModelJob): void {
    const book = this.bookOf(job);
    const price = this.price(job);
    book.gross.add(job.provider, price);
    book.fees.add(job.provider, (price * BigInt(job.fields.feeBps)) / 10_000n);
    this.#endBond(job, 0n, 0n);
  }

  cancel(job: ModelJob): void {
    this.bookOf(job).balances.add(job.fields.requester, job.fields.maxPrice);
    this.#end(job);
  }

  /** Expired, rejected or unresolved: the price goes back, the bond is shared. */
  refund(job: ModelJob, toRequester: bigint, burned: bigint): void {
    this.bookOf(job).balances.add(job.fields.requester, this.price(job));
    this.#endBond(job, toRequester, burned);
  }

  collect(book: TokenBook, provider: Address): void {
    const fee = book.fees.get(provider);
    book.balances.add(provider, book.gross.get(provider) - fee);
    book.balances.add(this.treasury, fee);
    book.gross.add(provider, -book.gross.get(provider));
    book.fees.add(provider, -fee);
  }

  thawsOf(provider: Address): Thaw[] {
    const queue = this.thaws.get(provider) ?? [];
    this.thaws.set(provider, queue);
    return queue;
  }

  thaw(provider: Address, amount: bigint, now: number): void {
    this.stakes.add(provider, -amount);
    this.thawsOf(provider).push({ amount, readyAt: now + this.thawPeriod });
  }

  /** Takes what has thawed out of the queue. */
  withdrawThawed(provider: Address, now: number): void {
    this.thaws.set(
      provider,
      this.thawsOf(provider).filter(({ readyAt }) => readyAt > now),
    );
  }

  /** What the market must hold of a token. */
  obligations(book: TokenBook, accounts: readonly Address[]): bigint {
    let sum = 0n;
    for (const account of accounts) sum += book.balances.get(account) + book.gross.get(account);
    for (const job of this.jobs) {
      if (job.fields.token !== book.address) continue;
      if (job.status === "open") sum += job.fields.maxPrice;
      else if (job.status !== "ended") sum += this.price(job);
    }
    return sum;
  }

  /** What of a provider's stake stands behind running jobs. */
  bonds(provider: Address): bigint {
    return this.jobs.reduce((sum, job) => {
      const running = job.status === "claimed" || job.status === "submitted";
      return running && job.provider === provider ? sum + job.fields.bond : sum;
    }, 0n);
  }

  #endBond(job: ModelJob, toRequester: bigint, burned: bigint): void {
    this.locked.add(job.provider, -job.fields.bond);
    this.stakes.add(job.provider, -(toRequester + burned));
    this.credits.add(job.fields.requester, toRequester);
    this.#end(job);
  }

  #end(job: ModelJob): void {
    job.status = "ended";
    this.lanes.set(laneKey(job), { generation: job.fields.generation, live: false });
  }
}

export function laneKey({ fields }: Job): string {
  return `${fields.requester} ${fields.lane}`;
}

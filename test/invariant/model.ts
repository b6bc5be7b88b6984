import { type Address, zeroAddress } from "viem";
import { priceAt } from "../../sdk/src/codec/priceAt.ts";
import type { Job } from "../support/actor.ts";

const STALL_TIMEOUT = 30 * 86_400;
const STALL_SPANS = 4;
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

/** What a bond loses, and to whom. */
interface Penalty {
  toRequester: bigint;
  toFinder: bigint;
  toAudit: bigint;
  burned: bigint;
}

const NO_PENALTY: Penalty = { toRequester: 0n, toFinder: 0n, toAudit: 0n, burned: 0n };

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
  /** what operators may keep locked, in 1/10,000 of the stake */
  readonly exposures = new Ledger();
  /** whose exposure was set once, by itself or with the first operator */
  readonly exposed = new Set<Address>();
  /** forfeited and not burned yet; `burned` is what is gone for good */
  burnDue = 0n;
  burned = 0n;
  /** what waits for the audit fund */
  auditDue = 0n;
  readonly treasury: Address;
  readonly thawPeriod: number;
  readonly supply: bigint;
  paused = 0;
  /** what strategy 1 says at the moment, whom it names, and whether it takes new jobs */
  answer: Verdict = "pending";
  finder: Address = zeroAddress;
  refuses = false;

  /** @param supply of ASY before anything was burned */
  constructor(supply: bigint, books: readonly TokenBook[], treasury: Address, thawPeriod: number) {
    this.supply = supply;
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

  /** What operators may keep locked. */
  limit(provider: Address): bigint {
    return (this.stakes.get(provider) * this.exposures.get(provider)) / 10_000n;
  }

  /* what must go through */

  canPost(job: ModelJob, sender: Address): boolean {
    const { fields } = job;
    const book = this.bookOf(job);
    const lane = this.lanes.get(laneKey(job)) ?? { generation: 0, live: false };
    return (
      (this.paused & 1) === 0 &&
      (fields.policy === 1 || !this.refuses) &&
      sender === fields.requester &&
      fields.feeBps >= book.feeBps &&
      fields.feeBps <= 2_000 &&
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
    const exposed = sender === provider || this.locked.get(provider) + job.fields.bond <= this.limit(provider);
    return (this.paused & 2) === 0 && job.status === "open" && inTime && named && mandated && funded && exposed;
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
    const spans = STALL_SPANS * (job.submittedAt - job.claimedAt);
    return this.canSettle(job, "pending", now) && now >= job.submittedAt + job.fields.window + STALL_TIMEOUT + spans;
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
    this.#endBond(job, NO_PENALTY);
  }

  cancel(job: ModelJob): void {
    this.bookOf(job).balances.add(job.fields.requester, job.fields.maxPrice);
    this.#end(job);
  }

  /** Expired, rejected or unresolved: the price goes back, the bond is shared. */
  refund(job: ModelJob, penalty: Penalty): void {
    this.bookOf(job).balances.add(job.fields.requester, this.price(job));
    this.#endBond(job, penalty);
  }

  expire(job: ModelJob): void {
    const { bond } = job.fields;
    const toRequester = (bond * 45n) / 1_000n;
    this.refund(job, { toRequester, toFinder: 0n, toAudit: 0n, burned: bond / 10n - toRequester });
  }

  reject(job: ModelJob): void {
    const { bond } = job.fields;
    const toRequester = (bond * 15n) / 100n;
    const toFinder = this.finder === zeroAddress ? 0n : bond / 4n;
    const toAudit = (bond * 15n) / 100n;
    this.refund(job, { toRequester, toFinder, toAudit, burned: bond - toRequester - toFinder - toAudit });
  }

  allow(provider: Address, operator: Address): void {
    this.operators.set(provider, operator);
    if (this.exposed.has(provider)) return;
    this.expose(provider, 2_000n);
  }

  expose(provider: Address, bps: bigint): void {
    this.exposed.add(provider);
    this.exposures.add(provider, bps - this.exposures.get(provider));
  }

  burn(): void {
    this.burned += this.burnDue;
    this.burnDue = 0n;
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

  #endBond(job: ModelJob, { toRequester, toFinder, toAudit, burned }: Penalty): void {
    const { provider } = job;
    const lost = toRequester + toFinder + toAudit + burned;
    const stake = this.stakes.get(provider);
    const exposure = this.exposures.get(provider);
    // rounded up, and no more than there is
    const share = stake === 0n ? 0n : (lost * 10_000n + stake - 1n) / stake;
    this.expose(provider, share > exposure ? 0n : exposure - share);
    this.locked.add(provider, -job.fields.bond);
    this.stakes.add(provider, -lost);
    this.credits.add(job.fields.requester, toRequester);
    this.credits.add(this.finder, toFinder);
    this.burnDue += burned;
    this.auditDue += toAudit;
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

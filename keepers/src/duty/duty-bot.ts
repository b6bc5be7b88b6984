import { facts, knownError, receiptOf, TxRevertedError, unfailedKey } from "@assay/daemon-kit";
import { decodeError, isRevert } from "@assay/sdk";
import type { Bot, KeeperContext } from "../bot.ts";
import type { ChainFacts } from "../chain/observe.ts";
import { type KeeperErrorCode, keeperError } from "../errors.ts";
import { Deeds } from "../internal/deeds.ts";
import { isToBeDecidedAnew, sendCharged } from "../send.ts";
import { Sightings } from "../turns.ts";
import type { Duty, Mode } from "./duty.ts";
import { pauseAfter, selectDuties } from "./select.ts";
import { Waiting } from "./waiting.ts";

/** What tells one bot of duties from another. */
export interface DutyPlan {
  name: string;
  mode: Mode;
  spreadSeconds: number;
  /** wei */
  gasPerDay: bigint;
  /** Names of the contracts' errors that mean: somebody else has done it. */
  doneByOthers: readonly string[];
  /** The code under which any other refusal is told. */
  refused: KeeperErrorCode;
  /** Reads the chain, decides, and prepares the calls. @throws what the endpoint throws */
  plan(chain: ChainFacts): Promise<Duty[]>;
  /** Called right before a duty is sent under this key. */
  sending?(duty: Duty, key: string): void;
  /** Called when it was not signed after all. */
  unsent?(key: string): void;
}

/** Seconds of chain time after which a person's answer is looked for again. */
const ASK_AGAIN = 1;

/**
 * Carries out calls that are due. Nothing is kept but in the journal: what is due is read from the chain at every look, and
 * each call is tried on the pending state right before it is sent.
 */
export class DutyBot implements Bot {
  readonly name: string;
  readonly #context: KeeperContext;
  readonly #plan: DutyPlan;
  readonly #deeds = new Deeds();
  readonly #notBefore = new Map<string, number>();
  readonly #refusals = new Map<string, number>();
  readonly #sightings = new Sightings();
  readonly #waiting: Waiting;
  #now = 0;
  #due = 0;
  #held = false;

  constructor(context: KeeperContext, plan: DutyPlan) {
    this.name = plan.name;
    this.#context = context;
    this.#plan = plan;
    this.#waiting = new Waiting(context, plan.name);
    context.turns.join(plan.name, plan.spreadSeconds);
  }

  /** Nothing to recover: what is due is on chain, what was sent is in the journal. */
  async recover(): Promise<void> {}

  async look(chain: ChainFacts): Promise<void> {
    const { account, budget, config, signal } = this.#context;
    this.#now = chain.now;
    const duties = (await this.#plan.plan(chain)).filter(({ due }) => due <= chain.now);
    if (signal.aborted) return;
    this.#forget(new Set(duties.map(({ key }) => key)));
    const gasSpent = budget.spent(this.name, "gas");
    this.#report(duties.length, gasSpent);
    const busy = new Set(this.#deeds.names());
    const state = {
      now: chain.now,
      account: account.address,
      gasSpent,
      busy,
      seen: this.#sightings.note(duties, chain.now),
      notBefore: this.#notBefore,
    };
    const { spreadSeconds, gasPerDay } = this.#plan;
    const limits = { place: config.place, places: config.places, spreadSeconds, gasPerDay };
    for (const duty of selectDuties(duties, state, limits)) {
      this.#deeds.start(duty.key, () => this.#carryOut(duty), this.#context.wake);
    }
  }

  idle(): Promise<void> {
    return this.#deeds.idle();
  }

  status(): unknown {
    const waiting = this.#waiting.shown();
    const lines = [`${this.#plan.mode}: ${this.#due} due`, ...waiting.map(({ text }) => `waits: ${text}`)];
    return { mode: this.#plan.mode, doing: this.#deeds.names(), waiting, lines };
  }

  /** Never throws. */
  async #carryOut(duty: Duty): Promise<void> {
    const { to, data, value, text, stillDue } = duty;
    const { rpc, account, log, duties, journal, turns } = this.#context;
    const key = unfailedKey(journal, duty.round === undefined ? duty.key : `${duty.key}:${duty.round}`);
    try {
      if (await this.#isDone(key)) return this.#rest(duty);
      await rpc.call({ account: account.address, to, data, value, blockTag: "pending" });
      if (!this.#waiting.maySend(this.#plan.mode, duty)) {
        this.#notBefore.set(duty.key, this.#now + ASK_AGAIN);
        return;
      }
      this.#plan.sending?.(duty, key);
      log.info({ bot: this.name, key, to, data, value, action: text }, "a duty is about to be sent");
      const inTime = () => turns.lasts(this.name);
      const request = { key, to, data, value, inTime, ...(stillDue ? { stillDue } : {}) };
      const receipt = await sendCharged(this.#context, request);
      this.#rest(duty);
      duties.ended.inc({ bot: this.name, end: "done" });
      log.info({ bot: this.name, key, tx: receipt.transactionHash, gas: receipt.gasUsed, action: text }, "duty done");
    } catch (error) {
      if (!journal.get(key)) this.#plan.unsent?.(key);
      this.#explain(duty, error);
    }
  }

  /** Whether this was done: what is due all the same is so in another round, or by an endpoint that has not heard of it yet. */
  async #isDone(key: string): Promise<boolean> {
    const { journal, rpc } = this.#context;
    const entry = journal.get(key);
    // a reorganisation may have taken it back
    return entry?.status === "mined" && !!entry.minedHash && (await receiptOf(rpc, entry.minedHash)) !== undefined;
  }

  #rest(duty: Duty): void {
    this.#waiting.drop(duty);
    this.#notBefore.set(duty.key, this.#now + ASK_AGAIN);
  }

  /** Puts a duty off that failed, and says why: once for each time it was tried. */
  #explain(duty: Duty, error: unknown): void {
    const { log, duties, signal, metrics } = this.#context;
    if (signal.aborted) return;
    const { key, text } = duty;
    if (isToBeDecidedAnew(error)) {
      this.#notBefore.set(key, this.#now + ASK_AGAIN);
      return;
    }
    const times = (this.#refusals.get(key) ?? 0) + 1;
    this.#refusals.set(key, times);
    this.#notBefore.set(key, this.#now + pauseAfter(times));
    const refusal = decodeError(error);
    const lost =
      error instanceof TxRevertedError || this.#plan.doneByOthers.some((name) => isRevert(refusal, name as never));
    if (lost) {
      duties.ended.inc({ bot: this.name, end: "lost" });
      log.info({ bot: this.name, key, reason: "DONE_BY_OTHERS" }, "somebody else was faster");
    } else if (refusal.revert) {
      duties.ended.inc({ bot: this.name, end: "refused" });
      const told = keeperError(this.#plan.refused, {
        kind: "Retryable",
        found: `${refusal.message} (${text})`,
        wanted: "a call that the contracts take",
        hint: `it is tried again in ${pauseAfter(times)} seconds`,
        cause: error,
      });
      log.warn({ bot: this.name, key, ...facts(told) }, "a duty was refused");
    } else {
      duties.ended.inc({ bot: this.name, end: "failed" });
      metrics.botErrors.inc({ bot: this.name });
      log.warn({ bot: this.name, key, ...facts(knownError(error, decodeError)), err: error }, "a duty failed");
    }
  }

  /** What is no longer due is not asked for any more. */
  #forget(due: ReadonlySet<string>): void {
    this.#waiting.keep(({ key }) => due.has(key));
    for (const notes of [this.#notBefore, this.#refusals]) {
      for (const key of notes.keys()) if (!due.has(key)) notes.delete(key);
    }
  }

  #report(due: number, gasSpent: bigint): void {
    const { duties, log } = this.#context;
    const held = due > 0 && gasSpent >= this.#plan.gasPerDay;
    if (held && !this.#held) log.error({ bot: this.name, gasSpent, due }, "the day's gas is spent; due duties wait");
    this.#held = held;
    this.#due = due;
    duties.due.set({ bot: this.name }, due);
    duties.held.set({ bot: this.name }, held ? 1 : 0);
  }
}

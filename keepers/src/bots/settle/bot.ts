import { facts, knownError } from "@assay/daemon-kit";
import { decodeError, type Job, type JobId, jobMarketplaceAbi } from "@assay/sdk";
import type { Bot, KeeperContext } from "../../bot.ts";
import type { ChainFacts } from "../../chain/observe.ts";
import { Waiting } from "../../duty/waiting.ts";
import { Deeds } from "../../internal/deeds.ts";
import { Sightings } from "../../turns.ts";
import { isOpen, type SettleDeps, type SettleNote, settle } from "./act.ts";
import { jobsIn } from "./calls.ts";
import { decideSettlement, dueAt, isServed, type SettleAction, type SettleView } from "./decide.ts";
import { settleMetrics } from "./metrics.ts";

/** Moves jobs on that are due: pays providers, refunds requesters. */
export class SettleBot implements Bot {
  readonly name = "settle";
  readonly #context: KeeperContext;
  readonly #metrics: ReturnType<typeof settleMetrics>;
  readonly #deps: SettleDeps;
  readonly #notes = new Map<JobId, SettleNote>();
  readonly #deeds = new Deeds();
  readonly #busy = new Set<JobId>();
  readonly #sightings = new Sightings();
  readonly #waiting: Waiting;
  #now = 0;
  #tipBps = 0;
  #held = false;

  constructor(context: KeeperContext) {
    this.#context = context;
    this.#waiting = new Waiting(context, this.name);
    this.#metrics = settleMetrics(context.registry);
    context.turns.join(this.name, context.config.settle.spreadSeconds);
    this.#deps = {
      context,
      metrics: this.#metrics,
      note: (id) => this.#note(id),
      now: () => this.#now,
      tipBps: () => this.#tipBps,
      waiting: this.#waiting,
    };
  }

  /** Nothing to recover: what is due is on chain, what was sent is in the journal. */
  async recover(): Promise<void> {}

  async look(chain: ChainFacts): Promise<void> {
    const { index, config, budget, account, signal, client, rpc } = this.#context;
    this.#now = chain.now;
    const jobs = index.all();
    const known = new Set(jobs.map(({ id }) => id));
    for (const id of this.#notes.keys()) if (!known.has(id)) this.#notes.delete(id);
    this.#waiting.keep((asked) => isOpen(asked, index));
    const gasSpent = budget.spent(this.name, "gas");
    this.#report(gasSpent);
    const { address } = client.deployment.contracts.JobMarketplace;
    this.#tipBps = (await rpc.readContract({ address, abi: jobMarketplaceAbi, functionName: "config" }))[3];
    if (signal.aborted) return;
    const views = this.#views(jobs);
    const { now, gasPrice } = chain;
    const { tokenValues } = config;
    const state = { now, account: account.address, jobs: views, gasSpent, gasPrice, tipBps: this.#tipBps, tokenValues };
    const limits = { ...config.settle, place: config.place, places: config.places };
    for (const action of decideSettlement(state, limits)) this.#begin(action);
  }

  idle(): Promise<void> {
    return this.#deeds.idle();
  }

  status(): unknown {
    const { gasPerDay, mode } = this.#context.config.settle;
    const waiting = this.#waiting.shown();
    const work = this.#held ? `waits: the day's gas of ${gasPerDay} wei is spent` : `${this.#busy.size} jobs under way`;
    const lines = [work, ...waiting.map(({ text }) => `waits: ${text}`)];
    return { mode, doing: this.#deeds.names(), waiting, lines };
  }

  #views(jobs: readonly Job[]): SettleView[] {
    // a job is due anew whenever its status has changed
    const keyed = jobs.map((job) => ({ job, due: dueAt(job), key: `${job.id}:${dueAt(job)}` }));
    const seen = this.#sightings.note(
      keyed.filter(({ due }) => due <= this.#now),
      this.#now,
    );
    // what an earlier process sent, or this one gave up waiting for, may still land
    const open = new Set(this.#context.sender.open().flatMap(({ data }) => jobsIn(data)));
    const batches = this.#waiting.all().filter(({ key }) => key.startsWith("settle:finalize:"));
    const askedOf = new Map(batches.flatMap(({ jobs = [] }) => jobs.map((id) => [id, jobs] as const)));
    return keyed.map(({ job, key }) => {
      const [first, asked] = [seen.get(key), askedOf.get(job.id)];
      const known = { ...(first ? { first } : {}), ...(asked ? { asked } : {}) };
      const busy = this.#busy.has(job.id) || open.has(job.id);
      return { job, busy, ...this.#note(job.id), ...known };
    });
  }

  #note(id: JobId): SettleNote {
    const known = this.#notes.get(id);
    if (known) return known;
    const note = { notBefore: 0, rejected: false };
    this.#notes.set(id, note);
    return note;
  }

  #begin(action: SettleAction): void {
    const ids = action.type === "finalize" ? action.ids : [action.id];
    for (const id of ids) this.#busy.add(id);
    const { log, metrics, signal, wake } = this.#context;
    const deed = () =>
      settle(this.#deps, action).catch((error: unknown) => {
        if (signal.aborted) return;
        metrics.botErrors.inc({ bot: this.name });
        log.warn(
          { bot: this.name, action: action.type, ...facts(knownError(error, decodeError)), err: error },
          "deed failed",
        );
      });
    this.#deeds.start(`${action.type} ${ids[0]}`, deed, () => {
      for (const id of ids) this.#busy.delete(id);
      wake();
    });
  }

  #report(gasSpent: bigint): void {
    const { index, config, account, log } = this.#context;
    const due = index
      .all()
      .filter((job) => dueAt(job) <= this.#now && isServed(job, account.address, config.settle)).length;
    this.#metrics.due.set(due);
    const held = due > 0 && gasSpent >= config.settle.gasPerDay;
    if (held && !this.#held) log.error({ bot: this.name, gasSpent, due }, "the day's gas is spent; due jobs wait");
    this.#held = held;
    this.#metrics.held.set(held ? 1 : 0);
  }
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import { asDiskError, type Facts, facts, isRetryable, knownError, Waker, writeDurably } from "@assay/daemon-kit";
import {
  asJobId,
  type ClaimedJob,
  decodeError,
  isEnded,
  type JobId,
  JobIndex,
  type PostedJob,
  type SubmittedJob,
} from "@assay/sdk";
import { claim } from "./act/claim.ts";
import { type ActDeps, postpone } from "./act/deps.ts";
import { finalize } from "./act/finalize.ts";
import { prepare } from "./act/prepare.ts";
import { run } from "./act/run.ts";
import { submit } from "./act/submit.ts";
import { clockError } from "./clock.ts";
import type { NodeContext } from "./context.ts";
import { type Action, decide } from "./decide.ts";
import { Defender } from "./defender/defender.ts";
import { LocalJobs } from "./local.ts";
import { MarketPrices } from "./market-prices.ts";
import { Conditions, conditionsOf } from "./notices.ts";
import { type ChainFacts, Observer } from "./observe.ts";
import { skipReasons } from "./reasons.ts";
import { forgetJob, jobsMb, jobsOnDisk } from "./run-folder.ts";
import { isMine, type JobView, type NodeState } from "./state.ts";
import { reportFacts, statusOf } from "./status.ts";

/** An action that takes time. */
type Deed = Exclude<Action, { type: "skip" | "forget" | "stop" }>;

const FAILED_ACTION_MS = 5000;
const DISK_MS = 5000;
/** Its presence says that the operator is leaving. */
export const LEAVE_FILE = "leaving";
const WORST_PAUSE_MS = 30_000;
/** A job that nobody has claimed by so long after its time stays unclaimed, whatever is behind. */
const UNCLAIMED_SECONDS = 86_400;

/** The provider's node: looks at the chain, decides, acts, again and again until it is stopped. */
export class ComputeNode {
  readonly #deps: ActDeps;
  readonly #started = Date.now();
  readonly #running = new Set<Promise<void>>();
  readonly #observer: Observer;
  #defender: Defender | undefined;
  #chain: ChainFacts | undefined;
  #failure: Facts | undefined;
  /** Why the last look brought no decision, though the chain could be read. */
  #undecided: Facts | undefined;
  #failures = 0;
  #lookedAt = 0;
  #disk = { atMs: 0, usedMb: 0 };
  #clockIsBehind = false;
  #leaving: boolean;
  readonly #waker = new Waker();
  readonly #conditions = new Conditions();

  constructor(context: NodeContext) {
    const { client, provider, config, log } = context;
    this.#deps = {
      ...context,
      index: new JobIndex(client, {
        provider,
        keepEnded: true,
        reorgDepth: config.reorgDepth,
        onError: (error) => log.debug({ err: error }, "logs could not be read"),
        onUnreadable: (jobId, error) => log.warn({ jobId, err: error }, "job cannot be read and is left alone"),
      }),
      local: new LocalJobs(config.dataDir),
      prices: new MarketPrices(),
    };
    this.#observer = new Observer(context);
    this.#leaving = existsSync(this.#leaveFile);
  }

  /** Settles what an earlier process left open. @throws DK-037, DK-040, AssayError: nothing can be done without it */
  async recover(): Promise<void> {
    const { sender, index, config, log, account } = this.#deps;
    await sender.reconcile();
    this.#defender = await Defender.open(this.#deps, () => this.wake());
    await index.open(config.pollMs, () => this.wake());
    const own = index.all().filter((job) => isMine(job, account.address));
    const known = new Set<string>(own.map(({ id }) => id));
    for (const id of jobsOnDisk(config.dataDir).map(asJobId)) {
      if (!known.has(id) && (await this.#isOver(id))) forgetJob(config.dataDir, id);
    }
    for (const { id, status } of own) {
      log.info({ jobId: id, status }, "own job found on chain");
      this.#noteWon(id, status);
    }
  }

  /** Whether nothing on the disk is of use for a job any more. An endpoint that is behind knows no own job's claim, or not the job. */
  async #isOver(id: JobId): Promise<boolean> {
    const { index, account } = this.#deps;
    const job = index.get(id) ?? (await index.reload(id).catch(() => undefined));
    if (!job) return false;
    if (job.status !== "open") return isEnded(job.status) || !isMine(job, account.address);
    return job.terms.claimBy + UNCLAIMED_SECONDS < Date.now() / 1000;
  }

  /** A claim that was mined while nobody was there to see it. */
  #noteWon(id: JobId, status: string): void {
    const { history, notify } = this.#deps;
    if (status !== "claimed" || history.notesOf(id).some(({ reason }) => reason === "CLAIMED")) return;
    history.note(id, "CLAIMED", "found on chain at a start");
    notify({ event: "JOB_WON", text: `job ${id} was claimed before this start`, facts: { jobId: id } });
  }

  /** Works until the signal fires. */
  async work(): Promise<void> {
    const { signal, config, index, metrics } = this.#deps;
    metrics.startTime.set(this.#started / 1000);
    while (!signal.aborted) {
      await this.#look();
      this.#tellConditions();
      metrics.ready.set(this.readiness() === undefined ? 1 : 0);
      const pause = Math.min(config.pollMs * 2 ** Math.min(this.#failures, 5), Math.max(config.pollMs, WORST_PAUSE_MS));
      await this.#waker.sleep(pause, signal);
    }
    index.close();
  }

  /** Tells the operator what has come to be amiss, readable or not as the chain may be. */
  #tellConditions(): void {
    const { config, notify, rpc } = this.#deps;
    const chain = this.#chain;
    const nowMs = Date.now();
    const endpoints = rpc.endpoints?.health() ?? [];
    const found = conditionsOf(
      {
        nowMs,
        headMs: chain && chain.headTime * 1000,
        freeStake: chain?.freeStake,
        stake: chain?.stake,
        gasBalance: chain?.gasBalance,
        poorEndpoints: endpoints
          .filter(({ state }) => state !== "good" && state !== "unknown")
          .map(({ url, state }) => `${url} (${state})`),
      },
      config,
    );
    for (const notice of this.#conditions.news(found, nowMs)) notify(notice);
  }

  /** Looks again at once. */
  wake(): void {
    this.#waker.wake();
  }

  /** Claims nothing more, now and after a restart; what was claimed is delivered. */
  leave(): { ownJobs: number } {
    this.#leaving = true;
    writeDurably(this.#leaveFile, new Uint8Array());
    this.wake();
    const { index, account } = this.#deps;
    return { ownJobs: index.all().filter((job) => isMine(job, account.address) && !isEnded(job.status)).length };
  }

  get #leaveFile(): string {
    return join(this.#deps.config.dataDir, LEAVE_FILE);
  }

  /** Resolves when nothing is under way any more; after the signal has fired. */
  async settle(): Promise<void> {
    await Promise.all([...this.#running, this.#defender?.settle()]);
  }

  /** Whether work of any kind is under way. */
  get isBusy(): boolean {
    return this.#running.size > 0 || (this.#defender?.pressed ?? false);
  }

  /** undefined when the node can work, else why it cannot. */
  readiness(): string | undefined {
    if (this.#failure) return `${this.#failure.code}: ${this.#failure.message}`;
    if (this.#undecided) return `${this.#undecided.code}: ${this.#undecided.message}`;
    if (!this.#chain) return "the chain has not been read yet";
    const silent = Date.now() - this.#lookedAt;
    return silent > 10 * this.#deps.config.pollMs + 60_000 ? `no look at the chain for ${silent} ms` : undefined;
  }

  /** The content of /status. */
  status(): unknown {
    const disputes = this.#defender?.games() ?? [];
    const readiness = this.readiness();
    return statusOf(this.#deps, {
      chain: this.#chain,
      started: this.#started,
      readiness,
      disputes,
      diskUsedMb: this.#diskUsedMb(),
      leaving: this.#leaving,
    });
  }

  async #look(): Promise<void> {
    const { index, metrics, log } = this.#deps;
    try {
      await index.refresh();
      this.#chain = await this.#observer.look();
      this.#lookAtClock(this.#chain);
      await this.#deps.sender.tend();
      await this.#defender?.look(this.#chain);
      this.#lookedAt = Date.now();
      if (this.#failure) log.info("the rpc answers again");
      this.#failure = undefined;
      this.#failures = 0;
    } catch (error) {
      this.#observer.forget(); // what was left undone is done again, though there may be no new block
      metrics.rpcErrors.inc();
      this.#failures += 1;
      const failure = facts(knownError(error, decodeError));
      if (this.#failure?.code !== failure.code) log.warn({ ...failure }, "the chain cannot be read");
      this.#failure = failure;
      return;
    }
    try {
      const state = this.#state(this.#chain);
      reportFacts(this.#deps, this.#chain);
      for (const action of decide(state, this.#deps.config)) this.#dispatch(action);
      if (this.#undecided) log.info("decisions are made again");
      this.#undecided = undefined;
    } catch (error) {
      // A defect that one job brings out must not end the node at every start: it is loud, and /readyz says so.
      const known = asDiskError(error);
      if (this.#undecided?.code !== facts(known).code) log.error({ ...facts(known), err: known }, "no decision");
      this.#undecided = facts(known);
    }
  }

  #lookAtClock({ headTime }: ChainFacts): void {
    const { config, log } = this.#deps;
    const error = clockError(headTime, Date.now(), config.chainId);
    if (error && !this.#clockIsBehind) log.error({ ...facts(error) }, "the clock is behind the chain");
    if (!error && this.#clockIsBehind) log.info("the clock is right again");
    this.#clockIsBehind = error !== undefined;
  }

  /** What others are paid is what the market pays. */
  #noteMarket({ price, terms, spec }: ClaimedJob): void {
    const { prices, client } = this.#deps;
    const asy = client.deployment.contracts.AssayToken.address.toLowerCase();
    if (terms.token.toLowerCase() === asy) prices.saw(price, spec.refSeconds);
  }

  #state(chain: ChainFacts): NodeState {
    const { index, signal, machine, prices } = this.#deps;
    const nowMs = Date.now();
    const pressed = this.#defender?.pressed ?? false;
    return {
      ...chain,
      nowMs,
      draining: signal.aborted,
      leaving: this.#leaving,
      cost: machine.model,
      marketPerGmac: prices.perGmac,
      pressed,
      diskUsedMb: this.#diskUsedMb(),
      jobs: index.all().map((job) => this.#view(job.id, nowMs)),
    };
  }

  /** Counted now and then: a long run keeps many files. */
  #diskUsedMb(): number {
    const { config, metrics } = this.#deps;
    if (Date.now() - this.#disk.atMs >= DISK_MS) {
      this.#disk = { atMs: Date.now(), usedMb: jobsMb(config.dataDir) };
      metrics.diskUsed.set(this.#disk.usedMb);
    }
    return this.#disk.usedMb;
  }

  #view(id: JobId, nowMs: number): JobView {
    const { index, local, account, history } = this.#deps;
    const job = index.get(id) as JobView["job"];
    const { preparation, busy, notBeforeMs, lostUntilMs, running } = local.of(id);
    const own = job.status === "claimed" && isMine(job, account.address);
    return {
      job,
      preparation,
      busy,
      runningNonce: running?.nonce,
      notBeforeMs,
      lost: lostUntilMs !== undefined && nowMs < lostUntilMs,
      verdict: history.verdictOf(id),
      run: own ? local.runOf(id, (job as ClaimedJob).nonce) : undefined,
    };
  }

  #dispatch(action: Action): void {
    if (action.type === "skip") this.#noteSkip(action);
    else if (action.type === "stop") this.#deps.local.of(action.id).running?.stop.abort();
    else if (action.type === "forget") this.#forget(action.id);
    else this.#begin(action);
  }

  #begin(action: Deed): void {
    const local = this.#deps.local.of(action.id);
    local.busy = action.type;
    if (action.type === "claim") this.#deps.history.note(action.id, "CLAIM_DECIDED");
    delete local.lastSkip;
    const done = this.#perform(action)
      .catch((error: unknown) => this.#noteFailure(action, error))
      .finally(() => {
        delete local.busy;
        this.#running.delete(done);
        this.wake();
      });
    this.#running.add(done);
  }

  async #perform(action: Deed): Promise<void> {
    const { index } = this.#deps;
    const job = index.get(action.id);
    const chainNow = this.#chain?.now ?? 0;
    if (!job) return;
    if (action.type === "prepare") return prepare(this.#deps, job);
    if (action.type === "run") return run(this.#deps, job as ClaimedJob, chainNow);
    if (action.type === "claim") await claim(this.#deps, job as PostedJob, action.atMs);
    else if (action.type === "submit") await submit(this.#deps, job as ClaimedJob, chainNow);
    else await finalize(this.#deps, job as SubmittedJob);
    // What was sent has changed the job: the next decision must see that.
    await index.reload(action.id);
  }

  #noteFailure({ type, id }: Action, cause: unknown): void {
    const { log, signal } = this.#deps;
    if (signal.aborted) return;
    const error = asDiskError(cause);
    postpone(this.#deps, id, FAILED_ACTION_MS);
    const level = isRetryable(error) || decodeError(error).kind === "retryable" ? "warn" : "error";
    log[level]({ jobId: id, action: type, ...facts(error), err: error }, "action failed; it is tried again");
  }

  #noteSkip({ id, reason, detail }: Extract<Action, { type: "skip" }>): void {
    const { local, log, metrics, history } = this.#deps;
    const job = local.of(id);
    if (job.lastSkip === reason) return;
    job.lastSkip = reason;
    history.note(id, reason, detail);
    metrics.skips.inc({ reason });
    const loud = reason === "SKIP_DEADLINE_PASSED" || reason === "SKIP_GAVE_UP";
    log[loud ? "error" : "info"]({ jobId: id, reason, why: skipReasons[reason], detail }, "job skipped");
  }

  #forget(id: JobId): void {
    const { index, local, config, log, history } = this.#deps;
    const job = index.get(id);
    const status = job?.status;
    if (job && status === "claimed") this.#noteMarket(job as ClaimedJob);
    if (status && isEnded(status)) history.note(id, "ENDED", status);
    log.debug({ jobId: id, status }, "job forgotten");
    index.drop(id);
    local.forget(id);
    forgetJob(config.dataDir, id);
  }
}

import { type Address, type Hex, isAddressEqual } from "viem";
import { getJob } from "./actions/getJob.ts";
import { readJobs } from "./actions/listJobs.ts";
import { watchFrom } from "./actions/watchJobs.ts";
import { isEnded, laneStatus } from "./codec/laneWord.ts";
import type { JobId } from "./codec/types.ts";
import type { AssayContext } from "./context.ts";
import { AssayError } from "./errors.ts";
import { foldJob, type Job } from "./events/job.ts";
import { groupByJob } from "./internal/jobEvents.ts";
import { begin, type Cursor, type JobChange, look, REORG_DEPTH } from "./internal/jobWatch.ts";
import { agrees, laneWords } from "./internal/laneCheck.ts";
import { headNumber } from "./internal/logs.ts";
import { decodeError } from "./revert/decodeError.ts";

export interface JobIndexOptions {
  /** Open jobs that this provider may claim, and those that it has; all when left out. */
  provider?: Address | undefined;
  /** Whether jobs stay after their end, until they are dropped. */
  keepEnded?: boolean | undefined;
  /** Blocks below the head that may still be replaced: a posting that a reorganisation moved is found this far back. */
  reorgDepth?: number | undefined;
  /** A look for news failed; it is tried again. */
  onError?: ((error: AssayError) => void) | undefined;
  /**
   * How long endpoints must say that a job is not there, or less far than it was, before that is believed; a minute when left out.
   * Milliseconds.
   */
  doubtMs?: number | undefined;
  /** A job's logs did not fit together at several looks; it is left alone until something happens to it. */
  onUnreadable?: ((id: JobId, error: AssayError) => void) | undefined;
}

const READS_AT_ONCE = 32;
/** Logs of two forks may be mixed for a while, and an endpoint be behind another one: so often and so long it is asked again. */
const MISFIT_TRIES = 5;
const DOUBT_MS = 60_000;

/**
 * The jobs that have not ended, read from the market's logs once and then kept up to date by the new ones alone. Holds no
 * truth of its own: it can be thrown away and built again.
 */
export class JobIndex {
  readonly #context: AssayContext;
  readonly #options: JobIndexOptions;
  readonly #depth: bigint;
  readonly #jobs = new Map<JobId, Job>();
  /** Jobs that must be read again as a whole. */
  readonly #dirty = new Set<JobId>();
  /** Those of which events came while they were read. */
  readonly #overtaken = new Set<JobId>();
  readonly #misfits = new Map<JobId, { tries: number; sinceMs: number }>();
  #unwatch: () => void = () => {};

  constructor(context: AssayContext, options: JobIndexOptions = {}) {
    this.#context = context;
    this.#options = options;
    this.#depth = BigInt(options.reorgDepth ?? REORG_DEPTH);
  }

  /**
   * Reads all jobs that have not ended, then follows the chain.
   * @param pollingInterval milliseconds between two looks for news
   * @param onChange called when there is news, or `refresh` would find some
   * @throws AssayError of the endpoint
   */
  async open(pollingInterval: number, onChange: () => void): Promise<void> {
    const reorgDepth = Number(this.#depth);
    const cursor = await this.#read(reorgDepth).catch((error: unknown) => {
      throw decodeError(error);
    });
    const onChanges = (changes: JobChange[]) => {
      if (this.#follow(changes)) onChange();
    };
    const { onError } = this.#options;
    this.#unwatch = watchFrom(this.#context, { pollingInterval, reorgDepth, onChanges, onError }, cursor);
  }

  async #read(reorgDepth: number): Promise<Cursor> {
    const context = this.#context;
    const { provider } = this.#options;
    const head = await headNumber(context);
    const toBlock = head > this.#depth ? head - this.#depth : 0n;
    const status = ["open", "claimed", "submitted"] as const;
    for (const job of await readJobs(context, { status, provider, toBlock })) this.#jobs.set(job.id, job);
    // What may still be replaced comes from the watch alone, which knows what a reorganisation takes back.
    const cursor = await begin(context, toBlock + 1n);
    this.#follow(await look(context, cursor, { reorgDepth }));
    await this.#doubtUnconfirmed(cursor.block);
    return cursor;
  }

  /** What a lagging endpoint still shows as alive is read again. */
  async #doubtUnconfirmed(blockNumber: bigint): Promise<void> {
    const jobs = this.all();
    const words = await laneWords(this.#context, jobs, blockNumber);
    jobs.forEach((job, index) => {
      if (!agrees(job, words[index] ?? 0n)) this.#dirty.add(job.id);
    });
  }

  /**
   * Reads again what the new logs alone did not tell. A job whose logs do not fit together is tried a few times and then
   * left alone: one of them must not keep the others from being seen.
   * @throws AssayError of the endpoint; what was not read is read next time
   */
  async refresh(): Promise<void> {
    await this.#readAgain([...this.#dirty]);
  }

  /** Reads many jobs again. @throws AssayError of the endpoint */
  async reloadAll(ids: readonly JobId[]): Promise<void> {
    for (const id of ids) this.#dirty.add(id);
    await this.#readAgain(this.#options.keepEnded ? ids : await this.#withoutEnded(ids));
  }

  /**
   * Reads one job again, now. What is less than is known, or nothing, is not believed before it was heard several times, at the looks
   * that follow: an endpoint may be behind the one that was asked before, and what it does not know would never be told again.
   * @returns the job as it is known then; undefined when it has ended and is not kept, or is not known
   */
  async reload(id: JobId): Promise<Job | undefined> {
    const isHeardOf = this.#jobs.has(id) || this.#dirty.has(id);
    this.#dirty.add(id);
    this.#overtaken.delete(id);
    const posted = this.#jobs.get(id)?.timeline[0]?.blockNumber;
    const fromBlock = posted === undefined || posted < this.#depth ? undefined : posted - this.#depth;
    try {
      const job = await getJob(this.#context, { id, fromBlock });
      if (!isLess(job, this.#jobs.get(id)) || this.#isTooOften(id)) this.#believe(job);
    } catch (error) {
      if (!(error instanceof AssayError && error.code === "SDK-020")) throw error;
      if (!isHeardOf || this.#isTooOften(id)) this.drop(id);
    }
    return this.#jobs.get(id);
  }

  #believe(job: Job): void {
    this.#set(job);
    this.#misfits.delete(job.id);
    if (!this.#overtaken.has(job.id)) this.#dirty.delete(job.id);
  }

  get(id: JobId): Job | undefined {
    return this.#jobs.get(id);
  }

  drop(id: JobId): void {
    this.#jobs.delete(id);
    this.#dirty.delete(id);
    this.#overtaken.delete(id);
    this.#misfits.delete(id);
  }

  /** In the order of their posting. */
  all(): Job[] {
    return [...this.#jobs.values()];
  }

  close(): void {
    this.#unwatch();
  }

  /** @returns whether any job has changed or must be read again */
  #follow(changes: readonly JobChange[]): boolean {
    let news = false;
    for (const [id, group] of groupByJob(changes)) {
      if (this.#advance(id as JobId, group)) news = true;
    }
    return news;
  }

  /** Adds new events to a job; where they do not follow what is known, the job is read again as a whole. */
  #advance(id: JobId, changes: readonly JobChange[]): boolean {
    const timeline = this.#jobs.get(id)?.timeline ?? [];
    const known = new Set(timeline.map(positionOf));
    const events = changes.filter((event) => event.removed || !known.has(positionOf(event)));
    const [first] = events;
    if (!first) return false;
    if (this.#dirty.has(id) || events.some(({ removed }) => removed)) {
      this.#takeBack(id, events);
      this.#dirty.add(id);
      this.#overtaken.add(id);
      return true;
    }
    if (timeline.length === 0 && first.eventName !== "JobPosted") return this.#meets(id, events);
    try {
      this.#set(foldJob([...timeline, ...events.map(({ removed: _, ...event }) => event)]));
    } catch {
      this.#dirty.add(id);
    }
    return true;
  }

  /** A job without what a reorganisation took of it; one of which nothing is left stays until it is read again. */
  #takeBack(id: JobId, events: readonly JobChange[]): void {
    const gone = new Set(events.filter(({ removed }) => removed).map(positionOf));
    const timeline = this.#jobs.get(id)?.timeline ?? [];
    const rest = timeline.filter((event) => !gone.has(positionOf(event)));
    if (rest.length === 0 || rest.length === timeline.length) return;
    try {
      this.#set(foldJob(rest));
    } catch {
      // Its logs do not fit together: it is read again as a whole.
    }
  }

  /** What happens to a job that is not held: it has ended before, or comes to this provider from another. */
  #meets(id: JobId, events: readonly JobChange[]): boolean {
    const { provider } = this.#options;
    const ours = events.some((event) => {
      return event.eventName === "JobClaimed" && provider && isAddressEqual(event.args.provider, provider);
    });
    if (ours) this.#dirty.add(id);
    return ours;
  }

  #set(job: Job): void {
    if (isEnded(job.status) && !this.#options.keepEnded) this.#jobs.delete(job.id);
    else this.#jobs.set(job.id, job);
  }

  /** One word of storage tells that a lane is free again; a job's logs are read only when it lives. */
  async #withoutEnded(ids: readonly JobId[]): Promise<JobId[]> {
    const known = ids.flatMap((id) => this.#jobs.get(id) ?? []);
    const words = await laneWords(this.#context, known);
    known.forEach(({ id, terms }, index) => {
      const word = words[index] ?? 0n;
      if (word !== 0n && isEnded(laneStatus(word)) && word >> 8n >= BigInt(terms.generation)) this.drop(id);
    });
    return ids.filter((id) => this.#dirty.has(id));
  }

  async #readAgain(ids: readonly JobId[]): Promise<void> {
    for (let at = 0; at < ids.length; at += READS_AT_ONCE) {
      await Promise.all(ids.slice(at, at + READS_AT_ONCE).map((id) => this.#tryReload(id)));
    }
  }

  async #tryReload(id: JobId): Promise<void> {
    try {
      await this.reload(id);
    } catch (error) {
      if (!(error instanceof AssayError) || error.kind === "retryable") throw error;
      if (!this.#isTooOften(id)) return;
      this.drop(id);
      this.#options.onUnreadable?.(id, error);
    }
  }

  /** Notes one more reading that brought less than is known. */
  #isTooOften(id: JobId): boolean {
    const now = performance.now();
    const { tries, sinceMs } = this.#misfits.get(id) ?? { tries: 0, sinceMs: now };
    this.#misfits.set(id, { tries: tries + 1, sinceMs });
    return tries + 1 >= MISFIT_TRIES && now - sinceMs >= (this.#options.doubtMs ?? DOUBT_MS);
  }
}

/** Whether a reading knows only the beginning of what is known. */
function isLess(job: Job, known: Job | undefined): boolean {
  if (!known || job.timeline.length >= known.timeline.length) return false;
  return job.timeline.every((event, index) => positionOf(event) === positionOf(known.timeline[index]!));
}

function positionOf({ blockHash, logIndex }: { blockHash: Hex; logIndex: number }): string {
  return `${blockHash} ${logIndex}`;
}

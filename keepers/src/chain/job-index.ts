import type { Logger } from "@assay/daemon-kit";
import { type AssayClient, AssayError, isEnded, type Job, type JobId } from "@assay/sdk";

/** A posting that moved to an earlier block in a reorganisation is still found. */
const REORG_DEPTH = 64n;

/**
 * All jobs that have not ended, rebuilt from the chain's logs and kept up to date. Holds no truth of its own: it can be
 * thrown away and built again.
 */
export class JobIndex {
  readonly #client: AssayClient;
  readonly #log: Logger;
  readonly #jobs = new Map<JobId, Job>();
  readonly #dirty = new Set<JobId>();
  #unwatch: () => void = () => {};

  constructor(client: AssayClient, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  /**
   * Reads all jobs that have not ended, then follows the chain.
   * @param onChange called when `refresh` would find something
   * @throws AssayError of the endpoint
   */
  async open(pollingInterval: number, onChange: () => void): Promise<void> {
    const head = await this.#client.publicClient.getBlockNumber({ cacheTime: 0 });
    for (const status of ["open", "claimed", "submitted"] as const) {
      for (const job of await this.#client.listJobs({ status })) this.#jobs.set(job.id, job);
    }
    this.#unwatch = this.#client.watchJobs({
      fromBlock: head + 1n,
      pollingInterval,
      onChanges: (changes) => {
        for (const { args } of changes) this.#dirty.add(args.id as JobId);
        onChange();
      },
      onError: (error) => this.#log.debug({ err: error }, "logs could not be read"),
    });
  }

  /** Reads again what has changed. @throws AssayError of the endpoint; what was not read is read next time */
  async refresh(): Promise<void> {
    for (const id of [...this.#dirty]) await this.reload(id);
  }

  /** Reads one job again, now. @returns undefined when the chain does not know it (any more) */
  async reload(id: JobId): Promise<Job | undefined> {
    this.#dirty.add(id);
    const posted = this.#jobs.get(id)?.timeline[0]?.blockNumber;
    const fromBlock = posted === undefined || posted < REORG_DEPTH ? undefined : posted - REORG_DEPTH;
    try {
      const job = await this.#client.getJob({ id, fromBlock });
      if (isEnded(job.status)) this.#jobs.delete(id);
      else this.#jobs.set(id, job);
      this.#dirty.delete(id);
      return job;
    } catch (error) {
      if (!(error instanceof AssayError && error.code === "SDK-020")) throw error;
      this.#jobs.delete(id);
      this.#dirty.delete(id);
      return undefined;
    }
  }

  get(id: JobId): Job | undefined {
    return this.#jobs.get(id);
  }

  /** In the order of their posting. */
  all(): Job[] {
    return [...this.#jobs.values()];
  }

  close(): void {
    this.#unwatch();
  }
}

import type { Logger } from "@assay/daemon-kit";
import { type AssayClient, AssayError, type Job, type JobChange, type JobId } from "@assay/sdk";
import type { Address } from "viem";

/** Logs of two forks may be mixed for a moment. */
const MISFIT_TRIES = 5;

/**
 * The jobs that concern a provider, rebuilt from the chain's logs and kept up to date. Holds no truth of its own: it can
 * be thrown away and built again.
 */
export class JobIndex {
  readonly #client: AssayClient;
  readonly #provider: Address;
  readonly #log: Logger;
  readonly #depth: bigint;
  readonly #jobs = new Map<JobId, Job>();
  readonly #dirty = new Set<JobId>();
  readonly #misfits = new Map<JobId, number>();
  #unwatch: () => void = () => {};

  /** @param depth blocks: a posting that a reorganisation moved to an earlier block is found this far back */
  constructor(client: AssayClient, provider: Address, log: Logger, depth: bigint) {
    this.#client = client;
    this.#provider = provider;
    this.#log = log;
    this.#depth = depth;
  }

  /**
   * Reads all open jobs and those of the provider, then follows the chain.
   * @param onChange called when `refresh` would find something
   * @throws AssayError of the endpoint
   */
  async open(pollingInterval: number, onChange: () => void): Promise<void> {
    const head = await this.#client.publicClient.getBlockNumber({ cacheTime: 0 });
    for (const status of ["open", "claimed", "submitted"] as const) {
      const jobs = await this.#client.listJobs({ status, provider: this.#provider });
      for (const job of jobs) this.#jobs.set(job.id, job);
    }
    this.#unwatch = this.#client.watchJobs({
      fromBlock: head + 1n,
      pollingInterval,
      onChanges: (changes) => {
        for (const change of changes) if (this.#concerns(change)) this.#dirty.add(change.args.id as JobId);
        if (this.#dirty.size > 0) onChange();
      },
      onError: (error) => this.#log.debug({ err: error }, "logs could not be read"),
    });
  }

  /** Strangers' jobs are of interest while they are open only. */
  #concerns(change: JobChange): boolean {
    if (change.removed || this.#jobs.has(change.args.id as JobId) || change.eventName === "JobPosted") return true;
    return change.eventName === "JobClaimed" && change.args.provider.toLowerCase() === this.#provider.toLowerCase();
  }

  /**
   * Reads again what has changed. A job whose logs do not fit together is tried a few times and then left alone: one of
   * them must not keep the others from being seen.
   * @throws AssayError of the endpoint; what was not read is read next time
   */
  async refresh(): Promise<void> {
    for (const id of [...this.#dirty]) {
      try {
        await this.reload(id);
        this.#misfits.delete(id);
      } catch (error) {
        if (!(error instanceof AssayError) || error.kind === "retryable") throw error;
        this.#noteMisfit(id, error);
      }
    }
  }

  #noteMisfit(id: JobId, err: AssayError): void {
    const tries = (this.#misfits.get(id) ?? 0) + 1;
    this.#misfits.set(id, tries);
    if (tries < MISFIT_TRIES) return;
    this.#misfits.delete(id);
    this.#dirty.delete(id);
    this.#jobs.delete(id);
    this.#log.warn({ jobId: id, err }, "job cannot be read and is left alone");
  }

  /** Reads one job again, now. @returns undefined when the chain does not know it (any more) */
  async reload(id: JobId): Promise<Job | undefined> {
    this.#dirty.add(id);
    const posted = this.#jobs.get(id)?.timeline[0]?.blockNumber;
    const fromBlock = posted === undefined || posted < this.#depth ? undefined : posted - this.#depth;
    try {
      const job = await this.#client.getJob({ id, fromBlock });
      this.#jobs.set(id, job);
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

  drop(id: JobId): void {
    this.#jobs.delete(id);
  }

  /** In the order of their posting. */
  all(): Job[] {
    return [...this.#jobs.values()];
  }

  close(): void {
    this.#unwatch();
  }
}

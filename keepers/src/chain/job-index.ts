import type { Logger } from "@assay/daemon-kit";
import { type AssayClient, AssayError, isEnded, type Job, type JobId, jobMarketplaceAbi, laneStatus } from "@assay/sdk";

/** A posting that moved to an earlier block in a reorganisation is still found. */
const REORG_DEPTH = 64n;
const READS_AT_ONCE = 32;

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
    await this.reloadAll([...this.#dirty]);
  }

  /** Reads many jobs again. @throws AssayError of the endpoint */
  async reloadAll(ids: readonly JobId[]): Promise<void> {
    for (let at = 0; at < ids.length; at += READS_AT_ONCE) {
      await Promise.all(ids.slice(at, at + READS_AT_ONCE).map((id) => this.reload(id)));
    }
  }

  /** Reads one job again, now. @returns undefined when it has ended, or the chain does not know it (any more) */
  async reload(id: JobId): Promise<Job | undefined> {
    this.#dirty.add(id);
    const known = this.#jobs.get(id);
    if (known && (await this.#hasEnded(known))) {
      this.#jobs.delete(id);
      this.#dirty.delete(id);
      return undefined;
    }
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

  /** One word of storage tells that a lane is free again; a job's logs are read only when it lives. */
  async #hasEnded({ terms }: Job): Promise<boolean> {
    const { publicClient, deployment } = this.#client;
    const { address } = deployment.contracts.JobMarketplace;
    const args = [terms.requester, BigInt(terms.lane)] as const;
    const [word] = await publicClient.readContract({ address, abi: jobMarketplaceAbi, functionName: "laneOf", args });
    return word !== 0n && isEnded(laneStatus(word)) && word >> 8n >= BigInt(terms.generation);
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

import type { JobId } from "@assay/sdk";
import type { Hex } from "viem";
import { readLocalRun } from "./run-folder.ts";
import type { ActionType, LocalRun, Preparation } from "./state.ts";
import type { TaskMessage } from "./tasks.ts";

/** What this process knows of a job beside what the chain says; lost with the process, and never missed. */
export interface LocalJob {
  preparation?: Preparation;
  run?: LocalRun;
  busy?: ActionType;
  /** The run under way: its nonce, and what ends it. */
  running?: { nonce: Hex; stop: AbortController };
  notBeforeMs?: number;
  /** Unix ms until which it counts as taken by another. */
  lostUntilMs?: number;
  lastSkip?: string;
  /** The operator was told that many weights are at their clip. */
  saturated?: boolean;
  /** The run under way went on from a checkpoint. */
  resumed?: boolean;
  progress?: Extract<TaskMessage, { kind: "progress" }>;
}

/** The local side of all jobs. */
export class LocalJobs {
  readonly #dataDir: string;
  readonly #jobs = new Map<JobId, LocalJob>();

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  of(id: JobId): LocalJob {
    const known = this.#jobs.get(id);
    if (known) return known;
    const fresh: LocalJob = {};
    this.#jobs.set(id, fresh);
    return fresh;
  }

  /** The run for a nonce; what the disk tells of it when this process has not worked on it yet. */
  runOf(id: JobId, nonce: Hex): LocalRun {
    const local = this.of(id);
    if (local.run?.nonce !== nonce) local.run = readLocalRun(this.#dataDir, id, nonce);
    return local.run;
  }

  peek(id: JobId): LocalJob | undefined {
    return this.#jobs.get(id);
  }

  forget(id: JobId): void {
    this.#jobs.delete(id);
  }

  [Symbol.iterator](): IterableIterator<[JobId, LocalJob]> {
    return this.#jobs.entries();
  }
}

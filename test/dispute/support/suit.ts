import type { Hex } from "viem";
import type { JobSpec } from "../../../sdk/src/codec/types.ts";
import type { Job } from "../../support/actor.ts";
import type { Task, TracedRun } from "./run.ts";

/** A submitted result, with what a challenge to it needs. */
export interface Suit {
  job: Job;
  spec: JobSpec;
  /** The Record struct. */
  record: {
    terms: readonly bigint[];
    spec: readonly Hex[];
    nonce: Hex;
    runRoot: Hex;
    finalState: Hex;
  };
  run: bigint;
  commitment: Hex;
  task: Task;
  /** What an honest provider would have computed under this nonce. */
  honest: TracedRun;
}

/** What a provider claims in its submission where it lies. */
export interface Claim {
  boundaries: Hex[];
  finalRoots: Hex[];
}

/** What a run gives, with some boundaries or final roots replaced. */
export function claimOf(
  run: TracedRun,
  boundaries: Readonly<Record<number, Hex>> = {},
  finalRoots: Readonly<Record<number, Hex>> = {},
): Claim {
  return {
    boundaries: run.boundaries.map((state, i) => boundaries[i] ?? state),
    finalRoots: run.stateRoots(run.task.compiled.steps).map((root, k) => finalRoots[k] ?? root),
  };
}

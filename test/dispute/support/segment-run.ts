import { stateHash } from "../../../exact/src/commit/run.ts";
import type { Hex, IntTensor } from "../../../exact/src/types.ts";
import { type Tamper, type Task, TracedRun } from "./run.ts";

/** A finished run, as an executor leaves it behind. */
export interface FinishedRun {
  boundaries: readonly Hex[];
  finalRoots: readonly Hex[];
}

/**
 * One segment of a finished run with every value kept, computed again from the checkpoint it starts at. Of the other
 * segments only what the run has committed to is known; a dispute over this one asks for nothing else.
 */
export class SegmentRun extends TracedRun {
  readonly #finished: FinishedRun;

  constructor(
    task: Task,
    nonce: Hex,
    segment: number,
    checkpoint: readonly IntTensor[],
    finished: FinishedRun,
    tamper: Tamper = {},
  ) {
    const { segmentLength, steps } = task.compiled;
    const first = segment * segmentLength;
    super({ ...task, start: checkpoint }, nonce, tamper, { first, count: Math.min(segmentLength, steps - first) });
    this.#finished = finished;
  }

  override get boundaries(): Hex[] {
    return [...this.#finished.boundaries];
  }

  override stateRoots(step: number): Hex[] {
    return step === this.task.compiled.steps ? [...this.#finished.finalRoots] : super.stateRoots(step);
  }

  override state(step: number): Hex {
    const { segmentLength, steps } = this.task.compiled;
    if (this.states[step] || step === steps) return stateHash(step, this.stateRoots(step));
    return this.#finished.boundaries[step / segmentLength - 1] ?? super.state(step);
  }
}

import { type Backend, type Hex, type IntTensor, runProgram } from "@assay/exact";
import type { Task } from "../../test/dispute/support/run.ts";
import type { FinishedRun } from "../../test/dispute/support/segment-run.ts";

/** A run by the engine, with the state before every segment. */
export interface EngineRun extends FinishedRun {
  checkpoints: readonly (readonly IntTensor[])[];
}

/** Where a run is taken up: `step` is a segment's first, everything before it is known. */
export interface Start {
  step: number;
  state: readonly IntTensor[];
  boundaries: readonly Hex[];
}

/** Runs a task on an engine from its start, or from a boundary. `onStep` is told how far it is. */
export async function engineRun(
  task: Task,
  nonce: Hex,
  backend: Backend,
  from?: Start,
  onStep?: (step: number) => void,
): Promise<EngineRun> {
  const { compiled, dataset } = task;
  const start = from ?? { step: 0, state: task.start, boundaries: [] };
  const checkpoints: (readonly IntTensor[])[] = [];
  checkpoints[start.step / compiled.segmentLength] = start.state;
  const { boundaries, finalRoots } = await runProgram({
    compiled,
    backend,
    dataset,
    nonce,
    start,
    onProgress: ({ step }) => onStep?.(step),
    onSegment: ({ index, state }) => {
      checkpoints[index + 1] = state;
    },
  });
  return { boundaries, finalRoots, checkpoints };
}

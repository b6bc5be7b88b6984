import { runRoot, segmentCount, stateHash } from "../commit/run.ts";
import { StateHasher } from "../commit/state.ts";
import { tensorRoot } from "../commit/tensor.ts";
import { checkShape } from "../data/dataset.ts";
import { type Dataset, rowsOf } from "../data/rows.ts";
import { ExactError } from "../errors.ts";
import type { CompiledProgram } from "../program/compile.ts";
import type { Hex, IntTensor } from "../types.ts";
import type { Backend } from "./backend.ts";
import { type Executor, type Saturation, TrainExecutor } from "./executor.ts";
import { InferExecutor } from "./infer.ts";

/** Where a run stands, for a person watching it. Times in ms and s; `loss` and `accuracy` are running means. */
export interface Progress {
  step: number;
  steps: number;
  loss: number;
  accuracy?: number;
  msPerStep: number;
  etaSeconds: number;
  /** Counters at the last segment boundary. */
  saturation?: Saturation;
}

/** A finished segment: `step` steps are done; `state` is a checkpoint from which the run can resume. */
export interface Segment {
  index: number;
  step: number;
  stateHash: Hex;
  state: IntTensor[];
  saturation?: Saturation;
}

export interface RunOptions {
  compiled: CompiledProgram;
  backend: Backend;
  /** The program's data set, already verified (`verifyDataset`). Of one that is read by rows, no more is held than a batch. */
  dataset: Dataset;
  /** The job's nonce (DSP-11): orders the data. */
  nonce: Hex;
  /** `step` is a multiple of the segment length; `boundaries` holds S_1..S_k of the k segments before it. */
  start: { step: number; state: readonly IntTensor[]; boundaries: readonly Hex[] };
  onProgress?(progress: Progress): void;
  onSegment?(segment: Segment): void | Promise<void>;
  signal?: AbortSignal;
}

export interface RunResult {
  /** S_1..S_{M-1}: the leaves of the run root (DSP-12). */
  boundaries: Hex[];
  runRoot: Hex;
  finalRoots: Hex[];
  finalState: Hex;
  state: IntTensor[];
  /** Mean loss of the last segment, in nat. */
  loss: number;
  /** Wall-clock seconds of this call and, of these, seconds spent on commitments. */
  seconds: number;
  hashSeconds: number;
}

const PROGRESS_MS = 100;

function checkStart(options: RunOptions): void {
  const { compiled, start, dataset } = options;
  const fail = (path: string, found: unknown, wanted: string): never => {
    throw new ExactError("EX-031", {
      path: `start.${path}`,
      found,
      wanted,
      hint: "Start from a checkpoint of this very run, or from step 0.",
    });
  };
  checkShape(compiled, dataset);
  const { step, state, boundaries } = start;
  if (step % compiled.segmentLength !== 0 || step < 0 || step >= compiled.steps) {
    fail("step", step, `a multiple of ${compiled.segmentLength} below ${compiled.steps}`);
  }
  if (boundaries.length !== step / compiled.segmentLength) {
    fail("boundaries", `${boundaries.length} hashes`, `${step / compiled.segmentLength} hashes`);
  }
  compiled.states.forEach((spec, k) => {
    const rows = spec.listRows === undefined ? spec.rows : step * spec.listRows;
    const found = state[k];
    if (!found || found.rows !== rows || found.cols !== spec.cols || found.dtype !== spec.dtype) {
      fail(
        `state[${k}]`,
        found ? `${found.dtype} ${found.rows}x${found.cols}` : "nothing",
        `${spec.name} ${spec.dtype} ${rows}x${spec.cols}`,
      );
    }
  });
  if (step > 0 && stateHash(step, state.map(tensorRoot)) !== boundaries.at(-1)) {
    fail("state", stateHash(step, state.map(tensorRoot)), `the state of the last boundary, ${boundaries.at(-1)}`);
  }
}

/** Running figures of a run and the pace at which they are reported. */
class Meter {
  private readonly options: RunOptions;
  private readonly began = performance.now();
  private reported = this.began;
  private loss = 0;
  private accuracy = 0;
  private count = 0;
  private done = 0;
  private lastLoss = 0;
  saturation: Saturation | undefined;

  constructor(options: RunOptions) {
    this.options = options;
  }

  /** Counts a step; true when it is time to report and to let other work on this thread run. */
  add(loss: number, accuracy: number): boolean {
    this.loss += loss;
    this.accuracy += accuracy;
    this.count++;
    this.done++;
    return performance.now() - this.reported >= PROGRESS_MS;
  }

  report(step: number): void {
    if (this.count > 0) {
      const { steps } = this.options.compiled;
      const msPerStep = (performance.now() - this.began) / this.done;
      const etaSeconds = (msPerStep * (steps - step)) / 1000;
      this.lastLoss = this.loss / this.count;
      this.options.onProgress?.({
        step,
        steps,
        loss: this.lastLoss,
        accuracy: this.accuracy / this.count,
        msPerStep,
        etaSeconds,
        ...(this.saturation ? { saturation: this.saturation } : {}),
      });
    }
    this.loss = this.accuracy = this.count = 0;
    this.reported = performance.now();
  }

  /** Mean loss of the steps last reported. */
  get finalLoss(): number {
    return this.lastLoss;
  }

  get seconds(): number {
    return (performance.now() - this.began) / 1000;
  }
}

/** Lets timers, messages and abort signals through; then makes sure the back end is still ours. */
async function breathe(options: RunOptions): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  if (options.signal?.aborted) {
    throw new ExactError("EX-050", {
      path: "run",
      found: "abort signal",
      wanted: "a run to the end",
      hint: "Resume from the last segment.",
    });
  }
  await options.backend.activate();
}

function createExecutor({ compiled, dataset, nonce, start }: RunOptions): Executor {
  const rows = rowsOf(dataset);
  if (compiled.program.kind === "infer") return new InferExecutor(compiled, rows, start.state);
  return new TrainExecutor(compiled, rows, nonce, start.state);
}

async function runSegment(
  options: RunOptions,
  executor: Executor,
  meter: Meter,
  from: number,
  to: number,
): Promise<void> {
  for (let step = from; step < to; step++) {
    const { loss, accuracy } = await executor.step(step);
    if (meter.add(loss, accuracy) && step + 1 < to) {
      meter.report(step + 1);
      await breathe(options);
    }
  }
}

/**
 * Runs a compiled program from `start` to its end, committing every segment boundary (DSP-05, DSP-12).
 * The result depends only on program, data set, nonce and start: any back end, interruption or pace gives the same
 * bits. Throws ExactError EX-010 / EX-031 for inputs that do not fit the program and EX-050 when `signal` aborts.
 * One run at a time per process: tfjs has one active back end.
 */
export async function runProgram(options: RunOptions): Promise<RunResult> {
  checkStart(options);
  await breathe(options);
  const { compiled, start } = options;
  const { steps, segmentLength } = compiled;
  const boundaries = [...start.boundaries];
  const executor = createExecutor(options);
  const meter = new Meter(options);
  const hasher = new StateHasher();
  let hashSeconds = 0;
  try {
    for (let index = start.step / segmentLength; index < segmentCount(steps, segmentLength); index++) {
      const to = Math.min(steps, (index + 1) * segmentLength);
      await runSegment(options, executor, meter, index * segmentLength, to);
      const began = performance.now();
      const state = await executor.read();
      const roots = hasher.roots(state);
      const hash = stateHash(to, roots);
      hashSeconds += (performance.now() - began) / 1000;
      meter.saturation = executor.saturation(state);
      meter.report(to);
      if (to < steps) boundaries.push(hash);
      const { saturation } = meter;
      await options.onSegment?.({ index, step: to, stateHash: hash, state, ...(saturation ? { saturation } : {}) });
      if (to === steps) {
        const { finalLoss: loss, seconds } = meter;
        return {
          boundaries,
          runRoot: runRoot(boundaries),
          finalRoots: roots,
          finalState: hash,
          state,
          loss,
          seconds,
          hashSeconds,
        };
      }
      await breathe(options);
    }
  } finally {
    executor.dispose();
  }
  throw new RangeError("unreachable: checkStart admits only starts with a segment left");
}

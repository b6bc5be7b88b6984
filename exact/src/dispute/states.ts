import { stateHash } from "../commit/run.ts";
import type { RowSource } from "../data/rows.ts";
import { ExactError } from "../errors.ts";
import type { CompiledProgram } from "../program/compile.ts";
import type { Backend } from "../run/backend.ts";
import { TrainExecutor } from "../run/executor.ts";
import { InferExecutor } from "../run/infer.ts";
import type { Hex, IntTensor } from "../types.ts";
import { noSuchPlace } from "./tree.ts";

/**
 * The state before segment `segment`, i.e. after `segment * segmentLength` steps; undefined where no checkpoint was
 * kept. Segment 0 (the job's initial state) must be there.
 */
export type LoadState = (segment: number) => Promise<readonly IntTensor[] | undefined>;

export interface StateOptions {
  compiled: CompiledProgram;
  dataset: RowSource;
  nonce: Hex;
  /** S_1..S_{M-1} (DSP-12). */
  boundaries: readonly Hex[];
  loadState: LoadState;
  backend?: Backend;
  /** How many bytes of states to keep for the next question. */
  cacheBytes: number;
  /** One step in plain integers, roots included: the state after it. */
  advance(step: number, state: readonly IntTensor[]): Promise<readonly IntTensor[]>;
  roots(state: readonly IntTensor[]): Hex[];
}

const SLICE_MS = 50;

/** Finds or recomputes the state before any step, starting at the nearest one that is known. */
export class StateSource {
  private readonly options: StateOptions;
  private readonly kept = new Map<number, readonly IntTensor[]>();
  private bytes = 0;

  constructor(options: StateOptions) {
    this.options = options;
  }

  /** The state before step `step` (0 <= step <= steps). Throws ExactError EX-031 if a checkpoint is not of this run. */
  async before(step: number): Promise<readonly IntTensor[]> {
    const { steps } = this.options.compiled;
    if (!(Number.isInteger(step) && step >= 0 && step <= steps)) throw noSuchPlace("step", step, `0..${steps}`);
    let { at, state } = await this.nearest(step);
    ({ at, state } = await this.leap(at, state, step));
    let began = performance.now();
    while (at < step) {
      state = await this.options.advance(at, state);
      at++;
      this.keep(at, state);
      if (performance.now() - began > SLICE_MS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        began = performance.now();
      }
    }
    return state;
  }

  private async nearest(step: number): Promise<{ at: number; state: readonly IntTensor[] }> {
    const { segmentLength } = this.options.compiled;
    let best = -1;
    for (const at of this.kept.keys()) if (at <= step && at > best) best = at;
    for (let segment = Math.floor(step / segmentLength); segment >= 0; segment--) {
      const at = segment * segmentLength;
      if (best >= at) break;
      const state = await this.options.loadState(segment);
      if (!state) continue;
      this.verify(segment, state);
      this.keep(at, state);
      return { at, state };
    }
    const state = this.kept.get(best);
    if (!state) {
      throw new ExactError("EX-031", {
        path: "loadState(0)",
        found: "nothing",
        wanted: "the initial state of the job",
        hint: "Keep the inputs of a job until it is final (DSP-91).",
      });
    }
    // Most recently used last: Map keeps insertion order.
    this.kept.delete(best);
    this.kept.set(best, state);
    return { at: best, state };
  }

  /** Whole segments on the back end, where there is one and it is worth it. */
  private async leap(at: number, state: readonly IntTensor[], step: number) {
    const { backend, compiled, dataset, nonce } = this.options;
    const target = Math.floor(step / compiled.segmentLength) * compiled.segmentLength;
    if (!backend || target <= at) return { at, state };
    await backend.activate();
    const executor =
      compiled.program.kind === "infer"
        ? new InferExecutor(compiled, dataset, state)
        : new TrainExecutor(compiled, dataset, nonce, state);
    try {
      for (let t = at; t < target; t++) await executor.step(t);
      const reached = await executor.read();
      this.verify(target / compiled.segmentLength, reached);
      this.keep(target, reached);
      return { at: target, state: reached };
    } finally {
      executor.dispose();
    }
  }

  private verify(segment: number, state: readonly IntTensor[]): void {
    const wanted = this.options.boundaries[segment - 1];
    if (!wanted) return;
    const found = stateHash(segment * this.options.compiled.segmentLength, this.options.roots(state));
    if (found === wanted) return;
    throw new ExactError("EX-031", {
      path: `state before segment ${segment}`,
      found,
      wanted,
      hint: "The checkpoint is damaged or of another run; fetch it again or run again from the start.",
    });
  }

  private keep(at: number, state: readonly IntTensor[]): void {
    if (this.kept.has(at)) return;
    this.kept.set(at, state);
    this.bytes += sizeOf(state);
    for (const [oldest, old] of this.kept) {
      if (this.bytes <= this.options.cacheBytes || oldest === at) break;
      this.kept.delete(oldest);
      this.bytes -= sizeOf(old);
    }
  }
}

function sizeOf(state: readonly IntTensor[]): number {
  return state.reduce((sum, { data }) => sum + data.byteLength, 0);
}

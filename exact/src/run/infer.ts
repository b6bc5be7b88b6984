import * as tf from "@tensorflow/tfjs-core";
import { type RowSource, rowRange } from "../data/rows.ts";
import type { CompiledProgram } from "../program/compile.ts";
import type { IntTensor } from "../types.ts";
import { deviceLayers, disposeLayers, quantisedWeights } from "./evaluate.ts";
import { clipFeatures, type Executor, type StepResult } from "./executor.ts";
import { type DeviceLayer, forwardPass } from "./forward.ts";
import { argmax, requantiseLogits } from "./host.ts";

/** Runs an inference program: step t scores rows t*batch.. (modulo the data set) and appends their logits. */
export class InferExecutor implements Executor {
  private readonly compiled: CompiledProgram;
  private readonly state: readonly IntTensor[];
  private readonly weights: DeviceLayer[];
  private readonly dataset: RowSource;
  private readonly logits: Int16Array;
  private filled: number;

  constructor(compiled: CompiledProgram, dataset: RowSource, state: readonly IntTensor[]) {
    this.compiled = compiled;
    this.state = state;
    this.dataset = dataset;
    this.weights = deviceLayers(compiled, quantisedWeights(compiled, state));
    const list = compiled.states.at(-1)!;
    this.logits = new Int16Array(list.rows * list.cols);
    this.logits.set(state.at(-1)!.data);
    this.filled = state.at(-1)!.data.length;
  }

  async step(step: number): Promise<StepResult> {
    const { batchSize, input } = this.compiled.program;
    const plan = this.compiled.plans[0]!;
    const cols = this.compiled.consts[0]!.cols;
    const classes = cols - input.features;
    const batch = new Float32Array(batchSize * input.features);
    const rows = rowRange(0, batchSize).map((b) => (step * batchSize + b) % this.dataset.rows);
    const data = await this.dataset.read(rows);
    for (let b = 0; b < batchSize; b++) {
      batch.set(data.subarray(b * cols, b * cols + input.features), b * input.features);
    }
    clipFeatures(batch, data, plan.inputLimit);
    const pass = await forwardPass(plan, this.weights, batch);
    tf.dispose(pass.device);
    const logits = requantiseLogits(pass.scores, plan.logitShift - pass.shifts.at(-1)!);
    this.logits.set(logits, this.filled);
    this.filled += logits.length;
    const correct = rows.filter((_, b) => data[b * cols + input.features + argmax(logits, b * classes, classes)]! >= 1);
    return { loss: 0, accuracy: correct.length / batchSize };
  }

  async read(): Promise<IntTensor[]> {
    const list = this.state.at(-1)!;
    const data = this.logits.slice(0, this.filled);
    return [...this.state.slice(0, -1), { ...list, rows: this.filled / list.cols, data }];
  }

  saturation(): undefined {
    return undefined;
  }

  dispose(): void {
    disposeLayers(this.weights);
  }
}

import * as tf from "@tensorflow/tfjs-core";
import { Sampler } from "../commit/run.ts";
import type { RowSource } from "../data/rows.ts";
import type { CompiledProgram } from "../program/compile.ts";
import { moveOf } from "../program/gather.ts";
import { LIMIT } from "../program/opcodes.ts";
import type { StepPlan } from "../program/plan.ts";
import { phaseOf } from "../program/records.ts";
import type { Hex, IntTensor } from "../types.ts";
import { forwardPass, type Pass, product } from "./forward.ts";
import { maskGradient, nonZeros, requantise, requantiseLogits, scaled, softmaxGradient } from "./host.ts";
import { LayerStore } from "./layer.ts";
import { copyMoved } from "./move.ts";
import { exponentNorm } from "./reference.ts";
import type { WeightGradient } from "./weight-gradient.ts";

export interface StepResult {
  /** Mean cross-entropy of the batch in nat; for people, not committed. */
  loss: number;
  /** Share of the batch that was classified correctly before the update. */
  accuracy: number;
}

/** Where integers run out of room or of resolution; an integer run never shows a NaN. Shares of 0..1. */
export interface Saturation {
  /** Of the layer that has most: share of masters at their clip. Above .01 lower the rate; above .05 expect harm. */
  clippedWeights: number;
  /** Share of hidden gradients that were not 0 and became 0 when they were rounded, in the last step. */
  zeroedGradients: number;
}

/** Runs the steps of one program in order, each after the one before has ended, and reads its state between them. */
export interface Executor {
  step(step: number): Promise<StepResult>;
  read(): Promise<IntTensor[]>;
  /** Counters of the last step, given the state that `read` gave after it; undefined where nothing is trained. */
  saturation(state: readonly IntTensor[]): Saturation | undefined;
  dispose(): void;
}

/**
 * Trains a compiled program on the active tfjs back end. Contractions and whole-matrix updates run as tfjs kernels;
 * the batch-sized rest (scales, masks, pooling, softmax) runs as integer loops on the host, where reading back is cheap.
 */
export class TrainExecutor implements Executor {
  private readonly compiled: CompiledProgram;
  private readonly layers: LayerStore[];
  private readonly sampler: Sampler;
  private readonly dataset: RowSource;
  private readonly table: ArrayLike<number>;
  // Reused for every batch: its tensor is gone before the next batch is written, on back ends that do not copy too.
  private readonly features: Float32Array;
  private readonly segmentEnds: (step: number) => boolean;
  private rounded = { before: 0, after: 0 };

  constructor(compiled: CompiledProgram, dataset: RowSource, nonce: Hex, state: readonly IntTensor[]) {
    const { segmentLength, steps, program } = compiled;
    const plan = compiled.plans[0]!;
    this.compiled = compiled;
    this.layers = plan.layers.map((_, l) => new LayerStore(plan, l, state[l]!, state[plan.layers.length + l]));
    this.sampler = new Sampler(nonce, dataset.rows, program.batchSize);
    this.table = compiled.tables.get(1)!.data;
    this.dataset = dataset;
    this.features = new Float32Array(program.batchSize * program.input.features);
    this.segmentEnds = (step) => (step + 1) % segmentLength === 0 || step + 1 === steps;
  }

  private async load(step: number): Promise<{ features: Float32Array; targets: Int8Array }> {
    const { program, plans } = this.compiled;
    const { batchSize, input } = program;
    const { features: width, image, augmentShift: reach } = input;
    const cols = this.compiled.consts[0]!.cols;
    const classes = cols - width;
    const targets = new Int8Array(batchSize * classes);
    const { rows, digests } = this.sampler.draw(step);
    const data = await this.dataset.read(rows);
    for (let b = 0; b < batchSize; b++) {
      const pixels = data.subarray(b * cols, b * cols + width);
      if (image && reach > 0) copyMoved(this.features, b * width, pixels, image, moveOf(digests[b]!, reach));
      else this.features.set(pixels, b * width);
      targets.set(data.subarray(b * cols + width, (b + 1) * cols), b * classes);
    }
    clipFeatures(this.features, data, plans[0]!.inputLimit);
    clipTargets(targets);
    return { features: this.features, targets };
  }

  /** Runs step number `step` (0-based). Steps must be run in order. */
  async step(step: number): Promise<StepResult> {
    const plan = this.compiled.plans[phaseOf(this.compiled.phases, step)]!;
    const { features, targets } = await this.load(step);
    const pass = await forwardPass(plan, this.layers, features);
    const classes = plan.layers.at(-1)!.units;
    const logits = requantiseLogits(pass.scores, plan.logitShift - pass.shifts.at(-1)!);
    const { gradient, loss, correct } = softmaxGradient(logits, targets, classes, plan, this.table);
    this.rounded = { before: 0, after: 0 };
    await this.backward(plan, pass, gradient, this.segmentEnds(step));
    tf.dispose(pass.device);
    return { loss, accuracy: correct / this.compiled.program.batchSize };
  }

  private async backward(plan: StepPlan, pass: Pass, output: Float32Array, count: boolean): Promise<void> {
    let gradient = output;
    let behind = 0;
    for (let l = plan.layers.length - 1; l >= 0; l--) {
      const { updateShift } = plan.layers[l]!;
      const shift = Math.max(-LIMIT.shift, Math.min(LIMIT.shift, updateShift - pass.shifts[l]! - behind));
      const layer = await this.differentiate(plan, pass, l, gradient, shift);
      if (layer.dx) {
        const max = maskGradient(layer.dx, pass.host[l]!, 2 ** shift);
        const normal = exponentNorm(max, plan.layers[l - 1]!.gradientLimit);
        if (count) this.rounded.before += nonZeros(layer.dx);
        gradient = requantise(layer.dx, normal);
        if (count) this.rounded.after += nonZeros(gradient);
        behind += normal;
      }
      this.layers[l]!.update(layer.dw, shift);
      tf.dispose(layer.used);
    }
  }

  /**
   * Gradients of layer l, scaled by 2^-shift: scaling a factor of a product by a power of two instead of the product is
   * exact and touches fewer elements.
   */
  private async differentiate(plan: StepPlan, pass: Pass, l: number, gradient: Float32Array, shift: number) {
    const layer = plan.layers[l]!;
    const { weights, convolution } = this.layers[l]!;
    if (convolution) {
      const windows = { gradient, keys: pass.keys[l]!, filters: layer.units };
      const factor = 2 ** -shift;
      const dx = l > 0 ? await convolution.inputGradient(windows, weights, factor) : undefined;
      return { dx, dw: convolution.weightGradient(pass.host[l]!, windows, factor), used: [] };
    }
    const device = tf.tensor2d(scaled(gradient, shift), [this.compiled.program.batchSize, layer.units]);
    const inputT = tf.transpose(pass.device[l]!) as tf.Tensor2D;
    const dx = l > 0 ? await timesTransposed(device, weights) : undefined;
    const dw: WeightGradient = (bias) =>
      bias
        ? (tf.fused.matMul({ a: inputT, b: device, bias }) as tf.Tensor2D)
        : (tf.matMul(inputT, device) as tf.Tensor2D);
    return { dx, dw, used: [device, inputT] };
  }

  /** The state tensors after the last step that ran: masters, then velocities. */
  async read(): Promise<IntTensor[]> {
    const tensors = await Promise.all(this.layers.map((layer) => layer.read()));
    return [...tensors.map((t) => t[0]!), ...tensors.flatMap((t) => t.slice(1))];
  }

  saturation(state: readonly IntTensor[]): Saturation {
    const shares = this.layers.map(({ plan }, l) => shareAt(state[l]!.data, plan.masterLimit));
    const { before, after } = this.rounded;
    return { clippedWeights: Math.max(...shares), zeroedGradients: before === 0 ? 0 : 1 - after / before };
  }

  dispose(): void {
    for (const layer of this.layers) layer.dispose();
  }
}

function shareAt(data: ArrayLike<number>, limit: number): number {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (data[i] === limit || data[i] === -limit) count++;
  return count / data.length;
}

async function timesTransposed(gradient: tf.Tensor2D, weights: tf.Tensor2D): Promise<Float32Array> {
  const turned = tf.transpose(weights) as tf.Tensor2D;
  const data = await product(gradient, turned);
  turned.dispose();
  return data;
}

/**
 * Clips features to 0..limit, in place: what the CLIP record behind DATALOAD does, for clipping commutes with choosing and
 * moving. A verified data set has nothing to clip, so that a look at its rows is enough: four bytes at a time.
 * @param rows which the features were taken from, labels and all
 * @param limit 2^n - 1
 */
export function clipFeatures(features: Float32Array, rows: Int8Array, limit: number): void {
  if (isWithin(rows, limit)) return;
  for (let i = 0; i < features.length; i++) {
    const value = features[i]!;
    if (value < 0) features[i] = 0;
    else if (value > limit) features[i] = limit;
  }
}

function isWithin(rows: Int8Array, limit: number): boolean {
  const aligned = rows.byteOffset % 4 === 0;
  const words = aligned ? new Int32Array(rows.buffer, rows.byteOffset, rows.length >> 2) : new Int32Array();
  let bits = 0;
  for (let i = 0; i < words.length; i++) bits |= words[i]!;
  let tail = 0;
  for (let i = 4 * words.length; i < rows.length; i++) tail |= rows[i]!;
  return ((bits & ~(limit * 0x01010101)) | (tail & ~limit)) === 0;
}

/** Labels as the CLIP record behind their DATALOAD leaves them. */
function clipTargets(targets: Int8Array): void {
  for (let i = 0; i < targets.length; i++) targets[i] = targets[i]! > 0 ? 1 : 0;
}

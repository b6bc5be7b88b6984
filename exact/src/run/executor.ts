import * as tf from "@tensorflow/tfjs-core";
import { Sampler } from "../commit/run.ts";
import type { CompiledProgram } from "../program/compile.ts";
import { LIMIT } from "../program/opcodes.ts";
import { phaseOf } from "../program/records.ts";
import type { StepPlan } from "../program/step.ts";
import type { Hex, IntTensor } from "../types.ts";
import {
  largest,
  maskGradient,
  requantise,
  requantiseLogits,
  requantiseRelu,
  scaled,
  softmaxGradient,
} from "./host.ts";
import { LayerStore } from "./layer.ts";
import { exponentNorm } from "./reference.ts";

export interface StepResult {
  /** Mean cross-entropy of the batch in nat; for people, not committed. */
  loss: number;
  /** Share of the batch that was classified correctly before the update. */
  accuracy: number;
}

/** One forward pass: per layer its input (on the host and on the device) and the sum of the shifts before it. */
export interface Pass {
  host: Float32Array[];
  device: tf.Tensor2D[];
  shifts: number[];
  /** Product of the last layer, [batch x classes]. */
  scores: Float32Array;
}

function product(a: tf.Tensor2D, b: tf.Tensor2D): Float32Array {
  const z = tf.matMul(a, b);
  const data = z.dataSync() as Float32Array;
  z.dispose();
  return data;
}

/** Forward pass over a batch of integer features, [batch x features]. The caller disposes `device`. */
export function forwardPass(plan: StepPlan, layers: readonly { weights: tf.Tensor2D }[], features: Float32Array): Pass {
  const batch = features.length / plan.layers[0]!.inputs;
  const pass: Pass = { host: [features], device: [], shifts: [0], scores: features };
  plan.layers.forEach((layer, l) => {
    pass.device.push(tf.tensor2d(pass.host[l]!, [batch, layer.inputs]));
    const z = product(pass.device[l]!, layers[l]!.weights);
    if (l === plan.layers.length - 1) {
      pass.scores = z;
      return;
    }
    const shift = exponentNorm(largest(z), layer.activationLimit);
    pass.host.push(requantiseRelu(z, shift));
    pass.shifts.push(pass.shifts[l]! + shift);
  });
  return pass;
}

/**
 * Trains a compiled program on the active tfjs back end. Contractions and whole-matrix updates run as tfjs kernels;
 * the batch-sized rest (scales, masks, softmax) runs as integer loops on the host, where reading back is cheap.
 */
export class TrainExecutor implements Executor {
  private readonly compiled: CompiledProgram;
  private readonly layers: LayerStore[];
  private readonly sampler: Sampler;
  private readonly dataset: Int8Array;
  private readonly table: ArrayLike<number>;
  // Reused for every batch: its tensor is gone before the next batch is written, on back ends that do not copy too.
  private readonly features: Float32Array;

  constructor(compiled: CompiledProgram, dataset: IntTensor, nonce: Hex, state: readonly IntTensor[]) {
    this.compiled = compiled;
    this.layers = compiled.plans[0]!.layers.map((plan, l) => new LayerStore(plan, state[l]!));
    this.sampler = new Sampler(nonce, dataset.rows, compiled.program.batchSize);
    this.table = compiled.tables.get(1)!.data;
    this.dataset = boundDataset(compiled, dataset);
    this.features = new Float32Array(compiled.program.batchSize * compiled.program.input.features);
  }

  private load(step: number): { features: Float32Array; targets: Int8Array } {
    const { batchSize, input } = this.compiled.program;
    const cols = this.compiled.consts[0]!.cols;
    const classes = cols - input.features;
    const targets = new Int8Array(batchSize * classes);
    this.sampler.indexes(step).forEach((row, b) => {
      const from = row * cols;
      this.features.set(this.dataset.subarray(from, from + input.features), b * input.features);
      targets.set(this.dataset.subarray(from + input.features, from + cols), b * classes);
    });
    return { features: this.features, targets };
  }

  /** Runs step number `step` (0-based). Steps must be run in order. */
  step(step: number): StepResult {
    const plan = this.compiled.plans[phaseOf(this.compiled.phases, step)]!;
    const { features, targets } = this.load(step);
    const pass = forwardPass(plan, this.layers, features);
    const classes = plan.layers.at(-1)!.units;
    const logits = requantiseLogits(pass.scores, plan.logitShift - pass.shifts.at(-1)!);
    const { gradient, loss, correct } = softmaxGradient(logits, targets, classes, plan, this.table);
    this.backward(plan, pass, gradient);
    tf.dispose(pass.device);
    return { loss, accuracy: correct / this.compiled.program.batchSize };
  }

  private backward(plan: StepPlan, pass: Pass, output: Float32Array): void {
    const { batchSize } = this.compiled.program;
    let gradient = output;
    let behind = 0;
    for (let l = plan.layers.length - 1; l >= 0; l--) {
      const layer = plan.layers[l]!;
      const store = this.layers[l]!;
      const shift = Math.max(-LIMIT.shift, Math.min(LIMIT.shift, layer.updateShift - pass.shifts[l]! - behind));
      const device = tf.tensor2d(scaled(gradient, shift), [batchSize, layer.units]);
      if (l > 0) {
        const weightsT = tf.transpose(store.weights) as tf.Tensor2D;
        const previous = product(device, weightsT);
        weightsT.dispose();
        const max = maskGradient(previous, pass.host[l]!, 2 ** shift);
        const normal = exponentNorm(max, plan.layers[l - 1]!.gradientLimit);
        gradient = requantise(previous, normal);
        behind += normal;
      }
      const inputT = tf.transpose(pass.device[l]!) as tf.Tensor2D;
      store.update(inputT, device, shift);
      tf.dispose([device, inputT]);
    }
  }

  /** The state tensors after the last step that ran. */
  read(): IntTensor[] {
    return this.layers.map((layer) => layer.read());
  }

  dispose(): void {
    for (const layer of this.layers) layer.dispose();
  }
}

/** Runs the steps of one program in order and reads its state between them. */
export interface Executor {
  step(step: number): StepResult;
  read(): IntTensor[];
  dispose(): void;
}

/** The data set with the CLIP records behind DATALOAD already applied: clipping commutes with choosing rows. */
export function boundDataset(compiled: CompiledProgram, dataset: IntTensor): Int8Array {
  const { features } = compiled.program.input;
  const { rows, cols } = dataset;
  const data = Int8Array.from(dataset.data);
  const top = compiled.plans[0]!.inputLimit;
  for (let row = 0, i = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++, i++) {
      const limit = col < features ? top : 1;
      if (data[i]! < 0) data[i] = 0;
      else if (data[i]! > limit) data[i] = limit;
    }
  }
  return data;
}

import * as tf from "@tensorflow/tfjs-core";
import { LIMIT } from "../program/opcodes.ts";
import { type LayerPlan, type StepPlan, VELOCITY_BITS } from "../program/plan.ts";
import type { IntTensor } from "../types.ts";
import { Convolution } from "./convolution.ts";
import type { WeightGradient } from "./weight-gradient.ts";

const clipped = (data: ArrayLike<number>, limit: number): Float32Array =>
  Float32Array.from(data, (v) => Math.max(-limit, Math.min(limit, v)));

/** Masters, velocities and quantised weights of one layer on the device, and their update. */
export class LayerStore {
  readonly plan: LayerPlan;
  readonly convolution: Convolution | undefined;
  private readonly step: StepPlan;
  private readonly names: string[];
  private master: tf.Tensor2D;
  private velocity: tf.Tensor2D | undefined;
  private quantised: tf.Tensor2D;
  private readonly half: tf.Tensor1D;

  /** `master` and `velocity` are clipped to their limits, as the first records of every step do. */
  constructor(step: StepPlan, l: number, master: IntTensor, velocity: IntTensor | undefined) {
    const plan = step.layers[l]!;
    const shape: [number, number] = [plan.inputs, plan.units];
    this.plan = plan;
    this.step = step;
    this.convolution = plan.conv && new Convolution(plan);
    this.names = [master.name, velocity?.name ?? ""];
    this.master = tf.tensor2d(clipped(master.data, plan.masterLimit), shape);
    this.velocity = velocity && tf.tensor2d(clipped(velocity.data, step.momentum!.limit), shape);
    this.half = tf.fill([plan.units], 0.5) as tf.Tensor1D;
    this.quantised = this.quantise();
  }

  /** Weights as integers in +-weightLimit, [inputs x units]. */
  get weights(): tf.Tensor2D {
    return this.quantised;
  }

  private quantise(): tf.Tensor2D {
    const { weightShift } = this.plan;
    return tf.tidy(() => tf.floor(tf.add(tf.mul(this.master, 2 ** -weightShift), 0.5)));
  }

  /** The update records: `gradient` gives the weight gradient scaled by 2^-shift, with shift in -24..24. */
  update(gradient: WeightGradient, shift: number): void {
    const old = [this.master, this.quantised, this.velocity];
    const [master, velocity] = tf.tidy(() => this.next(this.rounded(gradient, shift)));
    this.master = master!;
    this.velocity = velocity;
    this.quantised = this.quantise();
    tf.dispose(old.filter((tensor) => tensor !== undefined));
  }

  private next(update: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D?] {
    const { masterLimit } = this.plan;
    const descend = (by: tf.Tensor2D): tf.Tensor2D =>
      tf.clipByValue(tf.sub(this.master, by), -masterLimit, masterLimit);
    const { momentum } = this.step;
    if (!this.velocity || !momentum) return [descend(update)];
    const { shift, factor, limit } = momentum;
    const sum = tf.add(tf.mul(this.velocity, factor), update);
    const rounded = tf.floor(tf.add(tf.mul(sum, 2 ** -shift), 0.5));
    const velocity = tf.clipByValue(rounded, -limit, limit) as tf.Tensor2D;
    return [descend(tf.floor(tf.add(tf.mul(velocity, 2 ** -VELOCITY_BITS), 0.5))), velocity];
  }

  private rounded(gradient: WeightGradient, shift: number): tf.Tensor2D {
    const { updateLimit } = this.step;
    const { updateBound } = this.plan;
    const clip = (x: tf.Tensor2D): tf.Tensor2D =>
      updateBound * 2 ** -shift <= updateLimit - 1 ? x : tf.clipByValue(x, -updateLimit, updateLimit);
    if (shift <= 0) return clip(gradient());
    // The half of RHU rides on the product as a bias where product plus half provably stays exact.
    const rides = updateBound + 2 ** (shift - 1) < LIMIT.exact;
    return clip(tf.floor(rides ? gradient(this.half) : tf.add(gradient(), 0.5)));
  }

  /** The masters and, with momentum, the velocities as committed: int32, row-major. */
  async read(): Promise<IntTensor[]> {
    const { inputs: rows, units: cols } = this.plan;
    const tensors = this.velocity ? [this.master, this.velocity] : [this.master];
    const values = await Promise.all(tensors.map((tensor) => tensor.data()));
    return values.map((from, k) => {
      const data = new Int32Array(from.length);
      // A plain loop: both constructors of typed arrays take several times as long for this conversion.
      for (let i = 0; i < data.length; i++) data[i] = from[i]!;
      return { name: this.names[k]!, rows, cols, dtype: "int32", data };
    });
  }

  dispose(): void {
    tf.dispose([this.master, this.quantised, this.half]);
    this.velocity?.dispose();
    this.convolution?.dispose();
  }
}

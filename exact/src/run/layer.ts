import * as tf from "@tensorflow/tfjs-core";
import { LIMIT } from "../program/opcodes.ts";
import type { LayerPlan } from "../program/step.ts";
import type { IntTensor } from "../types.ts";

const UPDATE_LIMIT = 2 ** 23;

/** Masters and quantised weights of one layer on the device, and their update. */
export class LayerStore {
  readonly plan: LayerPlan;
  private readonly name: string;
  private master: tf.Tensor2D;
  private quantised: tf.Tensor2D;
  private readonly half: tf.Tensor1D;

  /** `start` is clipped to the master limit, as the first record of every step does. */
  constructor(plan: LayerPlan, start: IntTensor) {
    const { masterLimit, inputs, units } = plan;
    this.plan = plan;
    this.name = start.name;
    const values = Float32Array.from(start.data, (v) => Math.max(-masterLimit, Math.min(masterLimit, v)));
    this.master = tf.tensor2d(values, [inputs, units]);
    this.half = tf.fill([units], 0.5) as tf.Tensor1D;
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

  /**
   * master = clip(master - RHU(inputT x gradient, shift)), where `scaledGradient` = gradient * 2^-shift.
   * Scaling a factor of the product by a power of two instead of the product is exact and touches fewer elements.
   */
  update(inputT: tf.Tensor2D, scaledGradient: tf.Tensor2D, shift: number): void {
    const { masterLimit } = this.plan;
    const old = [this.master, this.quantised];
    this.master = tf.tidy(() => {
      const step = this.step(inputT, scaledGradient, Math.min(shift, LIMIT.shift));
      return tf.clipByValue(tf.sub(this.master, step), -masterLimit, masterLimit);
    }) as tf.Tensor2D;
    this.quantised = this.quantise();
    tf.dispose(old);
  }

  private step(inputT: tf.Tensor2D, gradient: tf.Tensor2D, shift: number): tf.Tensor2D {
    if (shift <= 0) return tf.clipByValue(tf.matMul(inputT, gradient), -UPDATE_LIMIT, UPDATE_LIMIT);
    // The half of RHU rides on the product as a bias where product plus half provably stays exact.
    if (this.plan.updateBound + 2 ** (shift - 1) < LIMIT.exact) {
      return tf.floor(tf.fused.matMul({ a: inputT, b: gradient, bias: this.half }) as tf.Tensor2D);
    }
    return tf.floor(tf.add(tf.matMul(inputT, gradient), 0.5));
  }

  /** The masters as committed: int32, row-major. */
  read(): IntTensor {
    const { inputs: rows, units: cols } = this.plan;
    const values = this.master.dataSync();
    const data = new Int32Array(values.length);
    // A plain loop: both constructors of typed arrays take several times as long for this conversion.
    for (let i = 0; i < data.length; i++) data[i] = values[i]!;
    return { name: this.name, rows, cols, dtype: "int32", data };
  }

  dispose(): void {
    tf.dispose([this.master, this.quantised, this.half]);
  }
}

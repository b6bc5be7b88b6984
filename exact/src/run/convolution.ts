import * as tf from "@tensorflow/tfjs-core";
import type { ConvPlan, LayerPlan } from "../program/plan.ts";
import { kernelGradient, unpool, type Windows, windowPlaces } from "./pool.ts";
import { readBack } from "./read-back.ts";
import type { WeightGradient } from "./weight-gradient.ts";

/** A convolution on the device, with the memory it uses again in every step. */
export class Convolution {
  private readonly plan: LayerPlan;
  private readonly conv: ConvPlan;
  private places: tf.Tensor4D | undefined;
  // Its tensor is gone before it is written again, on back ends that do not copy too.
  private spread = new Float32Array(0);

  /** `plan` is that of a convolution. */
  constructor(plan: LayerPlan) {
    this.plan = plan;
    this.conv = plan.conv!;
  }

  /** Weights [kernel * kernel * channels x filters] as a convolution takes them: the same elements in the same order. */
  private kernel(weights: tf.Tensor2D): tf.Tensor4D {
    const { kernel, map } = this.conv;
    return tf.reshape(weights, [kernel, kernel, map.channels, this.plan.units]);
  }

  /**
   * IM2COL, MATMUL, POOLKEY and POOLMAX: the pooling keys of a batch [batch x width], as [windows x filters]. The sums are
   * those of the contraction in another order; the factor 4 of the keys is on the weights.
   */
  keys(x: tf.Tensor2D, weights: tf.Tensor2D): Promise<Float32Array> {
    const { height, width, channels } = this.conv.map;
    const batch = x.shape[0];
    const keys = tf.tidy(() => {
      const images = tf.reshape(x, [batch, height, width, channels]) as tf.Tensor4D;
      const z = tf.conv2d(images, this.kernel(tf.mul(weights, 4)), 1, "same");
      return tf.maxPool(tf.add(z, this.placesFor(batch)) as tf.Tensor4D, 2, 2, "valid");
    });
    return readBack(keys);
  }

  private placesFor(batch: number): tf.Tensor4D {
    if (this.places?.shape[0] === batch) return this.places;
    this.places?.dispose();
    const { height, width } = this.conv.map;
    const values = windowPlaces(batch, this.conv, this.plan.units);
    this.places = tf.keep(tf.tensor4d(values, [batch, height, width, this.plan.units]));
    return this.places;
  }

  /** Gradient at the layer's input times `factor`, [pixels x channels]: a convolution with the turned kernel. */
  inputGradient(windows: Windows, weights: tf.Tensor2D, factor: number): Promise<Float32Array> {
    const { height, width } = this.conv.map;
    const size = windows.gradient.length * 4;
    if (this.spread.length !== size) this.spread = new Float32Array(size);
    unpool(this.spread, windows, this.conv, factor);
    const images = size / (height * width * this.plan.units);
    const dx = tf.tidy(() => {
      const turned = tf.transpose(tf.reverse(this.kernel(weights), [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
      return tf.conv2d(tf.tensor4d(this.spread, [images, height, width, this.plan.units]), turned, 1, "same");
    });
    return readBack(dx);
  }

  /** Gradient of the weights times `factor`, from the layer's input [pixels x channels]. */
  weightGradient(input: Float32Array, windows: Windows, factor: number): WeightGradient {
    const { inputs, units } = this.plan;
    return (bias) => {
      const sums = kernelGradient(input, windows, this.conv);
      const out = new Float32Array(sums.length);
      const half = bias ? 0.5 : 0;
      for (let f = 0, from = 0; f < units; f++) {
        for (let i = 0, to = f; i < inputs; i++, from++, to += units) out[to] = sums[from]! * factor + half;
      }
      return tf.tensor2d(out, [inputs, units]);
    };
  }

  dispose(): void {
    this.places?.dispose();
  }
}

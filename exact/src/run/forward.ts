import * as tf from "@tensorflow/tfjs-core";
import type { LayerPlan, StepPlan } from "../program/plan.ts";
import { convolve } from "./convolution.ts";
import { largest, requantiseRelu } from "./host.ts";
import { poolMax } from "./pool.ts";
import { exponentNorm } from "./reference.ts";

/** One forward pass: per layer its input (on the host and on the device) and the sum of the shifts before it. */
export interface Pass {
  host: Float32Array[];
  /** [batch x width] */
  device: tf.Tensor2D[];
  /** Pooling keys of the convolutions, [windows x filters]. */
  keys: (Float32Array | undefined)[];
  shifts: number[];
  /** Product of the last layer, [batch x classes]. */
  scores: Float32Array;
}

/** Product of two matrices, read back. */
export function product(a: tf.Tensor2D, b: tf.Tensor2D): Float32Array {
  const z = tf.matMul(a, b);
  const data = z.dataSync() as Float32Array;
  z.dispose();
  return data;
}

/** The product of one layer and what pooling leaves of it. */
function activate(layer: LayerPlan, x: tf.Tensor2D, weights: tf.Tensor2D) {
  if (!layer.conv) {
    const sums = product(x, weights);
    return { sums, top: largest(sums), keys: undefined };
  }
  const pooled = poolMax(convolve(x, weights, layer.conv), layer.conv, layer.units);
  return { sums: pooled.max, top: pooled.largest, keys: pooled.max };
}

/** Forward pass over a batch of integer features, [batch x features]. The caller disposes `device`. */
export function forwardPass(plan: StepPlan, layers: readonly { weights: tf.Tensor2D }[], features: Float32Array): Pass {
  const batch = features.length / plan.layers[0]!.width;
  const pass: Pass = { host: [features], device: [], keys: [], shifts: [0], scores: features };
  plan.layers.forEach((layer, l) => {
    pass.device.push(tf.tensor2d(pass.host[l]!, [batch, layer.width]));
    if (l === plan.layers.length - 1) {
      pass.scores = product(pass.device[l]!, layers[l]!.weights);
      return;
    }
    const { sums, top, keys } = activate(layer, pass.device[l]!, layers[l]!.weights);
    const shift = exponentNorm(top, layer.activationLimit);
    pass.keys.push(keys);
    pass.host.push(requantiseRelu(sums, shift));
    pass.shifts.push(pass.shifts[l]! + shift);
  });
  return pass;
}

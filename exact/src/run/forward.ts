import * as tf from "@tensorflow/tfjs-core";
import type { StepPlan } from "../program/plan.ts";
import type { Convolution } from "./convolution.ts";
import { largest, requantiseRelu } from "./host.ts";
import { readBack } from "./read-back.ts";
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
export function product(a: tf.Tensor2D, b: tf.Tensor2D): Promise<Float32Array> {
  return readBack(tf.matMul(a, b));
}

/** One layer's weights [inputs x units] on the device and, of a convolution, the kernels that use them. */
export interface DeviceLayer {
  weights: tf.Tensor2D;
  convolution?: Convolution | undefined;
}

/** Forward pass over a batch of integer features, [batch x features]. The caller disposes `device`. */
export async function forwardPass(
  plan: StepPlan,
  layers: readonly DeviceLayer[],
  features: Float32Array,
): Promise<Pass> {
  const batch = features.length / plan.layers[0]!.width;
  const pass: Pass = { host: [features], device: [], keys: [], shifts: [0], scores: features };
  for (const [l, layer] of plan.layers.entries()) {
    pass.device.push(tf.tensor2d(pass.host[l]!, [batch, layer.width]));
    if (l === plan.layers.length - 1) {
      pass.scores = await product(pass.device[l]!, layers[l]!.weights);
      break;
    }
    const { weights, convolution } = layers[l]!;
    const keys = await convolution?.keys(pass.device[l]!, weights);
    const sums = keys ?? (await product(pass.device[l]!, weights));
    const shift = exponentNorm(largest(sums), layer.activationLimit);
    pass.keys.push(keys);
    pass.host.push(requantiseRelu(sums, shift));
    pass.shifts.push(pass.shifts[l]! + shift);
  }
  return pass;
}

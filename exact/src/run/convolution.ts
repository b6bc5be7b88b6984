import * as tf from "@tensorflow/tfjs-core";
import type { ConvPlan, LayerPlan } from "../program/plan.ts";
import type { WeightGradient } from "./layer.ts";
import { turnInside, unpool } from "./pool.ts";

type Kernel = tf.Tensor4D;

/** Weights [kernel * kernel * channels x filters] as a convolution takes them; the same elements in the same order. */
function kernelOf(weights: tf.Tensor2D, { map, kernel }: ConvPlan): Kernel {
  return tf.reshape(weights, [kernel, kernel, map.channels, weights.shape[1]]);
}

/** IM2COL and MATMUL of the forward pass as one kernel: the same sums in another order. Returns [pixels x filters]. */
export function convolve(x: tf.Tensor2D, weights: tf.Tensor2D, conv: ConvPlan): Float32Array {
  const { height, width, channels } = conv.map;
  const z = tf.tidy(() => {
    const images = tf.reshape(x, [-1, height, width, channels]) as tf.Tensor4D;
    return tf.conv2d(images, kernelOf(weights, conv), 1, "same");
  });
  const data = z.dataSync() as Float32Array;
  z.dispose();
  return data;
}

/** What the backward pass of a convolution starts from. */
export interface Backward {
  plan: LayerPlan;
  /** Input of the layer, [batch, height, width, channels]. */
  input: Float32Array;
  /** Gradients and keys of the windows, [windows x filters]. */
  gradient: Float32Array;
  max: Float32Array;
  factor: number;
}

/** Gradient at the layer's input times `factor`, [pixels x channels]: a convolution with the turned kernel. */
export function inputGradient({ plan, gradient, max, factor }: Backward, weights: tf.Tensor2D): Float32Array {
  const conv = plan.conv!;
  const { height, width } = conv.map;
  const filters = plan.units;
  const strides = { image: height * width * filters, row: width * filters, pixel: filters };
  const batch = (gradient.length * 4) / strides.image;
  const spread = unpool(gradient, max, conv, filters, strides, factor);
  const dx = tf.tidy(() => {
    const turned = tf.transpose(tf.reverse(kernelOf(weights, conv), [0, 1]), [0, 1, 3, 2]) as Kernel;
    return tf.conv2d(tf.tensor4d(spread, [batch, height, width, filters]), turned, 1, "same");
  });
  const data = dx.dataSync() as Float32Array;
  dx.dispose();
  return data;
}

/**
 * Gradient of the kernel times `factor`, [inputs x units]: a convolution in which images and channels change places, so
 * that it sums over images and pixels.
 */
export function weightGradient({ plan, input, gradient, max, factor }: Backward): WeightGradient {
  const conv = plan.conv!;
  const { map, kernel } = conv;
  const filters = plan.units;
  const batch = input.length / (map.height * map.width * map.channels);
  const strides = { image: filters, row: map.width * batch * filters, pixel: batch * filters };
  const reach = (kernel - 1) / 2;
  return (bias) => {
    const x = tf.tensor4d(turnInside(input, conv), [
      map.channels,
      map.height + 2 * reach,
      map.width + 2 * reach,
      batch,
    ]);
    const spread = unpool(gradient, max, conv, filters, strides, factor);
    const g = tf.tensor4d(spread, [map.height, map.width, batch, filters]);
    const sum = tf.fused.conv2d({ x, filter: g, strides: 1, pad: "valid", ...(bias ? { bias } : {}) }) as tf.Tensor4D;
    return tf.reshape(tf.transpose(sum, [1, 2, 0, 3]), [plan.inputs, plan.units]);
  };
}

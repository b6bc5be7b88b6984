import type * as tf from "@tensorflow/tfjs-core";

/** The weight gradient of a layer, scaled by 2^-shift. With `bias`, which is all 1/2, that is added to every element. */
export type WeightGradient = (bias?: tf.Tensor1D) => tf.Tensor2D;

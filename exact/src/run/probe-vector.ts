import type * as tf from "@tensorflow/tfjs-core";

/** A computation on the back end and the integers that it must give. */
export interface Vector {
  name: string;
  run: () => tf.Tensor;
  wanted: Int32Array;
}

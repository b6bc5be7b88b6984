import type * as tf from "@tensorflow/tfjs-core";

/** The values of a tensor, which is disposed. Some devices can be read only while the event loop turns. */
export async function readBack(tensor: tf.Tensor): Promise<Float32Array> {
  const data = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return data;
}

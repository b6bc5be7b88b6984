import * as tf from "@tensorflow/tfjs-core";
import type { FloatArm, FloatLayer } from "./float-arms.ts";

/** Square images and 2x2 pooling behind every convolution: what the digits network needs. */
interface Shape {
  side: number;
  channels: number;
}

interface Weights {
  kernels: tf.Tensor4D[];
  dense: tf.Tensor2D[];
}

/** Largest of the four pixels of a window, upwards again: [batch, h, w, c] to [batch, 2h, 2w, c]. */
function spread(x: tf.Tensor4D): tf.Tensor4D {
  const [, height, width] = x.shape;
  return tf.image.resizeNearestNeighbor(x, [2 * height, 2 * width]);
}

/** Gradient before max-pooling: to the pixels that are the largest of their window. */
function unpool(g: tf.Tensor4D, z: tf.Tensor4D, pooled: tf.Tensor4D): tf.Tensor4D {
  const winners = tf.cast(tf.equal(z, spread(pooled)), "float32");
  return tf.mul(winners, spread(g)) as tf.Tensor4D;
}

/** Gradient of a kernel as a convolution in which images and channels change places; tfjs has no kernel for it on wasm. */
function kernelGradient(x: tf.Tensor4D, g: tf.Tensor4D, size: number): tf.Tensor4D {
  const reach = (size - 1) / 2;
  const around: [number, number] = [reach, reach];
  const turned = tf.transpose(tf.pad(x, [[0, 0], around, around, [0, 0]]), [3, 1, 2, 0]) as tf.Tensor4D;
  const sum = tf.conv2d(turned, tf.transpose(g, [1, 2, 0, 3]) as tf.Tensor4D, 1, "valid");
  return tf.transpose(sum, [1, 2, 0, 3]) as tf.Tensor4D;
}

/** The digits CNN in float32 with a backward pass written by hand: heavy ball with the given factor, no weight decay. */
export function convolutionalTwin(
  layers: readonly FloatLayer[],
  kernelSizes: readonly number[],
  input: Shape,
  friction: number,
): FloatArm {
  const convs = kernelSizes.length;
  const matrices = layers.map(({ data, rows, cols }) => tf.tensor2d(data.slice(), [rows, cols]));
  let weights: Weights = {
    kernels: kernelSizes.map((size, l) => {
      const { rows, cols } = layers[l]!;
      return tf.reshape(matrices[l]!, [size, size, rows / size ** 2, cols]);
    }),
    dense: matrices.slice(convs),
  };
  let velocity = layers.map(({ rows, cols }, l) => tf.zeros(l < convs ? weights.kernels[l]!.shape : [rows, cols]));
  tf.dispose(matrices.slice(0, convs));

  function forward(x: tf.Tensor4D) {
    const inputs = [x];
    const sums: tf.Tensor4D[] = [];
    const pooled: tf.Tensor4D[] = [];
    weights.kernels.forEach((kernel, l) => {
      sums.push(tf.conv2d(inputs[l]!, kernel, 1, "same"));
      pooled.push(tf.maxPool(sums[l]!, 2, 2, "valid"));
      inputs.push(tf.relu(pooled[l]!));
    });
    const rows = [tf.reshape(inputs[convs]!, [x.shape[0], -1]) as tf.Tensor2D];
    weights.dense.forEach((b, l) => {
      const activation = l === weights.dense.length - 1 ? "linear" : "relu";
      rows.push(tf.fused.matMul({ a: rows[l]!, b, activation }) as tf.Tensor2D);
    });
    return { inputs, sums, pooled, rows };
  }

  /** Gradients of all weights of a batch, of the sum of losses times `scale`. */
  function gradients(x: tf.Tensor4D, y: tf.Tensor2D, scale: number): tf.Tensor[] {
    const { inputs, sums, pooled, rows } = forward(x);
    const out: tf.Tensor[] = [];
    let g = tf.mul(tf.sub(tf.softmax(rows.at(-1)!), y), scale) as tf.Tensor2D;
    for (let l = weights.dense.length - 1; l >= 0; l--) {
      out[convs + l] = tf.matMul(tf.transpose(rows[l]!), g);
      g = tf.mul(tf.matMul(g, tf.transpose(weights.dense[l]!)), tf.step(rows[l]!)) as tf.Tensor2D;
    }
    let map = tf.reshape(g, inputs[convs]!.shape) as tf.Tensor4D;
    for (let l = convs - 1; l >= 0; l--) {
      const full = unpool(map, sums[l]!, pooled[l]!);
      out[l] = kernelGradient(inputs[l]!, full, kernelSizes[l]!);
      if (l === 0) break;
      const turned = tf.transpose(tf.reverse(weights.kernels[l]!, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
      map = tf.mul(tf.conv2d(full, turned, 1, "same"), tf.step(inputs[l]!)) as tf.Tensor4D;
    }
    return out;
  }

  return {
    step(features, labels, batch, rate) {
      const old = [...weights.kernels, ...weights.dense, ...velocity];
      const next = tf.tidy(() => {
        const x = tf.tensor4d(features, [batch, input.side, input.side, input.channels]);
        const y = tf.tensor2d(labels, [batch, labels.length / batch]);
        const moved = gradients(x, y, rate / batch).map((g, l) => tf.add(tf.mul(velocity[l]!, friction), g));
        const all = [...weights.kernels, ...weights.dense].map((w, l) => tf.sub(w, moved[l]!));
        return { moved, all };
      });
      weights = { kernels: next.all.slice(0, convs) as tf.Tensor4D[], dense: next.all.slice(convs) as tf.Tensor2D[] };
      velocity = next.moved;
      tf.dispose(old);
    },
    scores: (features, batch) =>
      tf.tidy(() => {
        const x = tf.tensor4d(features, [batch, input.side, input.side, input.channels]);
        return forward(x).rows.at(-1)!.dataSync().slice() as Float32Array;
      }),
    dispose: () => tf.dispose([...weights.kernels, ...weights.dense, ...velocity]),
  };
}

import * as tf from "@tensorflow/tfjs-core";
// Registers the gradients of all kernels; tfjs-core alone has none.
import "@tensorflow/tfjs-layers";

/** One way to train a digits network in float32; `step` runs one batch. */
export interface FloatArm {
  step(features: Float32Array, labels: Float32Array, batch: number, rate: number): void;
  /** Scores of a batch, [batch x classes]. */
  scores(features: Float32Array, batch: number): Float32Array;
  dispose(): void;
}

/** Start weights of one layer, [rows x cols]. */
export interface FloatLayer {
  rows: number;
  cols: number;
  data: Float32Array;
}

const matrix = ({ data, rows, cols }: FloatLayer): tf.Tensor2D => tf.tensor2d(data.slice(), [rows, cols]);

/** Scores of a batch by a forward pass over [batch x features]. */
function read(features: Float32Array, batch: number, forward: (x: tf.Tensor2D) => tf.Tensor): Float32Array {
  return tf.tidy(() => {
    const x = tf.tensor2d(features, [batch, features.length / batch]);
    return forward(x).dataSync().slice() as Float32Array;
  });
}

/** What a tfjs user writes: variables, a loss function, `optimizer.minimize`. */
export function tapeArm(layers: readonly FloatLayer[]): FloatArm {
  const weights = layers.map((layer) => tf.variable(matrix(layer)) as tf.Variable<tf.Rank.R2>);
  const optimizer = tf.train.sgd(0.1);
  const forward = (x: tf.Tensor2D): tf.Tensor2D =>
    weights.reduce((a, w, l) => {
      const z = tf.matMul(a, w) as tf.Tensor2D;
      return l === weights.length - 1 ? z : tf.relu(z);
    }, x);
  return {
    step(features, labels, batch, rate) {
      optimizer.setLearningRate(rate);
      tf.tidy(() => {
        const x = tf.tensor2d(features, [batch, features.length / batch]);
        const y = tf.tensor2d(labels, [batch, labels.length / batch]);
        optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, forward(x)) as tf.Scalar);
      });
    },
    scores: (features, batch) => read(features, batch, forward),
    dispose() {
      tf.dispose(weights);
      optimizer.dispose();
    },
  };
}

/**
 * The same training with a backward pass written by hand for speed: explicit transposes instead of transpose flags,
 * ReLU fused into the product, the rate folded into the small output gradient.
 */
export function twinArm(layers: readonly FloatLayer[]): FloatArm {
  let weights = layers.map(matrix);
  const last = weights.length - 1;
  const forward = (x: tf.Tensor2D): tf.Tensor2D[] => {
    const inputs = [x];
    weights.forEach((b, l) => {
      inputs.push(tf.fused.matMul({ a: inputs[l]!, b, activation: l === last ? "linear" : "relu" }) as tf.Tensor2D);
    });
    return inputs;
  };
  return {
    step(features, labels, batch, rate) {
      const next = tf.tidy(() => {
        const x = tf.tensor2d(features, [batch, features.length / batch]);
        const y = tf.tensor2d(labels, [batch, labels.length / batch]);
        const inputs = forward(x);
        let g = tf.mul(tf.sub(tf.softmax(inputs[last + 1]!), y), rate / batch) as tf.Tensor2D;
        const updated: tf.Tensor2D[] = [];
        for (let l = last; l >= 0; l--) {
          const a = inputs[l]!;
          updated[l] = tf.sub(weights[l]!, tf.matMul(tf.transpose(a), g)) as tf.Tensor2D;
          if (l > 0) g = tf.mul(tf.matMul(g, tf.transpose(weights[l]!)), tf.step(a)) as tf.Tensor2D;
        }
        return updated;
      });
      tf.dispose(weights);
      weights = next;
    },
    scores: (features, batch) => read(features, batch, (x) => forward(x).at(-1)!),
    dispose: () => tf.dispose(weights),
  };
}

/** Share of rows whose largest score is their label. `images` hold values as the arm was trained on. */
export function floatAccuracy(arm: FloatArm, images: readonly ArrayLike<number>[], labels: readonly number[]): number {
  const rowsAtOnce = 200;
  let right = 0;
  for (let from = 0; from < images.length; from += rowsAtOnce) {
    const part = images.slice(from, from + rowsAtOnce);
    const flat = new Float32Array(part.length * part[0]!.length);
    part.forEach((image, row) => {
      flat.set(image, row * image.length);
    });
    const scores = arm.scores(flat, part.length);
    const classes = scores.length / part.length;
    for (let row = 0; row < part.length; row++) {
      const mine = scores.subarray(row * classes, (row + 1) * classes);
      if (mine.indexOf(Math.max(...mine)) === labels[from + row]) right++;
    }
  }
  return right / images.length;
}

import * as tf from "@tensorflow/tfjs-core";
import { windowPlaces } from "./pool.ts";
import type { Vector } from "./probe-vector.ts";

interface Shape {
  images: number;
  side: number;
  channels: number;
  filters: number;
  kernel: number;
}

/** Padded convolution with stride 1 in plain integers, [images, side, side, filters]. */
function convolution(x: Int32Array, w: Int32Array, { images, side, channels, filters, kernel }: Shape): Int32Array {
  const out = new Int32Array(images * side * side * filters);
  const reach = (kernel - 1) / 2;
  for (let pixel = 0; pixel < images * side * side; pixel++) {
    const [row, col] = [Math.floor(pixel / side) % side, pixel % side];
    for (let a = -reach; a <= reach; a++) {
      for (let b = -reach; b <= reach; b++) {
        if (row + a < 0 || row + a >= side || col + b < 0 || col + b >= side) continue;
        const from = (pixel + a * side + b) * channels;
        const weights = ((a + reach) * kernel + b + reach) * channels;
        for (let c = 0; c < channels; c++) {
          for (let f = 0; f < filters; f++) out[pixel * filters + f]! += x[from + c]! * w[(weights + c) * filters + f]!;
        }
      }
    }
  }
  return out;
}

/** Largest key of every window of z, as POOLKEY and POOLMAX define it. */
function pooledKeys(z: Int32Array, places: Float32Array, { side, filters }: Shape): Int32Array {
  const row = side * filters;
  const out: number[] = [];
  for (let upper = 0; upper < z.length; upper += 2 * row) {
    for (let x = upper; x < upper + row; x += 2 * filters) {
      for (let i = x; i < x + filters; i++) {
        out.push(Math.max(...[i, i + filters, i + row, i + row + filters].map((at) => 4 * z[at]! + places[at]!)));
      }
    }
  }
  return Int32Array.from(out);
}

/**
 * Convolutions as the executor runs them, with pooling keys and with turned kernels, at the bound, alternating and random.
 * `draw` gives integers of a range.
 */
export function convolutions(draw: (length: number, low: number, high: number) => Int32Array): Vector[] {
  const shapes: [Shape, number, number][] = [
    [{ images: 3, side: 8, channels: 8, filters: 5, kernel: 5 }, 127, 127],
    [{ images: 2, side: 12, channels: 1, filters: 8, kernel: 5 }, 31, 127],
    [{ images: 2, side: 6, channels: 16, filters: 8, kernel: 3 }, 127, 127],
  ];
  return shapes.flatMap(([shape, a, b]) => {
    const { images, side, channels, filters, kernel } = shape;
    const [size, weights] = [images * side * side * channels, kernel * kernel * channels * filters];
    const fills: [string, Int32Array, Int32Array][] = [
      ["largest", new Int32Array(size).fill(a), new Int32Array(weights).fill(-b)],
      ["alternating", Int32Array.from({ length: size }, (_, i) => (i % 2 ? -a : a)), new Int32Array(weights).fill(b)],
      ["random", draw(size, -a, a), draw(weights, -b, b)],
    ];
    return fills.flatMap(([fill, x, w]) => {
      const name = `${kernel}x${kernel}x${channels} to ${filters}, ${fill}`;
      const z = convolution(x, w, shape);
      const places = windowPlaces(images, { map: { height: side, width: side, channels }, kernel, blocks: 1 }, filters);
      const convolved = (scale: number): tf.Tensor4D => {
        const kernels = tf.tensor4d(Float32Array.from(w), [kernel, kernel, channels, filters]);
        const maps = tf.tensor4d(Float32Array.from(x), [images, side, side, channels]);
        return tf.conv2d(maps, tf.mul(kernels, scale) as tf.Tensor4D, 1, "same");
      };
      const keys = (): tf.Tensor4D =>
        tf.add(convolved(4), tf.tensor4d(places, [images, side, side, filters])) as tf.Tensor4D;
      const pooled = { name: `pooled convolution ${name}`, run: () => tf.maxPool(keys(), 2, 2, "valid") };
      return [
        { name: `convolution scaled by 2^-20 ${name}`, run: () => tf.mul(convolved(2 ** -20), 2 ** 20), wanted: z },
        { ...pooled, wanted: pooledKeys(z, places, shape) },
      ];
    });
  });
}

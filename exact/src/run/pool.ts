import type { ConvPlan } from "../program/plan.ts";

/** 2x2 windows of a product: the largest key of each (POOLKEY, POOLMAX) and, of all, the largest. */
export interface Pooled {
  max: Float32Array;
  largest: number;
}

/**
 * POOLKEY and POOLMAX of z [pixels x filters]: for each window the largest 4z + 3 - place. The place of the winner is
 * 3 - (key mod 4). Integers below 2^22 in magnitude.
 */
export function poolMax(z: Float32Array, { map }: ConvPlan, filters: number): Pooled {
  const rowLength = map.width * filters;
  const max = new Float32Array(z.length / 4);
  let largest = -Infinity;
  let to = 0;
  for (let upper = 0; upper < z.length; upper += 2 * rowLength) {
    for (let x = upper; x < upper + rowLength; x += 2 * filters) {
      for (let i = x; i < x + filters; i++, to++) {
        const a = 4 * z[i]! + 3;
        const b = 4 * z[i + filters]! + 2;
        const c = 4 * z[i + rowLength]! + 1;
        const d = 4 * z[i + rowLength + filters]!;
        const top = a > b ? a : b;
        const bottom = c > d ? c : d;
        const key = top > bottom ? top : bottom;
        max[to] = key;
        if (key > largest) largest = key;
      }
    }
  }
  return { max, largest };
}

/** Where UNPOOL writes: strides of one image, one row, one pixel in the array that receives the gradients. */
export interface Strides {
  image: number;
  row: number;
  pixel: number;
}

/** UNPOOL: every gradient, times `factor`, at the place of its window's winner; 0 elsewhere. */
export function unpool(
  gradient: Float32Array,
  max: Float32Array,
  { map }: ConvPlan,
  filters: number,
  strides: Strides,
  factor: number,
): Float32Array {
  const out = new Float32Array(gradient.length * 4);
  const { image, row, pixel } = strides;
  const images = gradient.length / (filters * (map.height / 2) * (map.width / 2));
  let from = 0;
  for (let n = 0; n < images; n++) {
    for (let y = 0; y < map.height; y += 2) {
      for (let x = 0; x < map.width; x += 2) {
        const corner = n * image + y * row + x * pixel;
        for (let f = 0; f < filters; f++, from++) {
          const g = gradient[from]!;
          if (g === 0) continue;
          const place = 3 - (max[from]! & 3);
          out[corner + (place >> 1) * row + (place & 1) * pixel + f] = g * factor;
        }
      }
    }
  }
  return out;
}

/** [batch, height, width, channels] to [channels, height + 2 reach, width + 2 reach, batch], padded with 0. */
export function turnInside(x: Float32Array, { map, kernel }: ConvPlan): Float32Array {
  const { height, width, channels } = map;
  const reach = (kernel - 1) / 2;
  const batch = x.length / (height * width * channels);
  const [high, wide] = [height + 2 * reach, width + 2 * reach];
  const out = new Float32Array(channels * high * wide * batch);
  let from = 0;
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < height; y++) {
      let to = ((y + reach) * wide + reach) * batch + n;
      for (let col = 0; col < width; col++, to += batch) {
        for (let k = 0, at = to; k < channels; k++, at += high * wide * batch, from++) out[at] = x[from]!;
      }
    }
  }
  return out;
}

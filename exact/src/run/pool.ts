import type { ConvPlan } from "../program/plan.ts";

/** A feature map's gradient as pooling leaves it: one value per window, and the key that tells where its winner is. */
export interface Windows {
  /** [windows x filters] */
  gradient: Float32Array;
  /** POOLMAX of the forward pass: the winner's place is 3 - (key mod 4), in reading order. */
  keys: Float32Array;
  filters: number;
}

/** What POOLKEY adds to four times an element, for `batch` maps of `filters` channels: 3, 2, 1, 0 in every window. */
export function windowPlaces(batch: number, { map }: ConvPlan, filters: number): Float32Array {
  const out = new Float32Array(batch * map.height * map.width * filters);
  for (let i = 0; i < out.length; i++) {
    const pixel = Math.floor(i / filters);
    const y = Math.floor(pixel / map.width) % map.height;
    out[i] = 3 - 2 * (y % 2) - ((pixel % map.width) % 2);
  }
  return out;
}

/** Calls `visit` for every gradient that is not 0, with the pixel that it belongs to. */
function eachWinner(
  { gradient, keys, filters }: Windows,
  { map }: ConvPlan,
  visit: (image: number, y: number, x: number, filter: number, g: number) => void,
): void {
  const images = gradient.length / (filters * (map.height / 2) * (map.width / 2));
  let from = 0;
  for (let image = 0; image < images; image++) {
    for (let y = 0; y < map.height; y += 2) {
      for (let x = 0; x < map.width; x += 2) {
        for (let f = 0; f < filters; f++, from++) {
          const g = gradient[from]!;
          if (g === 0) continue;
          const place = 3 - (keys[from]! & 3);
          visit(image, y + (place >> 1), x + (place & 1), f, g);
        }
      }
    }
  }
}

/** UNPOOL into `out` [pixels x filters]: every gradient, times `factor`, at its winner's place; 0 elsewhere. */
export function unpool(out: Float32Array, windows: Windows, conv: ConvPlan, factor: number): void {
  const { height, width } = conv.map;
  const { filters } = windows;
  out.fill(0);
  eachWinner(windows, conv, (image, y, x, f, g) => {
    out[((image * height + y) * width + x) * filters + f] = g * factor;
  });
}

/**
 * The weight gradient of a convolution, [filters x (kernel * kernel * channels)], from its input [pixels x channels].
 * At most one pixel of a window has a gradient and most of these are rounded to 0, so that a loop over the rest does a
 * few per cent of the multiply-adds of the contraction over all pixels that it equals.
 */
export function kernelGradient(input: Float32Array, windows: Windows, conv: ConvPlan): Float64Array {
  const { map, kernel } = conv;
  const { height, width, channels } = map;
  const reach = (kernel - 1) / 2;
  const inputs = kernel * kernel * channels;
  const sums = new Float64Array(windows.filters * inputs);
  eachWinner(windows, conv, (image, y, x, f, g) => {
    const left = Math.max(0, reach - x);
    const length = (Math.min(kernel, width + reach - x) - left) * channels;
    const bottom = Math.min(kernel, height + reach - y);
    for (let ky = Math.max(0, reach - y); ky < bottom; ky++) {
      let from = ((image * height + y + ky - reach) * width + x + left - reach) * channels;
      let to = f * inputs + (ky * kernel + left) * channels;
      for (const end = to + length; to < end; to++, from++) sums[to]! += g * input[from]!;
    }
  });
  return sums;
}

import type { Move } from "../program/gather.ts";
import type { Image } from "../program/schema.ts";

/** Writes an image, moved, into `out` from `at` on: pixel (y, x) is pixel (y + dy, x + dx) of `pixels`, outside 0. */
export function copyMoved(
  out: Float32Array,
  at: number,
  pixels: ArrayLike<number>,
  { height, width, channels }: Image,
  { dx, dy }: Move,
): void {
  const row = width * channels;
  const [left, right] = [Math.max(0, -dx) * channels, Math.min(width, width - dx) * channels];
  for (let y = 0, to = at; y < height; y++, to += row) {
    out.fill(0, to, to + row);
    const source = (y + dy) * row + dx * channels;
    if (y + dy < 0 || y + dy >= height) continue;
    for (let i = left; i < right; i++) out[to + i] = pixels[source + i]!;
  }
}

import type { RecordBuilder } from "./builder.ts";
import { OP } from "./opcodes.ts";
import type { ConvPlan, LayerPlan } from "./plan.ts";
import type { Operand } from "./records.ts";

/** Keys that name each window's one winner, and their maxima. */
export interface Pooled {
  key: Operand;
  max: Operand;
  geometry: readonly [number, number];
}

/** [batch x width] or [pixels x channels] to one row of kernel * kernel * channels values per pixel. */
export function patches(b: RecordBuilder, x: Operand, { map, kernel }: ConvPlan, name: string): Operand {
  const pixels = b.reshape(x, (x.rows * x.cols) / map.channels, map.channels, `${name} pixels`);
  return im2col(b, pixels, { map, kernel }, `${name} patches`);
}

function im2col(b: RecordBuilder, x: Operand, { map, kernel }: Pick<ConvPlan, "map" | "kernel">, note: string) {
  const shape = { dtype: x.dtype, rows: x.rows, cols: kernel * kernel * x.cols };
  return b.push(OP.IM2COL, shape, [x], [map.height, map.width, kernel], note);
}

/** 2x2 max-pooling of a product [pixels x filters], first of equals wins. */
export function pool(b: RecordBuilder, z: Operand, { map }: ConvPlan, name: string): Pooled {
  const geometry = [map.height, map.width] as const;
  const key = b.push(OP.POOLKEY, z, [z], geometry, `${name} pooling keys`);
  const max = b.push(OP.POOLMAX, { ...z, rows: z.rows / 4 }, [key, key], geometry, `${name} pooled`);
  return { key, max, geometry };
}

/** Sends every gradient [windows x filters] to its window's winner: [pixels x filters], zero elsewhere. */
export function unpool(b: RecordBuilder, gradient: Operand, { key, max, geometry }: Pooled, name: string): Operand {
  const g = b.reshape(gradient, max.rows, max.cols, `${name} pooled gradient`);
  const shape = { dtype: g.dtype, rows: key.rows, cols: key.cols };
  return b.push(OP.UNPOOL, shape, [g, key, max], geometry, `${name} unpooled gradient`);
}

/** Gradient of the kernel: a contraction over all pixels, in `blocks` parts that are then added up. */
export function weightGradient(
  b: RecordBuilder,
  operand: Operand,
  gradient: Operand,
  { inputs, units, conv }: LayerPlan,
  name: string,
): Operand {
  const note = `${name} weight gradient`;
  const blocks = conv!.blocks;
  const parts = b.matmul(operand, gradient, { ta: true, blocks }, note);
  if (blocks === 1) return parts;
  const aligned = b.push(OP.UNSTACK, { ...parts, rows: inputs * units, cols: blocks }, [parts], [], note);
  return b.reshape(b.rows(aligned, OP.ROWSUM16, "int32", note), inputs, units, note);
}

/** Gradient at the pixels that entered: a convolution with the kernel turned round and its channels exchanged. */
export function inputGradient(
  b: RecordBuilder,
  gradient: Operand,
  weights: Operand,
  { map, kernel }: ConvPlan,
  name: string,
): Operand {
  const shape = { dtype: weights.dtype, rows: kernel * kernel * weights.cols, cols: map.channels };
  const flipped = b.push(OP.KFLIP, shape, [weights], [kernel], `${name} turned kernel`);
  const spread = im2col(b, gradient, { map, kernel }, `${name} gradient patches`);
  return b.matmul(spread, flipped, {}, `${name} input gradient`);
}

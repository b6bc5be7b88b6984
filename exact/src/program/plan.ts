import { ExactError } from "../errors.ts";
import type { TensorSpec } from "../types.ts";
import { widestGradient } from "./builder.ts";
import { LOGIT_BITS } from "./lut.ts";
import { LIMIT } from "./opcodes.ts";
import type { Image, Layer, Program } from "./schema.ts";

/** Bits of a master weight without its sign. */
export const MASTER_BITS = 22;
/** Fractional bits of a velocity: it counts in quarters of a master unit. */
export const VELOCITY_BITS = 2;
export const LOGIT_LIMIT = 32767;
const TILE = 16;

/** Geometry of a convolution: `map` is what enters it. */
export interface ConvPlan {
  map: Image;
  kernel: number;
  /** In how many parts the rows of the weight gradient's contraction are summed, so that each part is short enough. */
  blocks: number;
}

/** What the fast executor needs to know of one layer; the same numbers stand in the records. */
export interface LayerPlan {
  /** Weights are [inputs x units]: for a convolution, [kernel * kernel * channels x filters]. */
  inputs: number;
  units: number;
  /** Elements of one row of the batch that enter this layer. */
  width: number;
  conv?: ConvPlan;
  /** |master| never exceeds this, so that the quantised weight needs no clip. */
  masterLimit: number;
  weightLimit: number;
  weightShift: number;
  /** Largest activation behind this layer's ReLU; 0 for the last layer. */
  activationLimit: number;
  gradientLimit: number;
  /** A-priori bound of the layer's weight gradient. */
  updateBound: number;
  /** Update shift = updateShift - (activation shifts before) - (gradient shifts behind). */
  updateShift: number;
}

export interface StepPlan {
  layers: LayerPlan[];
  inputLimit: number;
  /** Logit shift = logitShift - (all activation shifts). */
  logitShift: number;
  probability: number;
  /** Largest magnitude of an update record. */
  updateLimit: number;
  momentum?: Momentum;
}

/** Heavy ball: velocity' = RHU((2^shift - 1) * velocity + update, shift), within +-limit. */
export interface Momentum {
  shift: number;
  factor: number;
  limit: number;
}

/** Units of a dense layer, filters of a convolution. */
export function outputs(layer: Layer): number {
  return layer.type === "dense" ? layer.units : layer.filters;
}

export function classCount(program: Program): number {
  return outputs(program.layers.at(-1)!);
}

/** Largest images-per-part, a power of two, for which a part is whole tiles and not too long. */
function gradientBlocks(batch: number, map: Image, index: number): number {
  for (let images = batch; images >= 1; images /= 2) {
    const rows = images * map.height * map.width;
    if (rows <= LIMIT.contraction && (images === batch || rows % TILE === 0)) return batch / images;
  }
  throw new ExactError("EX-004", {
    path: `layers[${index}]`,
    found: `a ${map.height}x${map.width} map`,
    wanted: `at most ${LIMIT.contraction} pixels in whole tiles of ${TILE} for some number of images`,
    hint: "Use smaller images or a smaller batch.",
  });
}

interface Geometry {
  inputs: number;
  width: number;
  conv?: ConvPlan;
  /** Length of the sums of the weight gradient, zeros left out. */
  terms: number;
  /** Length of the sums of the input gradient. */
  fan: number;
}

function geometry(program: Program): Geometry[] {
  const { batchSize } = program;
  let map: Image | undefined = program.input.image;
  let width = program.input.features;
  return program.layers.map((layer, index): Geometry => {
    const before = width;
    if (layer.type === "dense" || !map) {
      width = outputs(layer);
      return { inputs: before, width: before, terms: batchSize, fan: width };
    }
    const { kernelSize: kernel, filters } = layer;
    const conv = { map, kernel, blocks: gradientBlocks(batchSize, map, index) };
    const windows = (map.height / 2) * (map.width / 2);
    const inputs = kernel * kernel * map.channels;
    map = { height: map.height / 2, width: map.width / 2, channels: filters };
    width = windows * filters;
    // Max-pooling sends each gradient to one of four places: only every fourth term of a column is not zero.
    return { inputs, width: before, conv, terms: batchSize * windows, fan: kernel * kernel * filters };
  });
}

function gradientLimit(layer: Layer, factors: readonly number[]): number {
  if (layer.type === "dense") {
    return layer.gradientBits === undefined ? widestGradient(factors) : 2 ** layer.gradientBits - 1;
  }
  const widest = Math.floor((LIMIT.exact - 1) / Math.max(...factors));
  return Math.max(1, Math.min(widest, LIMIT.operand - 1));
}

function momentumOf(shift: number): Momentum {
  // (2^shift - 1) * limit + updateLimit < 2^24.
  return { shift, factor: 2 ** shift - 1, limit: 2 ** (23 - shift) - 1 };
}

/** Derives every constant of a step from the program; `halvings` = how often the rate has halved. */
export function planStep(program: Program, halvings: number): StepPlan {
  const { layers, batchSize, input, optimizer } = program;
  const inputLimit = 2 ** input.bits - 1;
  const plans: LayerPlan[] = [];
  let exponent = input.bits;
  geometry(program).forEach(({ inputs, width, conv, terms, fan }, l) => {
    const layer = layers[l]!;
    const operand = l === 0 ? inputLimit : plans[l - 1]!.activationLimit;
    const weightLimit = 2 ** layer.weightBits - 1;
    const limit = gradientLimit(layer, [terms * operand, l === 0 ? 0 : fan * weightLimit]);
    plans.push({
      inputs,
      units: outputs(layer),
      width,
      ...(conv ? { conv } : {}),
      masterLimit: 2 ** MASTER_BITS - 2 ** (MASTER_BITS - 1 - layer.weightBits) - 1,
      weightLimit,
      weightShift: MASTER_BITS - layer.weightBits,
      activationLimit: l === layers.length - 1 ? 0 : 2 ** layer.activationBits - 1,
      gradientLimit: limit,
      updateBound: terms * operand * limit,
      updateShift: exponent,
    });
    // A pooling key is four times the product (POOLKEY).
    exponent += layer.weightExponent + (conv ? 2 : 0);
  });
  const probability = plans.at(-1)!.gradientLimit;
  const { momentumShift } = optimizer;
  const momentum = momentumShift === undefined ? undefined : momentumOf(momentumShift);
  // With momentum, an update counts in units of a velocity over 2^shift, so that one rounding serves both.
  const unit = MASTER_BITS + (momentum ? VELOCITY_BITS + momentum.shift : 0);
  let behind = Math.log2(probability + 1);
  for (let l = layers.length - 1; l >= 0; l--) {
    const { weightBits, weightExponent } = layers[l]!;
    const rate = optimizer.rateExponent - halvings;
    plans[l]!.updateShift += behind + Math.log2(batchSize) - rate - unit + weightBits - weightExponent;
    behind += weightExponent;
  }
  return {
    layers: plans,
    inputLimit,
    logitShift: exponent - LOGIT_BITS,
    probability,
    updateLimit: momentum ? 2 ** 23 - 1 : 2 ** 23,
    ...(momentum ? { momentum } : {}),
  };
}

/**
 * The state tensors of a program: one master matrix per layer; then, with momentum, one velocity per layer; for
 * inference, the list of logits.
 */
export function stateSpecs(program: Program, plan: StepPlan): TensorSpec[] {
  const masters = plan.layers.map(({ inputs, units, masterLimit }, l): TensorSpec => {
    return { name: `weights${l + 1}`, rows: inputs, cols: units, dtype: "int32", range: [-masterLimit, masterLimit] };
  });
  if (program.kind === "infer") {
    const rows = program.steps * program.batchSize;
    const range = [-LOGIT_LIMIT, LOGIT_LIMIT] as const;
    const listRows = program.batchSize;
    return [...masters, { name: "logits", rows, cols: classCount(program), dtype: "int16", range, listRows }];
  }
  const { momentum } = plan;
  if (!momentum) return masters;
  const velocities = masters.map((master, l): TensorSpec => {
    return { ...master, name: `velocity${l + 1}`, range: [-momentum.limit, momentum.limit] };
  });
  return [...masters, ...velocities];
}

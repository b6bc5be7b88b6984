import * as tf from "@tensorflow/tfjs-core";
import { type Dataset, rowRange, rowsOf } from "../data/rows.ts";
import { ExactError } from "../errors.ts";
import type { CompiledProgram } from "../program/compile.ts";
import type { ConvPlan, LayerPlan } from "../program/plan.ts";
import type { IntTensor } from "../types.ts";
import type { Backend } from "./backend.ts";
import { Convolution } from "./convolution.ts";
import { clipFeatures } from "./executor.ts";
import { type DeviceLayer, forwardPass } from "./forward.ts";
import { argmax, largest, requantiseRelu } from "./host.ts";
import { windowPlaces } from "./pool.ts";
import { exponentNorm } from "./reference.ts";

const ROWS_AT_ONCE = 64;

export interface Evaluation {
  accuracy: number;
  /** Rows whose largest score (lowest class on ties) is not their label. */
  wrong: number[];
}

/** Quantised weights of each layer, as integers, from the masters of a state. */
export function quantisedWeights(compiled: CompiledProgram, state: readonly IntTensor[]): Float32Array[] {
  return compiled.plans[0]!.layers.map(({ masterLimit, weightShift }, l) =>
    Float32Array.from(state[l]!.data, (v) => {
      const bounded = Math.max(-masterLimit, Math.min(masterLimit, v));
      return (bounded + 2 ** (weightShift - 1)) >> weightShift;
    }),
  );
}

function plainProduct(x: Float32Array, w: Float32Array, rows: number, inner: number, cols: number): Float32Array {
  const out = new Float32Array(rows * cols);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < inner; k++) {
      const value = x[r * inner + k]!;
      if (value === 0) continue;
      for (let c = 0; c < cols; c++) out[r * cols + c]! += value * w[k * cols + c]!;
    }
  }
  return out;
}

/** IM2COL of [pixels x channels]: one row of kernel * kernel * channels values per pixel. */
function patches(x: Float32Array, { map, kernel }: ConvPlan): Float32Array {
  const { height, width, channels } = map;
  const reach = (kernel - 1) / 2;
  const out = new Float32Array(x.length * kernel * kernel);
  for (let pixel = 0, to = 0; pixel < x.length / channels; pixel++) {
    const [row, col] = [Math.floor(pixel / width) % height, pixel % width];
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++, to += channels) {
        if (row + dy < 0 || row + dy >= height || col + dx < 0 || col + dx >= width) continue;
        const from = (pixel + dy * width + dx) * channels;
        out.set(x.subarray(from, from + channels), to);
      }
    }
  }
  return out;
}

/** Product of one layer, [batch x units] or, of a convolution, the keys of its windows. */
function plainLayer(layer: LayerPlan, x: Float32Array, w: Float32Array): Float32Array {
  const { conv, inputs, units } = layer;
  if (!conv) return plainProduct(x, w, x.length / inputs, inputs, units);
  const pixels = x.length / conv.map.channels;
  const z = plainProduct(patches(x, conv), w, pixels, inputs, units);
  return pool(z, windowPlaces(pixels / (conv.map.height * conv.map.width), conv, units), conv.map.width * units, units);
}

/** POOLKEY and POOLMAX of [pixels x filters], row by row of windows. */
function pool(z: Float32Array, places: Float32Array, rowLength: number, filters: number): Float32Array {
  const out = new Float32Array(z.length / 4);
  let to = 0;
  for (let upper = 0; upper < z.length; upper += 2 * rowLength) {
    for (let x = upper; x < upper + rowLength; x += 2 * filters) {
      for (let i = x; i < x + filters; i++) {
        const four = [i, i + filters, i + rowLength, i + rowLength + filters];
        out[to++] = Math.max(...four.map((at) => 4 * z[at]! + places[at]!));
      }
    }
  }
  return out;
}

type Scorer = (features: Float32Array) => Float32Array | Promise<Float32Array>;

function plainScorer(compiled: CompiledProgram, weights: Float32Array[]): Scorer {
  const { layers } = compiled.plans[0]!;
  return (features) => {
    let at = features;
    layers.forEach((layer, l) => {
      at = plainLayer(layer, at, weights[l]!);
      if (l === layers.length - 1) return;
      const shift = exponentNorm(largest(at), layer.activationLimit);
      at = requantiseRelu(at, shift);
    });
    return at;
  };
}

/** Quantised weights on the device. Whoever asks for them disposes them with `disposeLayers`. */
export function deviceLayers(compiled: CompiledProgram, weights: readonly Float32Array[]): DeviceLayer[] {
  return compiled.plans[0]!.layers.map((plan, l) => ({
    weights: tf.tensor2d(weights[l]!, [plan.inputs, plan.units]),
    convolution: plan.conv && new Convolution(plan),
  }));
}

export function disposeLayers(layers: readonly DeviceLayer[]): void {
  for (const { weights, convolution } of layers) {
    weights.dispose();
    convolution?.dispose();
  }
}

function deviceScorer(compiled: CompiledProgram, weights: readonly DeviceLayer[]): Scorer {
  const plan = compiled.plans[0]!;
  return async (features) => {
    const pass = await forwardPass(plan, weights, features);
    tf.dispose(pass.device);
    return pass.scores;
  };
}

/**
 * Integer forward pass over a data set of the program's width (any number of rows): share of rows whose largest
 * score is their label, and the rows that are wrong. `backend` may be a loaded back end or 'plain' (no tfjs); the
 * answer is the same. Activations are scaled per 64 rows, as in training. Throws EX-010 if the columns do not fit.
 */
export async function evaluate(
  compiled: CompiledProgram,
  backend: Backend | "plain",
  state: readonly IntTensor[],
  dataset: Dataset,
): Promise<Evaluation> {
  const { features } = compiled.program.input;
  const cols = compiled.consts[0]!.cols;
  if (dataset.cols !== cols) {
    throw new ExactError("EX-010", {
      path: "dataset",
      found: `${dataset.cols} columns`,
      wanted: `${cols} columns`,
      hint: "Features then one-hot labels.",
    });
  }
  const weights = quantisedWeights(compiled, state);
  const device = backend === "plain" ? [] : deviceLayers(compiled, weights);
  const score = backend === "plain" ? plainScorer(compiled, weights) : deviceScorer(compiled, device);
  const source = rowsOf(dataset);
  const wrong: number[] = [];
  for (let from = 0; from < dataset.rows; from += ROWS_AT_ONCE) {
    const rows = Math.min(ROWS_AT_ONCE, dataset.rows - from);
    const batch = new Float32Array(rows * features);
    const data = await source.read(rowRange(from, from + rows));
    for (let r = 0; r < rows; r++) batch.set(data.subarray(r * cols, r * cols + features), r * features);
    clipFeatures(batch, data, compiled.plans[0]!.inputLimit);
    const scores = await score(batch);
    for (let r = 0; r < rows; r++) {
      const found = argmax(scores, r * (cols - features), cols - features);
      if (data[r * cols + features + found]! < 1) wrong.push(from + r);
    }
  }
  disposeLayers(device);
  return { accuracy: 1 - wrong.length / dataset.rows, wrong };
}

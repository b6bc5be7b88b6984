import { MASTER_BITS } from "../program/plan.ts";
import { type Program, parseProgram } from "../program/schema.ts";
import { refuse } from "./keras.ts";
import { type Found, readModel } from "./read-layers.ts";

/** What a model.json does not say: the data set and how to train. Widths left out get safe defaults. */
export interface ConversionOptions {
  rows: number;
  batchSize: number;
  steps: number;
  rateExponent: number;
  kind?: "train" | "infer";
  name?: string;
  inputBits?: number;
  weightBits?: number;
  activationBits?: number;
  halveAtPercent?: number[];
  momentumShift?: number;
  augmentShift?: number;
  segmentLength?: number;
}

/** Widths of weights: wide where contractions are short, narrow where they are long and behind a convolution. */
const WEIGHT_BITS = { dense: 9, conv2d: 7 } as const;

/**
 * Exponent at which the initial weights, 0.7 * sqrt(6 / inputs) at most, fill between a quarter and a half of the
 * quantised range.
 */
function weightExponent(inputs: number, weightBits: number): number {
  const squared = (294 * 4 ** 12) / (100 * inputs);
  let exponent = 0;
  // largest^2 * 4^(e+1) <= (2^(bits-1))^2, all in units of 4^-12.
  while (exponent < MASTER_BITS && squared * 4 ** (exponent + 1) <= 4 ** (weightBits - 1 + 12)) exponent++;
  return exponent;
}

/** Widest weights up to `most` bits at which a product over `inputs` operands of `operandBits` stays below 2^24. */
function bitsFor(inputs: number, operandBits: number, most: number): number {
  let bits = most;
  while (bits > 2 && inputs * (2 ** operandBits - 1) * (2 ** bits - 1) >= 2 ** 24) bits--;
  return bits;
}

function convert(found: Found, l: number, options: ConversionOptions): Record<string, unknown> {
  const { inputBits = 5, activationBits = 7 } = options;
  const { type, inputs } = found;
  const most = options.weightBits ?? WEIGHT_BITS[type];
  const weightBits = options.weightBits ?? bitsFor(inputs, l === 0 ? inputBits : activationBits, most);
  const common = {
    type,
    activation: found.activation,
    weightBits,
    weightExponent: weightExponent(inputs, weightBits),
    activationBits,
  };
  if (found.type === "dense") return { ...common, units: found.units };
  return { ...common, filters: found.filters, kernelSize: found.kernelSize, pool: 2 };
}

/**
 * Turns a tfjs / Keras `model.json` into a program: Sequential; Conv2D without bias, "same" and stride 1, each followed by
 * MaxPooling2D 2x2; Flatten; Dense without bias; ReLU, and softmax at the end.
 * Throws ExactError EX-040 naming the first layer that has no integer recipe, or EX-001 if the options do not fit.
 */
export function fromLayersModel(modelJson: unknown, options: ConversionOptions): Program {
  const { layers, image, features } = readModel(modelJson);
  if (features === undefined) throw refuse("layers", "no layer with an input shape", "a network");
  const { momentumShift } = options;
  return parseProgram({
    format: "assay-program",
    version: 1,
    kind: options.kind ?? "train",
    name: options.name ?? "",
    input: {
      features,
      bits: options.inputBits ?? 5,
      rows: options.rows,
      ...(image ? { image, augmentShift: options.augmentShift ?? 0 } : {}),
    },
    layers: layers.map((layer, l) => convert(layer, l, options)),
    loss: "softmax-cross-entropy",
    optimizer: {
      type: "sgd",
      rateExponent: options.rateExponent,
      halveAtPercent: options.halveAtPercent ?? [],
      ...(momentumShift === undefined ? {} : { momentumShift }),
    },
    batchSize: options.batchSize,
    steps: options.steps,
    ...(options.segmentLength === undefined ? {} : { segmentLength: options.segmentLength }),
  });
}

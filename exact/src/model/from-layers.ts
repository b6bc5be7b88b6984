import { ExactError } from "../errors.ts";
import { type Program, parseProgram } from "../program/schema.ts";
import { MASTER_BITS } from "../program/step.ts";

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
  segmentLength?: number;
}

interface Dense {
  features?: number;
  units: number;
  activation: string;
}

function refuse(path: string, found: unknown, wanted: string): ExactError {
  return new ExactError("EX-040", {
    path,
    found: found ?? null,
    wanted,
    hint: "Only Sequential models of bias-free Dense layers with ReLU, and softmax at the end, can be converted.",
  });
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** Layer list of a Sequential in any of the shapes Keras and tfjs have written. */
function layerList(json: unknown): unknown[] {
  const topology = field(json, "modelTopology") ?? json;
  const model = field(topology, "model_config") ?? topology;
  const className = field(model, "class_name");
  if (className !== "Sequential") throw refuse("modelTopology.class_name", className, '"Sequential"');
  const config = field(model, "config");
  const layers = Array.isArray(config) ? config : field(config, "layers");
  if (!Array.isArray(layers)) throw refuse("modelTopology.config.layers", layers, "a list of layers");
  return layers;
}

function inputWidth(config: unknown): number | undefined {
  const shape = field(config, "batch_input_shape") ?? field(config, "batch_shape");
  return Array.isArray(shape) && shape.length === 2 && typeof shape[1] === "number" ? shape[1] : undefined;
}

function readDense(config: unknown, path: string): Dense {
  const units = field(config, "units");
  const activation = field(config, "activation") ?? "linear";
  if (typeof units !== "number") throw refuse(`${path}.units`, units, "a number");
  if (typeof activation !== "string") throw refuse(`${path}.activation`, activation, "a name");
  if (field(config, "use_bias") !== false) throw refuse(`${path}.use_bias`, field(config, "use_bias") ?? true, "false");
  return { features: inputWidth(config), units, activation };
}

/** Folds Activation and InputLayer entries into the Dense layers around them. */
function readLayers(json: unknown): Dense[] {
  const dense: Dense[] = [];
  let features: number | undefined;
  layerList(json).forEach((layer, index) => {
    const path = `layers[${index}]`;
    const [kind, config] = [field(layer, "class_name"), field(layer, "config")];
    const last = dense.at(-1);
    if (kind === "InputLayer") features = inputWidth(config);
    else if (kind === "Dense") dense.push(readDense(config, `${path}.config`));
    else if (last?.activation === "linear" && (kind === "ReLU" || kind === "Softmax"))
      last.activation = String(kind).toLowerCase();
    else if (last?.activation === "linear" && kind === "Activation")
      last.activation = String(field(config, "activation"));
    else throw refuse(`${path}.class_name`, kind, '"Dense", or an activation behind a linear Dense');
  });
  if (dense[0]) dense[0].features ??= features;
  return dense;
}

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

/**
 * Turns a tfjs / Keras `model.json` (Sequential; Dense without bias, ReLU, softmax at the end) into a program.
 * Throws ExactError EX-040 naming the first layer that has no integer recipe, or EX-001 if the options do not fit.
 */
export function fromLayersModel(modelJson: unknown, options: ConversionOptions): Program {
  const dense = readLayers(modelJson);
  const features = dense[0]?.features;
  if (features === undefined) throw refuse("layers[0].config.batch_input_shape", features, "[null, features]");
  const weightBits = options.weightBits ?? 9;
  return parseProgram({
    format: "assay-program",
    version: 1,
    kind: options.kind ?? "train",
    name: options.name ?? "",
    input: { features, bits: options.inputBits ?? 5, rows: options.rows },
    layers: dense.map((layer, l) => ({
      type: "dense",
      units: layer.units,
      activation: layer.activation,
      weightBits,
      weightExponent: weightExponent(l === 0 ? features : dense[l - 1]!.units, weightBits),
      activationBits: options.activationBits ?? 7,
    })),
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", rateExponent: options.rateExponent, halveAtPercent: options.halveAtPercent ?? [] },
    batchSize: options.batchSize,
    steps: options.steps,
    ...(options.segmentLength === undefined ? {} : { segmentLength: options.segmentLength }),
  });
}

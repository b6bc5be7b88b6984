import { ExactError } from "../errors.ts";
import type { CompiledProgram } from "../program/compile.ts";
import type { Layer } from "../program/schema.ts";
import { quantisedWeights } from "../run/evaluate.ts";
import type { IntTensor } from "../types.ts";

/** A Keras-style model: `modelJson` is the content of model.json, `weights` of the file it names. */
export interface LayersModelFiles {
  modelJson: LayersModelJson;
  weights: Uint8Array;
  weightsFile: string;
}

export interface LayersModelJson {
  format: "layers-model";
  generatedBy: string;
  convertedBy: null;
  modelTopology: {
    class_name: "Sequential";
    config: { name: string; layers: KerasLayer[] };
    keras_version: string;
    backend: string;
  };
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: "float32" }[] }[];
}

export interface KerasLayer {
  class_name: string;
  config: Record<string, unknown>;
}

const WEIGHTS_FILE = "weights.bin";

const nameOf = ({ type }: Layer, l: number): string => `${type}_${l + 1}`;

/** A layer as Keras has it; a convolution brings its pooling along, a dense layer behind one needs its input flattened. */
function kerasLayers(layer: Layer, l: number, behindConv: boolean): KerasLayer[] {
  const common = { name: nameOf(layer, l), activation: layer.activation, use_bias: false, trainable: true };
  if (layer.type === "dense") {
    const dense = { class_name: "Dense", config: { ...common, units: layer.units } };
    return behindConv ? [{ class_name: "Flatten", config: { name: `flatten_${l + 1}` } }, dense] : [dense];
  }
  const { filters, kernelSize } = layer;
  const conv = { ...common, filters, kernel_size: [kernelSize, kernelSize], strides: [1, 1], padding: "same" };
  const pool = { name: `pool_${l + 1}`, pool_size: [2, 2], strides: [2, 2], padding: "valid" };
  return [
    { class_name: "Conv2D", config: conv },
    { class_name: "MaxPooling2D", config: pool },
  ];
}

/**
 * The trained network as a tfjs LayersModel that `tf.loadLayersModel` opens. Weights are the quantised integers times
 * 2^-weightExponent, so the model computes in floats what the program computes in integers, without its rounding of
 * activations; inputs are features in units of 2^-bits (pixel value v of the data set enters as v / 2^bits).
 * Throws EX-040 for a state that is not one of the program's.
 */
export function toLayersModel(compiled: CompiledProgram, state: readonly IntTensor[]): LayersModelFiles {
  const { layers, input, name } = compiled.program;
  const plan = compiled.plans[0]!;
  plan.layers.forEach((layer, l) => {
    if (state[l]?.data.length === layer.inputs * layer.units) return;
    throw new ExactError("EX-040", {
      path: `state[${l}]`,
      found: state[l]?.data.length ?? "nothing",
      wanted: `${layer.inputs * layer.units} elements`,
      hint: "Pass the state of a run of this program.",
    });
  });
  const integers = quantisedWeights(compiled, state);
  const values = layers.map((layer, l) => integers[l]!.map((w) => w * 2 ** -layer.weightExponent));
  const topology = layers.flatMap((layer, l) => kerasLayers(layer, l, layers[l - 1]?.type === "conv2d"));
  const first = topology[0]!.config;
  const { height, width, channels } = input.image ?? { height: 0, width: 0, channels: 0 };
  const images = layers[0]!.type === "conv2d";
  first.batch_input_shape = images ? [null, height, width, channels] : [null, input.features];
  first.dtype = "float32";
  const weights = new Uint8Array(values.reduce((sum, value) => sum + value.byteLength, 0));
  let at = 0;
  for (const value of values) {
    weights.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), at);
    at += value.byteLength;
  }
  return {
    weights,
    weightsFile: WEIGHTS_FILE,
    modelJson: {
      format: "layers-model",
      generatedBy: "assay exact",
      convertedBy: null,
      modelTopology: {
        class_name: "Sequential",
        config: { name: name || "sequential", layers: topology },
        keras_version: "tfjs-layers 4.22.0",
        backend: "tensor_flow.js",
      },
      weightsManifest: [
        {
          paths: [WEIGHTS_FILE],
          weights: plan.layers.map(({ inputs, units, conv }, l) => ({
            name: `${nameOf(layers[l]!, l)}/kernel`,
            shape: conv ? [conv.kernel, conv.kernel, conv.map.channels, units] : [inputs, units],
            dtype: "float32",
          })),
        },
      ],
    },
  };
}

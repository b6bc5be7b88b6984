import { ExactError } from "../errors.ts";

/** The EX-040 that a model gets at `path`. */
export function refuse(path: string, found: unknown, wanted: string): ExactError {
  return new ExactError("EX-040", {
    path,
    found: found ?? null,
    wanted,
    hint: "Only Sequential models of bias-free Conv2D with 2x2 max-pooling, Flatten and Dense, with ReLU, and softmax at the end, can be converted.",
  });
}

/** A field of something that may not be an object. */
export function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** Layer list of a Sequential in any of the shapes Keras and tfjs have written. Throws ExactError EX-040. */
export function layerList(json: unknown): unknown[] {
  const topology = field(json, "modelTopology") ?? json;
  const model = field(topology, "model_config") ?? topology;
  const className = field(model, "class_name");
  if (className !== "Sequential") throw refuse("modelTopology.class_name", className, '"Sequential"');
  const config = field(model, "config");
  const layers = Array.isArray(config) ? config : field(config, "layers");
  if (!Array.isArray(layers)) throw refuse("modelTopology.config.layers", layers, "a list of layers");
  return layers;
}

/** Sizes behind the batch in a layer's declared input shape. */
export function inputShape(config: unknown): number[] | undefined {
  const shape = field(config, "batch_input_shape") ?? field(config, "batch_shape");
  if (!Array.isArray(shape)) return undefined;
  const sizes = shape.slice(1);
  return sizes.every((size): size is number => typeof size === "number") ? sizes : undefined;
}

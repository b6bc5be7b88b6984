import type { Image } from "../program/schema.ts";
import { field, inputShape, layerList, refuse } from "./keras.ts";

interface Weighted {
  /** Length of the sums of this layer's product. */
  inputs: number;
  activation: string;
}

/** One layer with weights. */
export type Found =
  | (Weighted & { type: "dense"; units: number })
  | (Weighted & { type: "conv2d"; filters: number; kernelSize: number });

interface Model {
  layers: Found[];
  image?: Image;
  features?: number;
}

/** What flows between layers: an image, a row of features, or an image that must be pooled before anything else. */
type Shape = { kind: "image"; image: Image; pooled: boolean } | { kind: "row"; features: number };

function number(value: unknown, path: string): number {
  if (typeof value === "number") return value;
  throw refuse(path, value, "a number");
}

/** A size that is given once or for both axes, and has to be the same for both. */
function square(value: unknown, path: string): number {
  if (typeof value === "number") return value;
  if (Array.isArray(value) && value.length === 2 && value[0] === value[1]) return number(value[0], path);
  throw refuse(path, value, "one size for both axes");
}

function only(config: unknown, key: string, wanted: unknown, path: string): void {
  const found = field(config, key);
  if (found !== wanted) throw refuse(`${path}.${key}`, found, JSON.stringify(wanted));
}

function activationOf(config: unknown, path: string): string {
  const activation = field(config, "activation") ?? "linear";
  if (typeof activation !== "string") throw refuse(`${path}.activation`, activation, "a name");
  return activation;
}

function noShape(): Error {
  return refuse("layers[0].config.batch_input_shape", undefined, "[null, features] or [null, height, width, channels]");
}

/** Reads the layers one after the other and follows the shape of what flows through them. */
class Reader {
  readonly layers: Found[] = [];
  private shape: Shape | undefined;
  private start: Shape | undefined;

  read(layer: unknown, path: string): void {
    const [kind, config] = [field(layer, "class_name"), field(layer, "config")];
    this.enter(inputShape(config));
    if (kind === "InputLayer") return;
    if (kind === "Dense") this.dense(config, `${path}.config`);
    else if (kind === "Conv2D") this.convolution(config, `${path}.config`);
    else if (kind === "MaxPooling2D") this.pool(config, `${path}.config`);
    else if (kind === "Flatten") this.flatten(path);
    else this.activate(kind, config, path);
  }

  private enter(sizes: number[] | undefined): void {
    if (!sizes || this.start) return;
    const [height, width, channels] = sizes as [number, number, number];
    if (sizes.length === 1) this.start = { kind: "row", features: sizes[0]! };
    if (sizes.length === 3) this.start = { kind: "image", image: { height, width, channels }, pooled: true };
    this.shape = this.start;
  }

  private dense(config: unknown, path: string): void {
    const units = number(field(config, "units"), `${path}.units`);
    only(config, "use_bias", false, path);
    if (!this.shape) throw noShape();
    if (this.shape.kind !== "row") throw refuse(path, "an image", "a Flatten before a Dense");
    this.layers.push({ type: "dense", units, inputs: this.shape.features, activation: activationOf(config, path) });
    this.shape = { kind: "row", features: units };
  }

  private convolution(config: unknown, path: string): void {
    const filters = number(field(config, "filters"), `${path}.filters`);
    const kernelSize = square(field(config, "kernel_size"), `${path}.kernel_size`);
    only(config, "use_bias", false, path);
    only(config, "padding", "same", path);
    const strides = square(field(config, "strides") ?? 1, `${path}.strides`);
    if (strides !== 1) throw refuse(`${path}.strides`, strides, "1");
    const image = this.pixels(path);
    const inputs = kernelSize * kernelSize * image.channels;
    this.layers.push({ type: "conv2d", filters, kernelSize, inputs, activation: activationOf(config, path) });
    this.shape = { kind: "image", image: { ...image, channels: filters }, pooled: false };
  }

  private pool(config: unknown, path: string): void {
    const size = square(field(config, "pool_size") ?? 2, `${path}.pool_size`);
    const strides = square(field(config, "strides") ?? size, `${path}.strides`);
    if (size !== 2 || strides !== 2) throw refuse(`${path}.pool_size`, size, "2x2 windows side by side");
    if (this.shape?.kind !== "image" || this.shape.pooled) throw refuse(path, "MaxPooling2D", "a Conv2D before it");
    const { height, width, channels } = this.shape.image;
    this.shape = { kind: "image", image: { height: height / 2, width: width / 2, channels }, pooled: true };
  }

  private pixels(path: string): Image {
    if (!this.shape) throw noShape();
    if (this.shape.kind !== "image") throw refuse(path, "a row", "an image");
    if (!this.shape.pooled) throw refuse(path, "no pooling", "a MaxPooling2D behind every Conv2D");
    return this.shape.image;
  }

  private flatten(path: string): void {
    if (this.shape?.kind === "row") return;
    const { height, width, channels } = this.pixels(path);
    this.shape = { kind: "row", features: height * width * channels };
  }

  /** Folds an activation of its own into the layer before it; max-pooling in between changes nothing. */
  private activate(kind: unknown, config: unknown, path: string): void {
    const last = this.layers.at(-1);
    if (last?.activation !== "linear" || (kind !== "ReLU" && kind !== "Softmax" && kind !== "Activation"))
      throw refuse(
        `${path}.class_name`,
        kind,
        "Conv2D, MaxPooling2D, Flatten, Dense, or an activation of a linear one",
      );
    last.activation = kind === "Activation" ? activationOf(config, path) : String(kind).toLowerCase();
  }

  result(): Model {
    const { start, layers } = this;
    if (start?.kind === "row") return { layers, features: start.features };
    if (!start) return { layers };
    const { height, width, channels } = start.image;
    return { layers, image: start.image, features: height * width * channels };
  }
}

/** The weighted layers of a model.json and the shape of what enters it. Throws ExactError EX-040. */
export function readModel(json: unknown): Model {
  const reader = new Reader();
  layerList(json).forEach((layer, index) => {
    reader.read(layer, `layers[${index}]`);
  });
  return reader.result();
}

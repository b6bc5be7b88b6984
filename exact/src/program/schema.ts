import { z } from "zod";
import { ExactError } from "../errors.ts";
import { LIMIT } from "./opcodes.ts";

const powerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));
const ascending = (values: readonly number[]): boolean => values.every((v, i) => i === 0 || v > values[i - 1]!);

/** Quantised weights lie in +-(2^weightBits - 1). */
const weightBits = z.int().min(2).max(11);
/** A quantised weight w stands for w * 2^-weightExponent. */
const weightExponent = z.int().min(0).max(24);
/** ReLU outputs lie in 0..2^activationBits - 1. Not used by the last layer. */
const activationBits = z.int().min(1).max(11).default(7);

const side = z.int().min(1).max(256);

const denseLayer = z
  .object({
    type: z.literal("dense"),
    units: z.int().min(1).max(65536),
    activation: z.enum(["relu", "softmax"]),
    weightBits,
    weightExponent,
    activationBits,
    /** Gradients at this layer's output lie in +-(2^gradientBits - 1). Left out: the widest that is safe. */
    gradientBits: z.int().min(2).max(11).optional(),
  })
  .strict();

/** Convolution with "same" padding and stride 1, then 2x2 max-pooling, then ReLU. Pooling first costs a quarter. */
const convLayer = z
  .object({
    type: z.literal("conv2d"),
    filters: z.int().min(1).max(256),
    kernelSize: z.union([z.literal(3), z.literal(5), z.literal(7)]),
    activation: z.literal("relu"),
    pool: z.literal(2),
    weightBits,
    weightExponent,
    activationBits,
  })
  .strict();

const programSchema = z
  .object({
    format: z.literal("assay-program"),
    version: z.literal(1),
    kind: z.enum(["train", "infer"]),
    name: z.string().max(120).default(""),
    input: z
      .object({
        features: z.int().min(1).max(65536),
        /** Features lie in 0..2^bits - 1 and stand for value * 2^-bits. */
        bits: z.int().min(1).max(7),
        /** Rows of the data set. */
        rows: z.int().min(1).max(LIMIT.side),
        /** Feature (y * width + x) * channels + k is pixel (y, x) of channel k. */
        image: z
          .object({ height: side, width: side, channels: z.int().min(1).max(64) })
          .strict()
          .optional(),
        /** In training, every row is moved by up to this many pixels along either axis, as the job's nonce draws it. */
        augmentShift: z.int().min(0).max(3).default(0),
      })
      .strict(),
    layers: z
      .array(z.discriminatedUnion("type", [convLayer, denseLayer]))
      .min(1)
      .max(8),
    loss: z.literal("softmax-cross-entropy"),
    optimizer: z
      .object({
        type: z.literal("sgd"),
        /** Heavy ball with factor 1 - 2^-momentumShift; left out: none. */
        momentumShift: z.int().min(1).max(6).optional(),
        /** Learning rate on the mean gradient is 2^rateExponent. */
        rateExponent: z.int().min(-20).max(2),
        /** Per cent of the steps after which the rate halves, ascending. */
        halveAtPercent: z
          .array(z.int().min(1).max(99))
          .max(LIMIT.phases - 1)
          .refine(ascending, "must be ascending"),
      })
      .strict()
      .default({ type: "sgd", rateExponent: -4, halveAtPercent: [] }),
    batchSize: z.int().min(1).max(2048).refine(powerOfTwo, "must be a power of two"),
    steps: z.int().min(1).max(LIMIT.steps),
    segmentLength: z.int().min(1).max(LIMIT.segmentLength).default(LIMIT.segmentLength),
  })
  .strict()
  .superRefine((program, context) => {
    const wrong = (path: PropertyKey[], message: string): void => {
      context.addIssue({ code: "custom", path, message });
    };
    checkImage(program.input, wrong);
    checkLayers(program.layers, program.input.image, wrong);
  });

type Wrong = (path: PropertyKey[], message: string) => void;

function checkImage(input: { features: number; image?: Image; augmentShift: number }, wrong: Wrong): void {
  const { features, image, augmentShift } = input;
  if (image && image.height * image.width * image.channels !== features) {
    wrong(["input", "features"], "must be height * width * channels of the image");
  }
  if (augmentShift > 0 && !image) wrong(["input", "augmentShift"], "needs input.image");
}

function checkLayers(layers: readonly Layer[], image: Image | undefined, wrong: Wrong): void {
  let map = image;
  layers.forEach((layer, index) => {
    const wanted = index === layers.length - 1 ? "softmax" : "relu";
    if (layer.activation !== wanted) wrong(["layers", index, "activation"], `must be "${wanted}" here`);
    if (layer.type === "dense") map = undefined;
    else if (!map) wrong(["layers", index, "type"], "needs an image: input.image, and no dense layer before it");
    else if (map.height % 2 !== 0 || map.width % 2 !== 0)
      wrong(["layers", index, "pool"], `needs even sides, and the map here is ${map.height}x${map.width}`);
    else map = { height: map.height / 2, width: map.width / 2, channels: layer.filters };
  });
}

/** A checked program: every field present, defaults filled in. */
export type Program = z.infer<typeof programSchema>;
export type Layer = z.infer<typeof denseLayer> | z.infer<typeof convLayer>;
/** Sides and channels of an image or feature map. */
export interface Image {
  height: number;
  width: number;
  channels: number;
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let at: unknown = json;
  for (const key of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

/**
 * Reads a program from parsed JSON (docs/spec/exact.md has the format).
 * Throws ExactError EX-001 with the path of the first wrong field, what was found there and what was wanted.
 */
export function parseProgram(json: unknown): Program {
  const result = programSchema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const unknownKeys = issue.code === "unrecognized_keys" ? issue.keys : [];
  const path = [...issue.path, ...unknownKeys.slice(0, 1)];
  throw new ExactError("EX-001", {
    path: path.length > 0 ? path.join(".") : "program",
    found: valueAt(json, path) ?? null,
    wanted: unknownKeys.length > 0 ? "no such field" : issue.message,
    hint: "Correct this field of the program; docs/spec/exact.md describes all of them.",
  });
}

import { initialState } from "../../../exact/src/data/init.ts";
import { compileProgram } from "../../../exact/src/program/compile.ts";
import { parseProgram } from "../../../exact/src/program/schema.ts";
import type { IntTensor } from "../../../exact/src/types.ts";
import type { Task } from "./run.ts";

export interface TaskShape {
  kind: "train" | "infer";
  features: number;
  hidden: number;
  classes: number;
  batchSize: number;
  rows: number;
  steps: number;
  segmentLength: number;
  halveAtPercent: number[];
}

const SMALL: TaskShape = {
  kind: "train",
  features: 20,
  hidden: 18,
  classes: 3,
  batchSize: 4,
  rows: 24,
  steps: 5,
  segmentLength: 2,
  halveAtPercent: [60],
};

/** A small two-layer perceptron on a fixed synthetic data set. */
export function smallTask(overrides: Partial<TaskShape> = {}): Task {
  const shape = { ...SMALL, ...overrides };
  const program = parseProgram({
    format: "assay-program",
    version: 1,
    kind: shape.kind,
    input: { features: shape.features, bits: 5, rows: shape.rows },
    layers: [
      { type: "dense", units: shape.hidden, activation: "relu", weightBits: 9, weightExponent: 10 },
      { type: "dense", units: shape.classes, activation: "softmax", weightBits: 9, weightExponent: 9 },
    ],
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", rateExponent: -1, halveAtPercent: shape.kind === "train" ? shape.halveAtPercent : [] },
    batchSize: shape.batchSize,
    steps: shape.steps,
    segmentLength: shape.segmentLength,
  });
  const compiled = compileProgram(program);
  return { compiled, dataset: dataset(shape), start: initialState(compiled, `0x${"5a".repeat(32)}`) };
}

/** A small convolutional network on images of 16 x 16, moved by up to a pixel; the kernel's gradient is summed in two parts. */
export function imageTask(steps = 3): Task {
  const shape = { features: 256, classes: 3, rows: 24 };
  const program = parseProgram({
    format: "assay-program",
    version: 1,
    kind: "train",
    input: {
      features: shape.features,
      rows: shape.rows,
      bits: 5,
      image: { height: 16, width: 16, channels: 1 },
      augmentShift: 1,
    },
    layers: [
      { type: "conv2d", filters: 3, kernelSize: 3, activation: "relu", pool: 2, weightBits: 7, weightExponent: 7 },
      { type: "conv2d", filters: 2, kernelSize: 3, activation: "relu", pool: 2, weightBits: 7, weightExponent: 6 },
      { type: "dense", units: shape.classes, activation: "softmax", weightBits: 9, weightExponent: 8 },
    ],
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", rateExponent: -2, halveAtPercent: [], momentumShift: 2 },
    batchSize: 16,
    steps,
    segmentLength: 2,
  });
  const compiled = compileProgram(program);
  return { compiled, dataset: dataset(shape), start: initialState(compiled, `0x${"5a".repeat(32)}`) };
}

function dataset({ features, classes, rows }: Pick<TaskShape, "features" | "classes" | "rows">): IntTensor {
  const cols = features + classes;
  const data = new Int8Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < features; col++) data[row * cols + col] = (row * 7 + col * 13 + row * col) % 32;
    data[row * cols + features + (row % classes)] = 1;
  }
  return { name: "dataset", rows, cols, dtype: "int8", data };
}

/** Programs of every kind, by name: what is proven of disputes is proven of each of them. */
export const PROGRAMS: Readonly<Record<string, () => Task>> = {
  "a perceptron in training": () => smallTask(),
  "a perceptron in training, long segments": () => smallTask({ steps: 7, segmentLength: 3, features: 35, hidden: 33 }),
  "a perceptron in training, segments of one step": () => smallTask({ steps: 4, segmentLength: 1 }),
  "a perceptron in use": () => smallTask({ kind: "infer" }),
  "a convolutional network in training": () => imageTask(),
};

import { type Program, parseProgram } from "./program/schema.ts";

/** Handwritten digits, 28x28 in 5 bits, 784-128-64-10: 8,000 rows, plain SGD, rate halved at 50, 75 and 90 %. */
export function x24Digits(): Program {
  return parseProgram({
    format: "assay-program",
    version: 1,
    kind: "train",
    name: "digits-mlp-784-128-64-10",
    input: { features: 784, bits: 5, rows: 8000 },
    layers: [
      { type: "dense", units: 128, activation: "relu", weightBits: 9, weightExponent: 12 },
      { type: "dense", units: 64, activation: "relu", weightBits: 9, weightExponent: 10 },
      { type: "dense", units: 10, activation: "softmax", weightBits: 9, weightExponent: 10 },
    ],
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", rateExponent: -1, halveAtPercent: [50, 75, 90] },
    batchSize: 64,
    steps: 4000,
  });
}

/**
 * Handwritten digits by a convolutional network: 5x5x8, pooled, 3x3x16, pooled, 64, 10. Every image is moved by up to one
 * pixel; heavy ball with factor 7/8, rate halved at 50, 75 and 90 %.
 */
export function x24DigitsCnn(): Program {
  return parseProgram({
    format: "assay-program",
    version: 1,
    kind: "train",
    name: "digits-cnn-8-16-64-10",
    input: { features: 784, bits: 5, rows: 8000, image: { height: 28, width: 28, channels: 1 }, augmentShift: 1 },
    layers: [
      { type: "conv2d", filters: 8, kernelSize: 5, activation: "relu", pool: 2, weightBits: 7, weightExponent: 7 },
      { type: "conv2d", filters: 16, kernelSize: 3, activation: "relu", pool: 2, weightBits: 7, weightExponent: 8 },
      { type: "dense", units: 64, activation: "relu", weightBits: 7, weightExponent: 9 },
      { type: "dense", units: 10, activation: "softmax", weightBits: 9, weightExponent: 9 },
    ],
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", rateExponent: -4, halveAtPercent: [50, 75, 90], momentumShift: 3 },
    batchSize: 64,
    steps: 3000,
  });
}

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

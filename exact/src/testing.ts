import { concat, toHex, uint } from "./commit/bytes.ts";
import { encodeTensors } from "./commit/file.ts";
import { keccak } from "./commit/keccak.ts";
import { encodeManifest, type JobManifest } from "./job/manifest.ts";
import { assembleJob, type SpecFields } from "./job/spec.ts";
import { type CompiledProgram, compileProgram } from "./program/compile.ts";
import { classCount } from "./program/plan.ts";
import { type Program, parseProgram } from "./program/schema.ts";
import type { Hex, IntTensor } from "./types.ts";

/** Helpers of tests, of this package and of those that run its jobs; nothing else imports this file. */

/** A program small enough for the reference interpreter; sides are no multiples of 16, so that padding matters. */
export function smallProgram(change: Record<string, unknown> = {}): Program {
  return parseProgram({
    format: "assay-program",
    version: 1,
    kind: "train",
    input: { features: 21, bits: 5, rows: 40 },
    layers: [
      { type: "dense", units: 18, activation: "relu", weightBits: 9, weightExponent: 8 },
      { type: "dense", units: 7, activation: "relu", weightBits: 9, weightExponent: 8 },
      { type: "dense", units: 3, activation: "softmax", weightBits: 9, weightExponent: 8 },
    ],
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", rateExponent: -2, halveAtPercent: [50, 75] },
    batchSize: 8,
    steps: 12,
    segmentLength: 4,
    ...change,
  });
}

/** A learnable data set for `program`: features lean on the label, values fill the declared range. */
export function smallDataset(program: Program): IntTensor {
  const { rows, features, bits } = program.input;
  const classes = classCount(program);
  const cols = features + classes;
  const data = new Int8Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    const label = row % classes;
    const noise = keccak(uint(row, 4));
    for (let col = 0; col < features; col++) {
      const lean = col % classes === label ? 2 : 1;
      data[row * cols + col] = Math.floor((noise[col % 32]! * lean * 2 ** bits) / 512);
    }
    data[row * cols + features + label] = 1;
  }
  return { name: "dataset", rows, cols, dtype: "int8", data };
}

export function compileSmall(change: Record<string, unknown> = {}): { compiled: CompiledProgram; dataset: IntTensor } {
  const program = smallProgram(change);
  return { compiled: compileProgram(program), dataset: smallDataset(program) };
}

/**
 * A small job whose data set and manifest are stored.
 * @param put stores a file, and gives its identifier
 * @param change of the program
 */
export async function storedJob(
  put: (file: Uint8Array) => Promise<string>,
  change: Record<string, unknown> = {},
): Promise<{ compiled: CompiledProgram; spec: SpecFields; manifestCid: string }> {
  const program = smallProgram(change);
  const dataset = smallDataset(program);
  const { rows, cols: columns } = dataset;
  const cid = await put(encodeTensors([dataset]));
  const manifest: JobManifest = { version: 1, program, dataset: { cid, rows, columns }, init: { seed: seed(1) } };
  const { compiled, spec } = await assembleJob(manifest, { dataset });
  return { compiled, spec, manifestCid: await put(encodeManifest(manifest)) };
}

/** A 32-byte value that depends on `n` only. */
export function seed(n: number): Hex {
  return toHex(keccak(concat([uint(n, 8)])));
}

/** Changes that make the small program a convolutional network on 4x12 images of two channels. */
export function convolutional(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    input: { features: 96, bits: 5, rows: 30, image: { height: 4, width: 12, channels: 2 }, augmentShift: 1 },
    layers: [
      { type: "conv2d", filters: 3, kernelSize: 5, activation: "relu", pool: 2, weightBits: 7, weightExponent: 7 },
      { type: "conv2d", filters: 5, kernelSize: 3, activation: "relu", pool: 2, weightBits: 7, weightExponent: 6 },
      { type: "dense", units: 6, activation: "relu", weightBits: 8, weightExponent: 7 },
      { type: "dense", units: 3, activation: "softmax", weightBits: 9, weightExponent: 8 },
    ],
    optimizer: { type: "sgd", rateExponent: -2, halveAtPercent: [50], momentumShift: 2 },
    batchSize: 8,
    steps: 6,
    ...change,
  };
}

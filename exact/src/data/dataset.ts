import { dataRoot } from "../commit/run.ts";
import { tensorRoot } from "../commit/tensor.ts";
import { ExactError } from "../errors.ts";
import type { CompiledProgram } from "../program/compile.ts";
import type { Hex, IntTensor } from "../types.ts";

/**
 * One int8 matrix [rows x (features + classes)]: quantised features, then the one-hot label.
 * `images`: one array of `features` numbers in 0..1 per row (quantised to `round(v * (2^bits - 1))`);
 * `labels`: class numbers. Throws EX-010 / EX-011 on ragged rows, values outside 0..1 or labels outside the classes.
 */
export function packDataset(
  images: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  opts: { bits: number; classes: number },
): IntTensor {
  const features = images[0]?.length ?? 0;
  const cols = features + opts.classes;
  const top = 2 ** opts.bits - 1;
  const data = new Int8Array(images.length * cols);
  if (labels.length !== images.length) {
    throw new ExactError("EX-010", {
      path: "labels",
      found: labels.length,
      wanted: `${images.length} labels`,
      hint: "Give one label per row.",
    });
  }
  images.forEach((image, row) => {
    const label = labels[row]!;
    if (image.length !== features) {
      throw new ExactError("EX-010", {
        path: `images[${row}]`,
        found: image.length,
        wanted: `${features} features`,
        hint: "All rows must be equally long.",
      });
    }
    if (!(Number.isInteger(label) && label >= 0 && label < opts.classes)) {
      throw new ExactError("EX-011", {
        path: `labels[${row}]`,
        found: label,
        wanted: `0..${opts.classes - 1}`,
        hint: "Correct the label.",
      });
    }
    for (let i = 0; i < features; i++) {
      const value = image[i]!;
      if (!(value >= 0 && value <= 1)) {
        throw new ExactError("EX-011", {
          path: `images[${row}][${i}]`,
          found: value,
          wanted: "0..1",
          hint: "Scale the features to 0..1.",
        });
      }
      data[row * cols + i] = Math.round(value * top);
    }
    data[row * cols + features + label] = 1;
  });
  return { name: "dataset", rows: images.length, cols, dtype: "int8", data };
}

/** Roots of all constants of a job, in program order: the data set, then the program's own tables. */
export function constRoots(compiled: CompiledProgram, dataset: IntTensor): Hex[] {
  return compiled.consts.map((_, index) => tensorRoot(compiled.tables.get(index) ?? dataset));
}

/**
 * What a provider must check before it claims a job (DSP-90): shape, type and range of the data set and, if
 * `expected` is given, that its root is the job's. Returns the data root.
 * Throws EX-010 (shape), EX-011 (range, or a label row that is not one-hot) or EX-012 (hash).
 */
export function verifyDataset(compiled: CompiledProgram, dataset: IntTensor, expected?: Hex): Hex {
  checkDataset(compiled, dataset);
  const root = dataRoot(constRoots(compiled, dataset));
  if (expected !== undefined && root !== expected.toLowerCase()) {
    throw new ExactError("EX-012", {
      path: "dataset",
      found: root,
      wanted: expected,
      hint: "Fetch the data set again; do not claim the job if it stays so.",
    });
  }
  return root;
}

/**
 * The part of `verifyDataset` that no root tells: for a data set whose root is known already (`assembleJob`).
 * Throws EX-010 (shape) or EX-011 (range, or a label row that is not one-hot).
 */
export function checkDataset(compiled: CompiledProgram, dataset: IntTensor): void {
  const spec = compiled.consts[0]!;
  if (dataset.rows !== spec.rows || dataset.cols !== spec.cols || dataset.dtype !== spec.dtype) {
    throw new ExactError("EX-010", {
      path: "dataset",
      found: `${dataset.dtype} ${dataset.rows}x${dataset.cols}`,
      wanted: `${spec.dtype} ${spec.rows}x${spec.cols}`,
      hint: "Use the data set this program was written for.",
    });
  }
  checkRange(dataset, compiled.program.input.features, spec.range[1]);
}

function checkRange(dataset: IntTensor, features: number, top: number): void {
  const { rows, cols, data } = dataset;
  for (let row = 0; row < rows; row++) {
    let ones = 0;
    for (let col = 0; col < cols; col++) {
      const value = data[row * cols + col]!;
      const limit = col < features ? top : 1;
      if (value < 0 || value > limit) {
        throw new ExactError("EX-011", {
          path: `dataset[${row}][${col}]`,
          found: value,
          wanted: `0..${limit}`,
          hint: "The data set is out of its declared range.",
        });
      }
      if (col >= features) ones += value;
    }
    if (ones !== 1) {
      throw new ExactError("EX-011", {
        path: `dataset[${row}]`,
        found: `${ones} labels`,
        wanted: "exactly one label",
        hint: "Label columns must be one-hot.",
      });
    }
  }
}

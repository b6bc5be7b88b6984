import { toHex } from "../commit/bytes.ts";
import { dataRoot } from "../commit/run.ts";
import { tensorRoot } from "../commit/tensor.ts";
import { ExactError } from "../errors.ts";
import type { CompiledProgram } from "../program/compile.ts";
import type { Hex, IntTensor } from "../types.ts";
import { type OnRows, RowTree } from "./row-tree.ts";
import { type Dataset, type RowSource, rowsOf } from "./rows.ts";

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

/** Roots of all constants of a job, in program order: the data set's, then the program's own tables'. */
export function constRoots(compiled: CompiledProgram, dataset: RowTree): Hex[] {
  return compiled.consts.map((_, index) => {
    const table = compiled.tables.get(index);
    return table ? tensorRoot(table) : toHex(dataset.root);
  });
}

/** A data set that was looked at: the root of the job's constants (CMT-01), and the tree from which disputes are answered. */
export interface VerifiedDataset {
  dataRoot: Hex;
  tree: RowTree;
}

/**
 * What a provider must check before it claims a job (DSP-90): shape, type and range of the data set and, if
 * `expected` is given, that its root is the job's. Reads all rows once, in order, and keeps none.
 * Throws EX-010 (shape), EX-011 (range, or a label row that is not one-hot) or EX-012 (hash).
 * @param onRows told of each part of the data as it is read
 */
export async function verifyDataset(
  compiled: CompiledProgram,
  dataset: Dataset,
  { expected, onRows }: { expected?: Hex; onRows?: OnRows } = {},
): Promise<VerifiedDataset> {
  const source = rowsOf(dataset);
  checkShape(compiled, source);
  const [, top] = compiled.consts[0]!.range;
  const tree = await RowTree.build(source, (first, data) => {
    checkRange(source.cols, { first, data }, compiled.program.input.features, top);
    onRows?.(first, data);
  });
  const root = dataRoot(constRoots(compiled, tree));
  if (expected !== undefined && root !== expected.toLowerCase()) {
    throw new ExactError("EX-012", {
      path: "dataset",
      found: root,
      wanted: expected,
      hint: "Fetch the data set again; do not claim the job if it stays so.",
    });
  }
  return { dataRoot: root, tree };
}

/** Throws EX-010 unless the data set has the shape and the type that the program wants. */
export function checkShape(compiled: CompiledProgram, dataset: Pick<RowSource, "rows" | "cols" | "dtype">): void {
  const spec = compiled.consts[0]!;
  if (dataset.rows === spec.rows && dataset.cols === spec.cols && dataset.dtype === spec.dtype) return;
  throw new ExactError("EX-010", {
    path: "dataset",
    found: `${dataset.dtype} ${dataset.rows}x${dataset.cols}`,
    wanted: `${spec.dtype} ${spec.rows}x${spec.cols}`,
    hint: "Use the data set this program was written for.",
  });
}

/**
 * Throws EX-011 unless the values of these rows are in range and their labels one-hot. `first` is the first one's number.
 * Ranges end at 2^n - 1, so that a value outside, above or below, is one that has other bits: a row's are looked at together.
 */
function checkRange(
  cols: number,
  { first, data }: { first: number; data: Int8Array },
  features: number,
  top: number,
): void {
  for (let row = 0; row * cols < data.length; row++) {
    const [from, to] = [row * cols, (row + 1) * cols];
    let [bits, label, ones] = [0, 0, 0];
    for (let i = from; i < from + features; i++) bits |= data[i]!;
    for (let i = from + features; i < to; i++) {
      label |= data[i]!;
      ones += data[i]!;
    }
    if ((bits & ~top) !== 0 || (label & ~1) !== 0)
      throw outOfRange(first + row, data.subarray(from, to), features, top);
    if (ones !== 1) {
      throw new ExactError("EX-011", {
        path: `dataset[${first + row}]`,
        found: `${ones} labels`,
        wanted: "exactly one label",
        hint: "Label columns must be one-hot.",
      });
    }
  }
}

function outOfRange(row: number, values: Int8Array, features: number, top: number): ExactError {
  const limit = (col: number) => (col < features ? top : 1);
  const col = values.findIndex((value, at) => value < 0 || value > limit(at));
  return new ExactError("EX-011", {
    path: `dataset[${row}][${col}]`,
    found: values[col],
    wanted: `0..${limit(col)}`,
    hint: "The data set is out of its declared range.",
  });
}

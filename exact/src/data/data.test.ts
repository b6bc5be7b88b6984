import assert from "node:assert/strict";
import { test } from "node:test";
import { dataRoot } from "../commit/run.ts";
import { tensorRoot } from "../commit/tensor.ts";
import { ExactError, type ExactErrorCode } from "../errors.ts";
import { compileProgram } from "../program/compile.ts";
import { softmaxTable } from "../program/lut.ts";
import { x24Digits } from "../recipes.ts";
import { compileSmall, seed } from "../testing.ts";
import { constRoots, packDataset, verifyDataset } from "./dataset.ts";
import { splitDigits } from "./digits.ts";
import { initialBound, initialState, uniform } from "./init.ts";
import { RowTree } from "./row-tree.ts";
import { rowsOf } from "./rows.ts";

const refused = (code: ExactErrorCode, act: () => unknown, message: RegExp): void =>
  assert.throws(act, (error) => error instanceof ExactError && error.code === code && message.test(error.message));

const rejected = (code: ExactErrorCode, act: Promise<unknown>, message: RegExp): Promise<void> =>
  assert.rejects(act, (error) => error instanceof ExactError && error.code === code && message.test(error.message));

test("packing quantises features and writes one-hot labels", () => {
  const packed = packDataset(
    [
      [0, 0.5, 1],
      [0.016, 0.017, 0.99],
    ],
    [1, 0],
    { bits: 5, classes: 2 },
  );
  assert.deepEqual([packed.rows, packed.cols, packed.dtype], [2, 5, "int8"]);
  assert.deepEqual([...packed.data], [0, 16, 31, 0, 1, 0, 1, 31, 1, 0]);
  refused("EX-010", () => packDataset([[0, 1], [0]], [0, 0], { bits: 5, classes: 2 }), /images\[1\]/);
  refused("EX-010", () => packDataset([[0, 1]], [], { bits: 5, classes: 2 }), /labels/);
  refused("EX-011", () => packDataset([[0, 1.2]], [0], { bits: 5, classes: 2 }), /images\[0\]\[1\]: found 1.2/);
  refused("EX-011", () => packDataset([[0, Number.NaN]], [0], { bits: 5, classes: 2 }), /images/);
  refused("EX-011", () => packDataset([[0, 1]], [2], { bits: 5, classes: 2 }), /labels\[0\]/);
});

test("EXA-06: a data set is verified for shape, range, labels and hash before a claim (K9)", async () => {
  const { compiled, dataset } = compileSmall();
  const root = dataRoot([tensorRoot(dataset), tensorRoot(softmaxTable())]);
  assert.deepEqual(constRoots(compiled, await RowTree.build(rowsOf(dataset))), [
    tensorRoot(dataset),
    tensorRoot(softmaxTable()),
  ]);
  assert.equal((await verifyDataset(compiled, dataset, { expected: root })).dataRoot, root);
  const altered = (at: number, value: number) => ({
    ...dataset,
    data: dataset.data.map((v, i) => (i === at ? value : v)),
  });
  await rejected("EX-010", verifyDataset(compiled, { ...dataset, rows: 39 }), /39x24, wanted int8 40x24/);
  await rejected("EX-010", verifyDataset(compiled, { ...dataset, dtype: "int16" }), /int16/);
  await rejected("EX-011", verifyDataset(compiled, altered(25, 32)), /dataset\[1\]\[1\]: found 32, wanted 0\.\.31/);
  await rejected("EX-011", verifyDataset(compiled, altered(3, -1)), /found -1/);
  await rejected("EX-011", verifyDataset(compiled, altered(21, 0)), /one label/);
  await rejected(
    "EX-012",
    verifyDataset(compiled, altered(0, (dataset.data[0]! + 1) % 32), { expected: root }),
    /Fetch the data set again/,
  );
});

test("EXA-30: initial weights: seeded, inside an integer bound, spread over it, different per tensor and seed", () => {
  const compiled = compileProgram(x24Digits());
  const state = initialState(compiled, seed(1));
  assert.deepEqual(state.map(tensorRoot), initialState(compiled, seed(1)).map(tensorRoot));
  assert.notDeepEqual(state.map(tensorRoot), initialState(compiled, seed(2)).map(tensorRoot));
  state.forEach(({ data, name }, l) => {
    const { weightExponent } = compiled.program.layers[l]!;
    const layer = compiled.plans[0]!.layers[l]!;
    const bound = initialBound(layer, weightExponent);
    const real = 0.7 * Math.sqrt(6 / layer.inputs) * 2 ** (weightExponent + layer.weightShift);
    assert.ok(Math.abs(bound - real) <= 1 && bound <= real, `${name}: ${bound} against ${real}`);
    let [low, high, sum] = [0, 0, 0];
    for (const v of data) [low, high, sum] = [Math.min(low, v), Math.max(high, v), sum + v];
    assert.ok(low >= -bound && high <= bound);
    assert.ok(low < -0.97 * bound && high > 0.97 * bound && Math.abs(sum / data.length) < 0.1 * bound);
  });
});

test("the generator reaches both ends of small ranges evenly", () => {
  const counts = new Map<number, number>();
  for (const v of uniform(seed(5), 0, 30000, 2)) counts.set(v, (counts.get(v) ?? 0) + 1);
  assert.deepEqual(
    [...counts.keys()].sort((a, b) => a - b),
    [-2, -1, 0, 1, 2],
  );
  for (const count of counts.values()) assert.ok(Math.abs(count - 6000) < 350, `${count} of 6000`);
});

test("every fifth image is held out", () => {
  const classes = [0, 1].map((digit) =>
    Array.from({ length: 7 * 784 }, (_, i) => (digit * 7 + Math.floor(i / 784)) / 100),
  );
  const { train, heldOut } = splitDigits(classes);
  assert.deepEqual(
    heldOut.images.map((image) => Math.round(image[0]! * 100)),
    [4, 9],
  );
  assert.deepEqual(heldOut.labels, [0, 1]);
  assert.equal(train.images.length, 12);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OP, type Opcode } from "../program/opcodes.ts";
import { KIND, type OpRecord } from "../program/records.ts";
import { seed } from "../testing.ts";
import type { DType, IntTensor } from "../types.ts";
import { evaluateRecord, exponentNorm, integerDivide, roundingShift } from "./reference.ts";

const matrix = (rows: number, cols: number, values: ArrayLike<number>, dtype: DType = "int32"): IntTensor => ({
  name: "t",
  rows,
  cols,
  dtype,
  data:
    dtype === "int8" ? Int8Array.from(values) : dtype === "int16" ? Int16Array.from(values) : Int32Array.from(values),
});

function run(
  opcode: Opcode,
  out: readonly [number, number, DType],
  inputs: IntTensor[],
  attrs: number[] = [],
  flags = 0,
): number[] {
  const [rows, cols, outDtype] = out;
  const operands = inputs.map((t, idx) => ({ kind: KIND.VALUE, idx, dtype: t.dtype, rows: t.rows, cols: t.cols }));
  const record: OpRecord = { opcode, outDtype, flags, rows, cols, inputs: operands, attrs, note: "probe" };
  return [...evaluateRecord(record, inputs, { states: [], consts: [], nonce: seed(1), step: 3 }).data];
}

/** RHU in arbitrary precision. */
function bigShift(x: bigint, shift: number): bigint {
  const s = BigInt(Math.max(-24, Math.min(24, shift)));
  return s <= 0n ? x << -s : (x + (1n << (s - 1n))) >> s;
}

test("RHU equals big-integer arithmetic for |x| <= 2^24 and every shift, clamped outside -24..24 (X2, X10)", () => {
  const edges = [
    0,
    1,
    -1,
    127,
    -128,
    2 ** 23,
    2 ** 23 + 1,
    -(2 ** 23) - 1,
    2 ** 24 - 1,
    1 - 2 ** 24,
    2 ** 24,
    -(2 ** 24),
  ];
  for (const x of edges) {
    for (let s = -30; s <= 30; s++) assert.equal(BigInt(roundingShift(x, s)), bigShift(BigInt(x), s), `x=${x} s=${s}`);
  }
  const x = fc.integer({ min: -(2 ** 24), max: 2 ** 24 });
  fc.assert(
    fc.property(x, fc.integer({ min: -26, max: 26 }), (v, s) => BigInt(roundingShift(v, s)) === bigShift(BigInt(v), s)),
    { numRuns: 2000 },
  );
  assert.deepEqual(
    [roundingShift(5, 1), roundingShift(-5, 1), roundingShift(2 ** 23, 24), roundingShift(2 ** 23 - 1, 24)],
    [3, -2, 1, 0],
  );
});

test("INTDIV floors, and is 0 for a negative numerator or a divisor below 1 (X8)", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 24 }),
      fc.integer({ min: 1, max: 2 ** 20 }),
      (n, d) => BigInt(integerDivide(n, d)) === BigInt(n) / BigInt(d),
    ),
    { numRuns: 2000 },
  );
  assert.deepEqual(
    [integerDivide(7, 0), integerDivide(-7, 2), integerDivide(7, -2), integerDivide(0, 5)],
    [0, 0, 0, 0],
  );
});

test("EXPNORM is the smallest sufficient shift (X3)", () => {
  const cases = [
    [0, 127],
    [-9, 127],
    [127, 127],
    [128, 127],
    [254, 127],
    [255, 127],
    [2 ** 24 - 1, 1],
  ] as const;
  assert.deepEqual(
    cases.map(([max, limit]) => exponentNorm(max, limit)),
    [0, 0, 0, 1, 1, 2, 24],
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 24 - 1 }), fc.integer({ min: 1, max: 2047 }), (m, limit) => {
      const s = exponentNorm(m, limit);
      assert.ok(roundingShift(m, s) <= limit && roundingShift(-m, s) >= -limit, "no clip needed behind it");
      assert.ok(s === 0 || m > limit * 2 ** (s - 1));
    }),
  );
});

test("MATMUL with every transpose combination equals the definition", () => {
  const a = matrix(
    3,
    20,
    Array.from({ length: 60 }, (_, i) => ((i * 37) % 41) - 20),
  );
  const b = matrix(
    20,
    2,
    Array.from({ length: 40 }, (_, i) => ((i * 29) % 31) - 15),
  );
  const flip = (t: IntTensor) =>
    matrix(
      t.cols,
      t.rows,
      Array.from({ length: t.data.length }, (_, i) => t.data[(i % t.rows) * t.cols + Math.floor(i / t.rows)]!),
    );
  const dot = (r: number, c: number): number => {
    let sum = 0;
    for (let k = 0; k < 20; k++) sum += a.data[r * 20 + k]! * b.data[k * 2 + c]!;
    return sum;
  };
  const wanted = [0, 1, 2].flatMap((r) => [dot(r, 0), dot(r, 1)]);
  assert.deepEqual(run(OP.MATMUL, [3, 2, "int32"], [a, b], [0, 0]), wanted);
  assert.deepEqual(run(OP.MATMUL, [3, 2, "int32"], [flip(a), b], [1, 0]), wanted);
  assert.deepEqual(run(OP.MATMUL, [3, 2, "int32"], [a, flip(b)], [0, 1]), wanted);
  assert.deepEqual(run(OP.MATMUL, [3, 2, "int32"], [flip(a), flip(b)], [1, 1]), wanted);
});

test("reductions range over valid elements only: padding is not a zero (X6)", () => {
  const negative = matrix(
    2,
    18,
    Array.from({ length: 36 }, (_, i) => -3 - i),
  );
  assert.deepEqual(run(OP.TILEMAX, [1, 2, "int32"], [negative]), [-3, -19]);
  assert.deepEqual(run(OP.TILEMAXABS, [1, 2, "int32"], [negative]), [36, 38]);
  assert.deepEqual(run(OP.ROWMAX16, [2, 2, "int32"], [negative]), [-3, -19, -21, -37]);
  const ones = matrix(2, 18, new Array(36).fill(1));
  assert.deepEqual(run(OP.ROWSUM16, [2, 2, "int32"], [ones]), [16, 2, 16, 2]);
});

test("element operators broadcast rows and columns, and saturate to their type", () => {
  const x = matrix(2, 3, [1, -2, 3, -4, 5, -6]);
  const row = matrix(1, 3, [10, 20, 30]);
  const col = matrix(2, 1, [100, 200]);
  const shape = [2, 3, "int32"] as const;
  assert.deepEqual(run(OP.ADD, shape, [x, row]), [11, 18, 33, 6, 25, 24]);
  assert.deepEqual(run(OP.SUB, shape, [col, x]), [99, 102, 97, 204, 195, 206]);
  assert.deepEqual(run(OP.MULC, [2, 3, "int8"], [x], [50]), [50, -100, 127, -128, 127, -128]);
  assert.deepEqual(run(OP.CLIP, shape, [x], [-3, 2]), [1, -2, 2, -3, 2, -3]);
  assert.deepEqual(run(OP.RELU, shape, [x]), [1, 0, 3, 0, 5, 0]);
  assert.deepEqual(run(OP.MASKGT0, shape, [row, x]), [10, 0, 30, 0, 20, 0]);
  assert.deepEqual(run(OP.EQ, shape, [x, matrix(1, 1, [5])]), [0, 0, 0, 0, 1, 0]);
  assert.deepEqual(run(OP.GT, shape, [x, matrix(1, 1, [1])]), [0, 0, 1, 0, 1, 0]);
  assert.deepEqual(run(OP.LUT, shape, [x, matrix(1, 4, [7, 8, 9, 10], "int16")]), [8, 7, 10, 7, 10, 7]);
});

test("RHU reads its scalar with either sign, then clips", () => {
  const x = matrix(1, 3, [100, -100, 7]);
  const s = matrix(1, 1, [3]);
  assert.deepEqual(run(OP.RHU, [1, 3, "int32"], [x, s], [0, 1]), [13, -12, 1]);
  assert.deepEqual(run(OP.RHU, [1, 3, "int32"], [x, s], [1, -1, -300, 300], 1), [300, -300, 28]);
  assert.deepEqual(run(OP.EXPADD, [1, 1, "int32"], [s, s], [-1]), [5]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ExactError } from "../errors.ts";
import { x24DigitsCnn } from "../recipes.ts";
import { convolutional, smallProgram } from "../testing.ts";
import { checkRecords } from "./bounds.ts";
import { compileProgram } from "./compile.ts";
import { OP } from "./opcodes.ts";
import { parseProgram } from "./schema.ts";

const recipe = x24DigitsCnn();

test("the hash of the convolutional digits recipe is pinned", () => {
  const { programHash, records } = compileProgram(recipe);
  assert.equal(programHash, "0x958e40db817bc41bcb9b3a0726f2ac7d4eb4bd22c1f2fa2544daf4b508bbf19c");
  assert.ok(records.length <= 128);
});

test("kernel gradients count one term in four, and the widest gradient fills the room that leaves", () => {
  const { bounds, plans } = compileProgram(recipe);
  const [first, second] = plans[0]!.layers;
  assert.deepEqual([first!.gradientLimit, second!.gradientLimit], [43, 42]);
  const peak = (note: string, operator: string) =>
    Math.max(...bounds.filter((b) => b.note === note && b.operator === operator).map((b) => b.bound));
  // Two images of 28x28 in a part; a quarter of their pixels.
  assert.equal(peak("layer1 weight gradient", "MATMUL"), 2 * 196 * 31 * 43);
  assert.equal(peak("layer1 weight gradient", "ROWSUM16"), 64 * 196 * 31 * 43);
  assert.ok(64 * 196 * 31 * 44 >= 2 ** 24, "one more would be too many");
});

test("EXA-17: without the keys that prove one winner in a window, all terms count and the recipe is refused", () => {
  const { phases, states, consts } = compileProgram(recipe);
  const { records } = phases[0]!;
  const externals = { states, consts: consts.map((spec, k) => ({ ...spec, fixed: k === 1 })) };
  assert.equal(checkRecords(records, externals).length, records.length);
  // Comparing with the product itself instead of with keys would let ties through.
  const forged = records.map((record) => {
    if (record.opcode !== OP.UNPOOL) return record;
    const key = records[record.inputs[1]!.idx]!.inputs[0]!;
    return { ...record, inputs: [record.inputs[0]!, key, record.inputs[2]!] };
  });
  assert.throws(
    () => checkRecords(forged, externals),
    (error) => error instanceof ExactError && error.code === "EX-002" && /weight gradient/.test(error.path),
  );
});

test("records whose attributes a judge would refuse are refused before anybody claims the job", () => {
  const { phases, states, consts } = compileProgram(recipe);
  const { records } = phases[0]!;
  const externals = { states, consts: consts.map((spec, k) => ({ ...spec, fixed: k === 1 })) };
  const at = (opcode: number, parts: boolean) =>
    records.findIndex((record) => record.opcode === opcode && (record.attrs[2] ?? 0) > 1 === parts);
  const changes: [number, number[]][] = [
    [at(OP.MATMUL, true), [2, 0, 8]],
    [at(OP.MATMUL, true), [1, 1, 8]],
    [at(OP.MATMUL, true), [1, 0, 9]],
    [at(OP.MATMUL, true), [1, 0, -8]],
    [at(OP.MATMUL, false), [0, -1]],
    [at(OP.MATMUL, false), [0, 0, -1]],
    [at(OP.DATALOAD, false), [0, 2, 1, 28, 28, 1]],
    [at(OP.DATALOAD, false), [0, 0, 128, 28, 28, 1]],
    [at(OP.DATALOAD, false), [11, 0, 1, 28, 28, 1]],
    [at(OP.IM2COL, true), [28, 27, 5]],
    [at(OP.POOLKEY, false), [7, 112]],
  ];
  for (const [op, attrs] of changes) {
    const forged = records.with(op, { ...records[op]!, attrs });
    assert.throws(
      () => checkRecords(forged, externals),
      (error) => error instanceof ExactError && /EX-00[46]/.test(error.code) && error.path.includes(`record ${op}`),
      `${op} ${attrs}`,
    );
  }
});

test("images, pooling and augmentation that do not fit are refused with the field's path", () => {
  const base = convolutional();
  const input = base.input as Record<string, unknown>;
  const image = { height: 4, width: 12, channels: 2 };
  const cases: [string, Record<string, unknown>, RegExp][] = [
    ["no image", { ...base, input: { features: 96, bits: 5, rows: 30 } }, /layers\.0\.type/],
    ["other width", { ...base, input: { ...input, features: 95 } }, /input\.features/],
    ["odd map", { ...base, input: { ...input, features: 72, image: { ...image, width: 9 } } }, /layers\.0\.pool.*4x9/],
    [
      "odd second map",
      { ...base, input: { ...input, features: 48, image: { ...image, height: 2 } } },
      /layers\.1\.pool/,
    ],
    ["shift without image", { input: { features: 21, bits: 5, rows: 40, augmentShift: 1 } }, /input\.augmentShift/],
  ];
  for (const [name, change, message] of cases) {
    assert.throws(
      () => smallProgram(change),
      (error) => error instanceof ExactError && error.code === "EX-001" && message.test(error.message),
      name,
    );
  }
});

test("a map whose images cannot be cut into parts of whole tiles is refused", () => {
  const input = { features: 42 * 44, bits: 5, rows: 10, image: { height: 42, width: 44, channels: 1 } };
  const program = { ...recipe, input, layers: [recipe.layers[0], recipe.layers[3]], batchSize: 2 };
  assert.throws(
    () => compileProgram(parseProgram(program)),
    (error) => error instanceof ExactError && error.code === "EX-004" && /42x44/.test(error.message),
  );
});

test("a convolution takes images that are too wide for a dense layer", () => {
  const image = { height: 32, width: 32, channels: 3 };
  const input = { features: 3072, bits: 5, rows: 10, image };
  const [conv, , hidden, last] = recipe.layers;
  const program = (layers: unknown[]) => parseProgram({ ...recipe, input, layers, batchSize: 8 });
  assert.throws(
    () => compileProgram(program([hidden, last])),
    (error) => error instanceof ExactError && error.code === "EX-004" && error.found === "3072",
  );
  const narrow = { ...last, weightBits: 6 };
  const { states } = compileProgram(program([conv, { ...conv, filters: 4 }, narrow]));
  assert.deepEqual([states[0]!.rows, states[1]!.rows, states[2]!.rows], [75, 200, 256]);
});

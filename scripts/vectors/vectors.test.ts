import assert from "node:assert/strict";
import { test } from "node:test";
import { contractionOf, evaluateQuickly, OP, OP_NAME } from "@assay/exact";
import { loadNodeBackend } from "@assay/exact/node";
import { solveCommitment } from "./commitments.ts";
import { commitmentFile, operatorFiles } from "./files.ts";
import { byKernel, hasKernel } from "./kernels.ts";
import { type OperatorVector, operatorCase, solveOperator } from "./operators.ts";

const OPERATORS = operatorFiles().flatMap(({ vectors }) => vectors);
const RANGE = { int8: 2 ** 7, int16: 2 ** 15, int32: 2 ** 31 } as const;

const saturated = (value: number, { out }: OperatorVector): number =>
  Math.max(-RANGE[out.dtype], Math.min(RANGE[out.dtype] - 1, value)) || 0;

test("every case of an operator is what the reference gives, and what the tracer's quick evaluator gives", () => {
  for (const vector of OPERATORS) {
    assert.deepEqual(solveOperator(vector), vector, `${vector.opcode}: ${vector.name}`);
    const { record, inputs, scope } = operatorCase(vector);
    const quick = evaluateQuickly(record, inputs, scope);
    assert.deepEqual(Array.from(quick.data), vector.result, `${vector.opcode}: ${vector.name}`);
  }
});

test("every case of a commitment is what the packages compute", () => {
  for (const vector of commitmentFile().vectors) assert.deepEqual(solveCommitment(vector), vector, vector.name);
});

test("every opcode has three to thirteen cases under names of their own, a MATMUL the sums of its chunks", () => {
  for (const opcode of Object.values(OP).filter((code) => code !== OP.CHAIN)) {
    const cases = OPERATORS.filter((vector) => OP[vector.opcode] === opcode);
    assert.ok(cases.length >= 3 && cases.length <= 13, `${OP_NAME[opcode]}: ${cases.length}`);
    assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length, OP_NAME[opcode]);
  }
  for (const vector of OPERATORS.filter(({ opcode }) => opcode === "MATMUL")) {
    assert.ok(vector.chunks!.length > 0, vector.name);
    for (const { row, col, sums } of vector.chunks!) {
      const { record } = operatorCase(vector);
      assert.equal(sums.length, Math.ceil(contractionOf(record, row).length / 16));
      const sum = sums.reduce((a, b) => a + b, 0);
      assert.equal(saturated(sum, vector), vector.result[row * vector.out.cols + col], vector.name);
    }
  }
});

for (const name of ["wasm", "cpu"] as const) {
  test(`the kernels of ${name} give every case that they can hold`, async () => {
    await loadNodeBackend(name);
    const cases = OPERATORS.filter(hasKernel);
    for (const vector of cases) {
      const { record, inputs } = operatorCase(vector);
      const found = byKernel(vector.opcode, record, inputs).map((value) => saturated(value, vector));
      assert.deepEqual(found, vector.result, `${vector.opcode}: ${vector.name}`);
    }
    assert.equal(new Set(cases.map(({ opcode }) => opcode)).size, 12);
  });
}

test("a case with another result is noticed, whatever element it is in", () => {
  for (const vector of OPERATORS) {
    const at = vector.result.length - 1;
    const wrong = { ...vector, result: vector.result.with(at, vector.result[at]! + 1) };
    assert.notDeepEqual(solveOperator(wrong), wrong);
  }
});

test("an operand that its type cannot hold, or of another size than it says, is refused", () => {
  const [vector] = OPERATORS;
  const broken = (data: number[]) => ({ ...vector!, inputs: [{ dtype: "int8" as const, rows: 1, cols: 2, data }] });
  assert.throws(() => operatorCase(broken([128, 0])), /found 128, wanted a value of int8/);
  assert.throws(() => operatorCase(broken([1])), /found 1 elements, wanted 1x2/);
});

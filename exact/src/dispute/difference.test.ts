import assert from "node:assert/strict";
import { test } from "node:test";
import { stateHash } from "../commit/run.ts";
import { tensorRoot } from "../commit/tensor.ts";
import { initialState } from "../data/init.ts";
import { OP } from "../program/opcodes.ts";
import { constTensors, referenceStep } from "../run/reference.ts";
import { compileSmall, seed } from "../testing.ts";
import type { Hex, IntTensor } from "../types.ts";
import { firstDifference } from "./difference.ts";
import { type Evaluate, evaluateQuickly } from "./evaluate.ts";
import { createTracer, type Tracer } from "./tracer.ts";

const NONCE = seed(7);
const FAULT = { step: 9, row: 3, col: 2 };

/** A tracer over the run whose last segment, but for the fault, is the honest one. */
function runWith(evaluate?: Evaluate): Tracer {
  const { compiled, dataset } = compileSmall();
  const consts = constTensors(compiled, dataset);
  const states: (readonly IntTensor[])[] = [initialState(compiled, seed(1))];
  for (let step = 0; step < 8; step++) {
    states.push(referenceStep(compiled, { states: states[step]!, consts, nonce: NONCE, step }));
  }
  const boundaries: Hex[] = [4, 8].map((t) => stateHash(t, states[t]!.map(tensorRoot)));
  const loadState = async (segment: number) => states[4 * segment];
  return createTracer({ compiled, dataset, nonce: NONCE, boundaries, loadState, evaluate });
}

/** Changes one element of a record in one step by more than rounding forgives, and goes on honestly from there. */
function faulty(op: number): Evaluate {
  return (record, inputs, scope, index) => {
    const value = evaluateQuickly(record, inputs, scope);
    if (scope.step !== FAULT.step || index !== op) return value;
    const data = value.data.slice();
    data[FAULT.row * value.cols + FAULT.col]! += 2 ** 20;
    return { ...value, data };
  };
}

test("DSP-45: the walk over reveals of a faulty run ends at the element that was changed", async () => {
  const mine = runWith();
  const { records } = mine.compiled.phases[2]!;
  const op = records.findIndex(({ opcode, rows, cols }) => opcode === OP.MATMUL && rows === 21 && cols === 18);
  const theirs = runWith(faulty(op));
  const { step, row, col } = FAULT;

  assert.equal(
    await firstDifference(mine, { level: "steps", segment: 1, ...(await theirs.segmentSteps(1)) }),
    undefined,
  );
  const { states } = await theirs.segmentSteps(2);
  assert.equal(await firstDifference(mine, { level: "steps", segment: 2, states }), step - 8);
  const { values } = await theirs.stepOps(step);
  assert.equal(await firstDifference(mine, { level: "ops", step, values }), op);
  const upper = values.map((value) => `0x${value.slice(2).toUpperCase()}` as Hex);
  assert.equal(await firstDifference(mine, { level: "ops", step, values: upper }), op, "letter case means nothing");

  const nodes = await theirs.opTreeNodes(step, op, 1, 0);
  const tile = await firstDifference(mine, { level: "tiles", step, op, height: 1, index: 0, nodes });
  assert.equal(tile, 0);
  const data = await theirs.tile(step, op, 0);
  assert.equal(await firstDifference(mine, { level: "tile", step, op, tile: 0, data }), 16 * row + col);

  const sums = await mine.prefix(step, op, row, col);
  const place = { level: "prefix", step, op, row, col } as const;
  assert.equal(await firstDifference(mine, { ...place, sums }), undefined);
  const forged = sums.map((sum, i) => (i === sums.length - 1 ? sum + 1n : sum));
  assert.equal(await firstDifference(mine, { ...place, sums: forged }), sums.length - 1);
});

test("DSP-45: the first of several differing boundaries is picked; equal reveals give no pick", async () => {
  const mine = runWith();
  const nodes = mine.runTreeNodes(1, 0);
  assert.equal(await firstDifference(mine, { level: "tree", height: 1, index: 0, nodes }), undefined);
  const both = [seed(1), seed(2)];
  assert.equal(await firstDifference(mine, { level: "tree", height: 1, index: 0, nodes: both }), 0);
  const second = [nodes[0]!, seed(2)];
  assert.equal(await firstDifference(mine, { level: "tree", height: 1, index: 0, nodes: second }), 1);
});

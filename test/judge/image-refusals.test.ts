import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type IntTensor, KIND, OP, OP_NAME, type OpRecord } from "@assay/exact";
import { Court } from "./court.ts";
import { CaseBuilder } from "./questions.ts";
import { Random, type Sample, tensor } from "./random.ts";

/*
 * Records of the operators on images that break a shape rule (EXA-12 to EXA-15). Every one of them must revert with the one
 * error for ill-formed records, whatever it would mean to compute it: a value would convict somebody.
 */
let court: Court;
const random = new Random(31);
before(async () => {
  court = await Court.open();
});
after(() => court.close());

const [HUGE, LEAST] = [2n ** 63n - 1n, -(2n ** 63n)];

const int32 = (rows: number, cols: number): IntTensor => tensor(random, [rows, cols], "int32");

function good(opcode: OpRecord["opcode"], shape: [number, number], inputs: IntTensor[], attrs: number[] = []): Sample {
  const operands = inputs.map(({ dtype, rows, cols }, idx) => ({ kind: KIND.VALUE, idx, dtype, rows, cols }));
  const [rows, cols] = shape;
  const record = { opcode, outDtype: "int32", flags: 0, rows, cols, inputs: operands, attrs, note: "good" } as const;
  return { record, inputs, nonce: random.hex32(), step: 3 };
}

type Change = { rows?: number; cols?: number; nIn?: number; attrs?: (bigint | number)[]; input?: [number, object] };

/** Record, and what makes it ill-formed. Two maps of 4 x 6 pixels and 5 channels where there are maps. */
const CASES: { sample: Sample; wrong: Change[] }[] = [
  {
    sample: good(OP.RESHAPE, [10, 6], [int32(12, 5)]),
    wrong: [{ rows: 11 }, { cols: 5 }, { rows: 59, cols: 1 }, { nIn: 2 }, { nIn: 0 }],
  },
  {
    sample: good(OP.UNSTACK, [20, 3], [int32(12, 5)]),
    wrong: [{ cols: 5 }, { cols: 4 }, { rows: 19 }, { rows: 12 }, { cols: 13 }],
  },
  {
    sample: good(OP.IM2COL, [48, 45], [int32(48, 5)], [4, 6, 3]),
    wrong: [
      { attrs: [4, 6, 2], cols: 20 },
      { attrs: [4, 6, 5] },
      { attrs: [4, 6, -3] },
      { attrs: [4, 6, 0], cols: 1 },
      { attrs: [4, 7, 3] },
      { attrs: [0, 6, 3] },
      { attrs: [-4, -6, 3] },
      { attrs: [4, -6, 3] },
      { attrs: [HUGE, HUGE, 3] },
      { attrs: [LEAST, LEAST, 3] },
      { attrs: [4, 6, HUGE] },
      { rows: 47 },
      { cols: 44 },
    ],
  },
  {
    sample: good(OP.KFLIP, [45, 2], [int32(18, 5)], [3]),
    wrong: [
      { attrs: [2], rows: 20 },
      { attrs: [-3] },
      { attrs: [0] },
      { attrs: [5] },
      { attrs: [1] },
      { attrs: [HUGE] },
      { rows: 44 },
      { cols: 3 },
    ],
  },
  {
    sample: good(OP.POOLKEY, [48, 5], [int32(48, 5)], [4, 6]),
    wrong: [
      { attrs: [3, 8] },
      { attrs: [8, 3] },
      { attrs: [4, 8] },
      { attrs: [0, 6] },
      { attrs: [-4, 6] },
      { attrs: [-4, -6] },
      { attrs: [HUGE - 1n, HUGE - 1n] },
      { attrs: [LEAST, LEAST] },
      { rows: 24 },
      { cols: 6 },
    ],
  },
  {
    sample: good(OP.POOLMAX, [12, 5], [int32(48, 5), int32(48, 5)], [4, 6]),
    wrong: [
      { attrs: [3, 8] },
      { attrs: [2, 5] },
      { attrs: [4, 0] },
      { rows: 11 },
      { rows: 48 },
      { cols: 4 },
      { nIn: 1 },
      { nIn: 3 },
      { input: [1, { rows: 24 }] },
      { input: [1, { rows: 72 }] },
      { input: [1, { cols: 4 }] },
    ],
  },
  {
    sample: good(OP.UNPOOL, [48, 5], [int32(12, 5), int32(48, 5), int32(12, 5)], [4, 6]),
    wrong: [
      { attrs: [3, 8] },
      { attrs: [4, 5] },
      { attrs: [-4, -6] },
      { rows: 12 },
      { cols: 4 },
      { nIn: 2 },
      { nIn: 4 },
      { input: [0, { rows: 11 }] },
      { input: [0, { cols: 4 }] },
      { input: [1, { rows: 24 }] },
      { input: [2, { rows: 48 }] },
      { input: [2, { cols: 6 }] },
    ],
  },
  {
    sample: good(OP.DATALOAD, [7, 24], [int32(9, 30)], [6, 0, 1, 2, 4, 3]),
    wrong: [
      { attrs: [7, 0, 1, 2, 4, 3] },
      { attrs: [-1, 0, 1, 2, 4, 3] },
      { attrs: [6, 1, 1, 2, 4, 3] },
      { attrs: [6, 2, 1, 2, 4, 3] },
      { attrs: [6, 0, -1, 2, 4, 3] },
      { attrs: [6, 0, 128, 2, 4, 3] },
      { attrs: [6, 0, HUGE, 2, 4, 3] },
      { attrs: [6, 0, LEAST, 2, 4, 3] },
      { attrs: [6, 0, 1, 2, 4, 2] },
      { attrs: [6, 0, 1, -2, -4, 3] },
      { attrs: [6, 0, 1, 0, 4, 3] },
      { attrs: [6, 0, 1, HUGE, HUGE, HUGE] },
      { attrs: [6, 0, 1, LEAST, LEAST, LEAST] },
      { attrs: [6, 0, 1] },
    ],
  },
];

const MAP = good(OP.MATMUL, [10, 7], [int32(64, 5), tensor(random, [64, 7], "int8")], [1, 0, 2]);

function changed(sample: Sample, change: Change) {
  const builder = new CaseBuilder(sample);
  builder.ask(0, 0);
  const { op, roots, pool, questions, nonce, step } = builder.args;
  const { attrs, input, ...sides } = change;
  const inputs = op.inputs.map((one, k) => (k === input?.[0] ? { ...one, ...input[1] } : one));
  const words = attrs && Array.from({ length: 8 }, (_, k) => BigInt(attrs[k] ?? 0));
  const [question] = questions;
  return {
    op: { ...op, inputs, ...sides, ...(words ? { attrs: words } : {}) },
    roots,
    tiles: question!.tiles.map((index) => pool[index]!),
    position: { nonce, step, row: 0, col: 0 },
  };
}

for (const { sample, wrong } of CASES) {
  const { opcode } = sample.record;
  test(`${OP_NAME[opcode]}: every ill-formed record is refused, none is judged`, async () => {
    const ask = (change: Change) => {
      const { op, roots, tiles, position } = changed(sample, change);
      return court.ask("expectedElement", [op, roots, position, tiles]);
    };
    assert.ok("value" in (await ask({})), "the record that the others are made from is judged");
    for (const change of wrong) {
      const text = JSON.stringify(change, (_, v) => (typeof v === "bigint" ? String(v) : v));
      assert.deepEqual(await ask(change), { error: "Judge_IllFormedRecord", args: [opcode] }, text);
    }
  });
}

test("MATMUL in parts: parts that are not whole tiles, of other products or of another shape are refused", async () => {
  const ask = (change: Change) => {
    const { op, roots, tiles } = changed(MAP, change);
    return court.ask("chunkSum", [op, roots, 0, 0, 0, tiles]);
  };
  assert.ok("value" in (await ask({})));
  const wrong: Change[] = [
    { attrs: [1, 0, 3], rows: 15 },
    { attrs: [1, 0, 8], rows: 40 },
    { attrs: [1, 0, -2] },
    { attrs: [1, 0, HUGE] },
    { attrs: [1, 0, LEAST] },
    { attrs: [1, 0, 1] },
    { attrs: [1, 0, 0] },
    { attrs: [0, 0, 2] },
    { attrs: [1, 1, 2] },
    { attrs: [2, 0, 2] },
    { attrs: [1, 0, 4] },
    { rows: 5 },
    { cols: 6 },
    { input: [1, { rows: 32 }] },
  ];
  for (const change of wrong) {
    const text = JSON.stringify(change, (_, v) => (typeof v === "bigint" ? String(v) : v));
    assert.deepEqual(await ask(change), { error: "Judge_IllFormedRecord", args: [OP.MATMUL] }, text);
  }
});

test("EXA-13: a chunk behind its part is refused, though the contraction's operands go on there", async () => {
  const { op, roots, tiles } = changed(MAP, {});
  assert.deepEqual(await court.ask("chunkSum", [op, roots, 0, 0, 2, tiles]), {
    error: "Judge_OutOfRange",
    args: [2n, 2n],
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { keccak as keccakHex } from "hash-wasm";
import { fromHex, toHex } from "../commit/bytes.ts";
import { merkleRoot } from "../commit/merkle.ts";
import { ExactError, type ExactErrorCode } from "../errors.ts";
import { x24Digits } from "../recipes.ts";
import { smallProgram } from "../testing.ts";
import { checkRecords } from "./bounds.ts";
import { compileProgram } from "./compile.ts";
import { softmaxTable } from "./lut.ts";
import { OP, type Opcode } from "./opcodes.ts";
import { encodeRecord, KIND, type OpRecord, phaseOf, recordLeaf } from "./records.ts";
import { parseProgram } from "./schema.ts";

const H = async (...hex: string[]): Promise<string> => keccakHex(fromHex(`0x${hex.join("")}`), 256);
const be = (value: number, bytes: number): string => value.toString(16).padStart(2 * bytes, "0");

function refused(code: ExactErrorCode, act: () => unknown, ...words: (string | RegExp)[]): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof ExactError, String(error));
    assert.equal(error.code, code, error.message);
    for (const word of words) assert.match(error.message, new RegExp(word));
    return true;
  });
}

test("DSP-07: a record encodes as 34 static words, signed attributes sign-extended", async () => {
  const record: OpRecord = {
    opcode: OP.RHU,
    outDtype: "int16",
    flags: 1,
    rows: 64,
    cols: 10,
    inputs: [
      { kind: KIND.VALUE, idx: 300, dtype: "int32", rows: 64, cols: 10 },
      { kind: KIND.STATE, idx: 2, dtype: "int32", rows: 1, cols: 1 },
    ],
    attrs: [-5, 1, -32767, 32767],
    note: "not hashed",
  };
  const words = [11, 2, 2, 1, 64, 10, 0, 300, 3, 64, 10, 1, 2, 3, 1, 1, ...Array(10).fill(0)].map((v: number) =>
    be(v, 32),
  );
  const attrs = [`${"f".repeat(63)}b`, be(1, 32), `${"f".repeat(60)}8001`, be(32767, 32), ...Array(4).fill(be(0, 32))];
  const wanted = [...words, ...attrs].join("");
  assert.equal(Buffer.from(encodeRecord(record)).toString("hex"), wanted);
  assert.equal(wanted.length / 2, 1088);
  assert.equal(toHex(recordLeaf(record)), `0x${await H("04", wanted)}`);
});

test("DSP-08: program hash over the phase headers, one phase per learning rate", async () => {
  const compiled = compileProgram(x24Digits());
  const { steps } = compiled;
  assert.deepEqual(
    compiled.phases.map((p) => p.firstStep),
    [0, steps * 0.5, steps * 0.75, steps * 0.9],
  );
  const headers = await Promise.all(
    compiled.phases.map(async (phase) => {
      const opsRoot = toHex(merkleRoot(phase.records.map(recordLeaf))).slice(2);
      const outs = phase.stateOut.map((v) => be(v, 2)).join("");
      return H("06", be(phase.firstStep, 8), be(phase.records.length, 2), be(3, 2), opsRoot, outs);
    }),
  );
  assert.equal(compiled.programHash, `0x${await H("07", ...headers)}`);
  assert.deepEqual(
    [0, 1, steps - 1].map((t) => phaseOf(compiled.phases, t)),
    [0, 0, 3],
  );
});

test("phases differ only in the update shifts, by one per halving", () => {
  const { phases } = compileProgram(smallProgram());
  phases.slice(1).forEach((phase, k) => {
    phase.records.forEach((record, j) => {
      const first = phases[0]!.records[j]!;
      const isUpdate = record.note.endsWith(" update");
      assert.deepEqual({ ...record, attrs: [] }, { ...first, attrs: [] });
      assert.deepEqual(record.attrs, isUpdate ? [first.attrs[0]! + k + 1, ...first.attrs.slice(1)] : first.attrs);
    });
  });
});

test("the hash of the digits recipe is pinned: programs on chain must keep their meaning", () => {
  assert.equal(
    compileProgram(x24Digits()).programHash,
    "0x2b14ee7280c76c2fb0e39e1d34d26d8cb86268f7aa13359253f5948e093b84a6",
  );
});

test("every bound of the digits recipe is proven below 2^24, and some are close", () => {
  const { bounds } = compileProgram(x24Digits());
  assert.ok(bounds.every(({ ratio }) => ratio < 1));
  assert.ok(Math.max(...bounds.map(({ ratio }) => ratio)) > 0.95, "widths use the room there is");
  const dw = bounds.find(({ note }) => note === "layer3 weight gradient")!;
  assert.equal(dw.bound, 64 * 127 * 2047);
});

test("B = 128 with 11-bit gradients is refused, naming operator, bound and remedy; left to the compiler it fits", () => {
  const wide = (gradientBits: number | undefined) => {
    const recipe = x24Digits();
    const layers = recipe.layers.map((layer, l) => (l === 2 ? { ...layer, gradientBits } : layer));
    return compileProgram(parseProgram({ ...recipe, layers, batchSize: 128 }));
  };
  refused("EX-002", () => wide(11), "MATMUL", "layer3 weight gradient", "33276032", "below 2\\^24", "batchSize");
  assert.equal(wide(undefined).plans[0]!.layers[2]!.gradientLimit, 1023);
});

test("forward products that can leave 2^24 are refused", () => {
  const program = { ...smallProgram(), input: { features: 1500, bits: 7, rows: 40 } };
  refused("EX-002", () => compileProgram(parseProgram(program)), "layer1 forward", String(1500 * 127 * 511));
});

const external = {
  states: [],
  consts: [{ name: "c", rows: 8, cols: 8, dtype: "int32", range: [0, 1], fixed: false }],
} as const;
const constant = { kind: KIND.CONST, idx: 0, dtype: "int32", rows: 8, cols: 8 } as const;
const value = (idx: number) => ({ ...constant, kind: KIND.VALUE, idx });
const op = (
  opcode: number,
  inputs: OpRecord["inputs"],
  attrs: number[] = [],
  more: Partial<OpRecord> = {},
): OpRecord => ({
  opcode: opcode as Opcode,
  outDtype: "int32",
  flags: 0,
  rows: 8,
  cols: 8,
  inputs,
  attrs,
  note: "probe",
  ...more,
});

test("an external tensor counts with its full type range until a CLIP (X1, X4)", () => {
  refused("EX-002", () => checkRecords([op(OP.ADD, [constant, constant])], external), "ADD");
  const clipped = [op(OP.CLIP, [constant], [-100, 100]), op(OP.ADD, [value(0), value(0)])];
  assert.equal(checkRecords(clipped, external)[1]!.bound, 200);
  const narrow = { ...constant, dtype: "int8" as const };
  const consts = [{ ...external.consts[0], dtype: "int8" as const }];
  assert.equal(checkRecords([op(OP.MATMUL, [narrow, narrow])], { states: [], consts })[0]!.bound, 8 * 128 * 128);
});

test("EXA-01: the bound is strict: 2^24 itself is refused, one below passes (X7)", () => {
  const sum = (limit: number) => [op(OP.CLIP, [constant], [0, limit]), op(OP.MULC, [value(0)], [2])];
  refused("EX-002", () => checkRecords(sum(2 ** 23), external), "16777216");
  assert.equal(checkRecords(sum(2 ** 23 - 1), external)[1]!.bound, 2 ** 24 - 2);
});

test("EXA-02: matmul operands above 2^11, long contractions, unclipped left shifts and unsafe divisions are refused (X8, X9, V22)", () => {
  const clip = (low: number, high: number) => op(OP.CLIP, [constant], [low, high]);
  refused(
    "EX-003",
    () => checkRecords([clip(0, 2049), clip(0, 1), op(OP.MATMUL, [value(0), value(1)])], external),
    "2049",
  );
  checkRecords([clip(0, 2048), clip(0, 1), op(OP.MATMUL, [value(0), value(1)])], external);
  refused("EX-002", () => checkRecords([clip(0, 9), op(OP.RHU, [value(0)], [-1, 0])], external), "negative");
  checkRecords([clip(0, 9), op(OP.RHU, [value(0)], [-1, 0, 0, 5], { flags: 1 })], external);
  refused(
    "EX-002",
    () => checkRecords([clip(0, 2 ** 22), clip(0, 5), op(OP.INTDIV, [value(0), value(1)])], external),
    "divisor",
  );
  const long = { ...constant, rows: 8, cols: 2049 };
  const consts = [{ ...external.consts[0], cols: 2049 }];
  const records = [
    op(OP.CLIP, [long], [0, 1], { cols: 2049 }),
    op(
      OP.MATMUL,
      [
        { ...long, ...{ kind: KIND.VALUE } },
        { ...long, ...{ kind: KIND.VALUE } },
      ],
      [0, 1],
    ),
  ];
  refused("EX-004", () => checkRecords(records, { states: [], consts }), "2048");
});

test("EXA-03, EXA-04: order, shapes, types and counts are checked", () => {
  const clip = op(OP.CLIP, [constant], [0, 1]);
  refused("EX-005", () => checkRecords([op(OP.RELU, [value(0)])], external), "topological");
  refused("EX-005", () => checkRecords([op(OP.RELU, [value(1)]), clip], external));
  refused("EX-006", () => checkRecords([clip, op(OP.RELU, [{ ...value(0), dtype: "int8" }])], external));
  refused("EX-006", () => checkRecords([clip, op(OP.RELU, [value(0)], [], { cols: 7 })], external));
  refused("EX-006", () => checkRecords([clip, op(OP.ADD, [value(0)])], external));
  refused("EX-006", () => checkRecords([op(99, [constant])], external));
  refused("EX-006", () => checkRecords([op(OP.RELU, [{ ...constant, kind: KIND.STATE }])], external));
  refused("EX-004", () => checkRecords([op(OP.CLIP, [constant], [0, 1], { rows: 2 ** 24 + 1 })], external));
  refused("EX-004", () => checkRecords(Array(129).fill(clip), external), "128");
});

test("EXA-05: a network too deep for 128 operators is refused", () => {
  const layer = { type: "dense", units: 8, activation: "relu", weightBits: 7, weightExponent: 7 };
  const layers = [...Array(7).fill(layer), { ...layer, activation: "softmax" }];
  refused("EX-004", () => compileProgram(smallProgram({ layers })), "layers");
});

test("malformed programs name path, found and wanted", () => {
  const good = JSON.parse(JSON.stringify(smallProgram())) as Record<string, unknown>;
  const cases: [string, unknown, RegExp][] = [
    ["program", null, /program/],
    ["version", { ...good, version: 2 }, /version: found 2/],
    ["unknown field", { ...good, colour: "red" }, /colour: found red, wanted no such field/],
    ["steps", { ...good, steps: 0 }, /steps: found 0/],
    ["steps", { ...good, steps: 2 ** 40 + 1 }, /steps/],
    ["batchSize", { ...good, batchSize: 48 }, /batchSize: found 48, wanted must be a power of two/],
    ["segmentLength", { ...good, segmentLength: 65 }, /segmentLength: found 65/],
    ["bits", { ...good, input: { features: 4, bits: 8, rows: 4 } }, /input\.bits: found 8/],
    [
      "activation",
      { ...good, layers: [{ type: "dense", units: 3, activation: "relu", weightBits: 9, weightExponent: 9 }] },
      /layers\.0\.activation: found relu/,
    ],
    [
      "weightBits",
      { ...good, layers: [{ type: "dense", units: 3, activation: "softmax", weightBits: 12, weightExponent: 9 }] },
      /layers\.0\.weightBits: found 12/,
    ],
    ["drops", { ...good, optimizer: { type: "sgd", rateExponent: -2, halveAtPercent: [75, 50] } }, /halveAtPercent/],
    [
      "drops",
      { ...good, optimizer: { type: "sgd", rateExponent: -2, halveAtPercent: [10, 20, 30, 40] } },
      /halveAtPercent/,
    ],
  ];
  for (const [name, json, message] of cases) {
    assert.throws(
      () => parseProgram(json),
      (error) => error instanceof ExactError && error.code === "EX-001" && message.test(error.message),
      name,
    );
  }
});

test("EXA-22: the softmax table equals the rounded exponential and is pinned", () => {
  const { data } = softmaxTable();
  data.forEach((v, i) => {
    assert.equal(v, Math.round(2048 * Math.exp(-i / 16)), `entry ${i}`);
  });
  assert.deepEqual([data[0], data[1], data[16], data[122], data[255]], [2048, 1924, 753, 1, 0]);
});

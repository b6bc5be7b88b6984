import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concat, fromHex, toHex, word } from "../commit/bytes.ts";
import { keccak } from "../commit/keccak.ts";
import { depth, node } from "../commit/merkle.ts";
import { runRoot, stateHash } from "../commit/run.ts";
import { tensorRoot } from "../commit/tensor.ts";
import { ExactError } from "../errors.ts";
import type { CompiledProgram } from "../program/compile.ts";
import { OP } from "../program/opcodes.ts";
import { UNCHANGED } from "../program/records.ts";
import { constTensors, evaluateRecord, referenceStep, traceStep } from "../run/reference.ts";
import { compileSmall, convolutional, seed } from "../testing.ts";
import { DTYPE_CODE, type Hex, type IntTensor } from "../types.ts";
import { evaluateQuickly } from "./evaluate.ts";
import { operandTiles } from "./operands.ts";
import { createTracer, type Tracer } from "./tracer.ts";

const NONCE = seed(99);

interface Run {
  compiled: CompiledProgram;
  dataset: IntTensor;
  /** states[t]: the state after t steps. */
  states: IntTensor[][];
  hashes: Hex[];
  boundaries: Hex[];
}

/** The whole run in the reference interpreter, every state kept: what the tracer must be able to reproduce. */
function referenceRun(change: Record<string, unknown>): Run {
  const { compiled, dataset } = compileSmall(change);
  const consts = constTensors(compiled, dataset);
  const start = compiled.states.map((spec, k): IntTensor => {
    const rows = spec.listRows === undefined ? spec.rows : 0;
    const length = rows * spec.cols;
    const data =
      spec.dtype === "int16"
        ? new Int16Array(length)
        : Int32Array.from({ length }, (_, i) => ((i + k) * 2654435761) % spec.range[1]);
    return { ...spec, rows, data };
  });
  const states = [start];
  for (let step = 0; step < compiled.steps; step++) {
    states.push(referenceStep(compiled, { states: states[step]!, consts, nonce: NONCE, step }));
  }
  const hashes = states.map((state, t) => stateHash(t, state.map(tensorRoot)));
  const boundaries = hashes.filter((_, t) => t > 0 && t < compiled.steps && t % compiled.segmentLength === 0);
  return { compiled, dataset, states, hashes, boundaries };
}

function tracerOf(run: Run, kept: (segment: number) => boolean = () => true, more: object = {}): Tracer {
  return createTracer({
    compiled: run.compiled,
    dataset: run.dataset,
    nonce: NONCE,
    boundaries: run.boundaries,
    loadState: async (segment) =>
      segment === 0 || kept(segment) ? run.states[segment * run.compiled.segmentLength] : undefined,
    ...more,
  });
}

/** Folds the children of a reveal up to the node they were revealed for. */
function fold(nodes: readonly Hex[]): Hex {
  let row = nodes.map(fromHex);
  while (row.length > 1) row = row.filter((_, i) => i % 2 === 0).map((left, i) => node(left, row[2 * i + 1]!));
  return toHex(row[0]!);
}

function climb(leaf: Uint8Array, index: number, proof: readonly Hex[]): Hex {
  let at = index;
  let out = leaf;
  for (const sibling of proof) {
    out = at % 2 === 1 ? node(fromHex(sibling), out) : node(out, fromHex(sibling));
    at = Math.floor(at / 2);
  }
  return toHex(out);
}

const tileLeaf = (dtype: IntTensor["dtype"], data: Hex): Uint8Array =>
  keccak(new Uint8Array([0, DTYPE_CODE[dtype]]), fromHex(data));

/** Walks a tile tree from its root to tile `index` through reveals of up to four levels, checking each. */
async function walk(
  root: Hex,
  leaves: number,
  index: number,
  reveal: (level: number, at: number) => Promise<Hex[]> | Hex[],
): Promise<Hex> {
  let expect = root;
  for (let level = depth(leaves); level > 0; ) {
    const at = Math.floor(index / 2 ** level);
    const nodes = await reveal(level, at);
    const g = Math.min(4, level);
    assert.equal(nodes.length, 2 ** g);
    assert.equal(fold(nodes), expect);
    level -= g;
    expect = nodes[Math.floor(index / 2 ** level) - at * 2 ** g]!;
  }
  return expect;
}

const programs = fc.record({
  kind: fc.constantFrom("train", "infer"),
  units: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }),
  features: fc.integer({ min: 1, max: 40 }),
  rows: fc.integer({ min: 1, max: 50 }),
  batch: fc.constantFrom(1, 2, 8, 32),
  steps: fc.integer({ min: 1, max: 9 }),
  segmentLength: fc.integer({ min: 1, max: 4 }),
  sparse: fc.integer({ min: 1, max: 3 }),
  pick: fc.infiniteStream(fc.nat()),
});

type Choice = typeof programs extends fc.Arbitrary<infer T> ? T : never;

function changeOf({ kind, units, features, rows, batch, steps, segmentLength }: Choice): Record<string, unknown> {
  const layers = units.map((count, l) => ({
    type: "dense",
    units: count,
    activation: l === units.length - 1 ? "softmax" : "relu",
    weightBits: 9,
    weightExponent: 8,
  }));
  return { kind, layers, input: { features, bits: 5, rows }, batchSize: batch, steps, segmentLength };
}

/** Checks one path from the run to an element; every choice on the way comes from `pick`. */
async function checkPath(run: Run, tracer: Tracer, pick: (end: number) => number): Promise<void> {
  const { compiled, hashes } = run;
  const { segmentLength, steps, segments } = compiled;
  const segment = pick(segments);
  assert.equal(tracer.runRoot, runRoot(run.boundaries));
  if (segment < segments - 1) {
    const leaf = await walk(tracer.runRoot, segments - 1, segment, (level, at) => tracer.runTreeNodes(level, at));
    assert.equal(leaf, toHex(keccak(new Uint8Array([0x09]), word(run.boundaries[segment]!))));
  }
  const { pre, proof, states } = await tracer.segmentSteps(segment);
  const first = segment * segmentLength;
  const last = Math.min(steps, first + segmentLength);
  assert.equal(pre, hashes[first]);
  assert.deepEqual(states, hashes.slice(first + 1, last + 1));
  if (segment === 0) assert.deepEqual(proof, []);
  else assert.equal(climb(keccak(new Uint8Array([0x09]), word(pre)), segment - 1, proof), tracer.runRoot);
  const step = first + pick(last - first);
  await checkStep(run, tracer, step, pick);
}

async function checkStep(run: Run, tracer: Tracer, step: number, pick: (end: number) => number): Promise<void> {
  const { compiled, hashes } = run;
  const ops = await tracer.stepOps(step);
  const phase = compiled.phases[ops.phase]!;
  assert.equal(stateHash(step, ops.preRoots), hashes[step]);
  assert.equal(stateHash(step + 1, ops.postRoots), hashes[step + 1]);
  const assembled = phase.stateOut.map((value, k) => (value === UNCHANGED ? ops.preRoots[k]! : ops.values[value]!));
  assert.deepEqual(assembled, ops.postRoots);
  assert.equal(ops.values.length, phase.records.length);
  const op = pick(phase.records.length);
  const record = phase.records[op]!;
  const headed = tracer.recordProof(ops.phase, op);
  assert.equal(climb(fromHex(headed.leaf), op, headed.proof), headed.opsRoot);
  const hashed = headed.headers.map((packed) => keccak(new Uint8Array([0x06]), fromHex(packed)));
  assert.equal(toHex(keccak(new Uint8Array([0x07]), concat(hashed))), compiled.programHash);
  if (record.opcode === OP.CHAIN) {
    const { inputRoots, tiles } = await tracer.proveInputs(step, op, 0, 0);
    const [list, item] = inputRoots as [Hex, Hex];
    assert.equal(toHex(keccak(new Uint8Array([0x05]), word(list), word(item))), ops.values[op]);
    assert.deepEqual(tiles, []);
    return;
  }
  await checkElement(run, tracer, { step, op, root: ops.values[op]!, pick });
}

async function checkElement(
  run: Run,
  tracer: Tracer,
  at: { step: number; op: number; root: Hex; pick: (end: number) => number },
): Promise<void> {
  const { step, op, root, pick } = at;
  const { record } = tracer.recordProof((await tracer.stepOps(step)).phase, op);
  const width = Math.ceil(record.cols / 16);
  const count = Math.ceil(record.rows / 16) * width;
  const [row, col] = [pick(record.rows), pick(record.cols)];
  const tile = Math.floor(row / 16) * width + Math.floor(col / 16);
  const leaf = await walk(root, count, tile, (level, index) => tracer.opTreeNodes(step, op, level, index));
  const data = await tracer.tile(step, op, tile);
  assert.equal(toHex(tileLeaf(record.outDtype, data)), leaf);
  const size = (data.length - 2) / 512;
  const from = 2 + 2 * size * (16 * (row % 16) + (col % 16));
  const value = BigInt.asIntN(8 * size, BigInt(`0x${data.slice(from, from + 2 * size)}`));
  let chunk: number | undefined;
  if (record.opcode === OP.MATMUL) {
    const sums = await tracer.prefix(step, op, row, col);
    assert.equal(sums.at(-1), value);
    const products = record.attrs[0]
      ? record.inputs[0]!.rows / Math.max(1, record.attrs[2] ?? 0)
      : record.inputs[0]!.cols;
    assert.equal(sums.length, Math.ceil(products / 16));
    chunk = pick(sums.length);
  }
  await checkInputs(run, tracer, { step, op, row, col, chunk });
}

async function checkInputs(
  run: Run,
  tracer: Tracer,
  { step, op, row, col, chunk }: { step: number; op: number; row: number; col: number; chunk?: number },
): Promise<void> {
  const { phase, preRoots, values } = await tracer.stepOps(step);
  const { record } = tracer.recordProof(phase, op);
  const { inputRoots, tiles } = await tracer.proveInputs(step, op, row, col, chunk);
  const consts = constTensors(run.compiled, run.dataset);
  const scope = { states: run.states[step]!, consts, nonce: NONCE, step };
  const all = traceStep(run.compiled, scope);
  const inputs = record.inputs.map(({ kind, idx }) => [all, scope.states, consts][kind]![idx]!);
  const constRoots = await tracer.constRoots();
  const roots = record.inputs.map(({ kind, idx }) => [values, preRoots, constRoots][kind]![idx]!);
  assert.deepEqual(inputRoots, roots);
  const places = operandTiles(record, inputs, scope, { row, col, chunk });
  assert.equal(tiles.length, record.inputs.length);
  places.forEach(({ input, tileRow, tileCol }, k) => {
    const { dtype, rows, cols } = record.inputs[input]!;
    const { data, proof } = tiles[k]!;
    assert.equal(proof.length, depth(Math.ceil(rows / 16) * Math.ceil(cols / 16)));
    const index = tileRow * Math.ceil(cols / 16) + tileCol;
    assert.equal(climb(tileLeaf(dtype, data), index, proof), inputRoots[input]);
  });
}

test("every answer hashes to its parent, from the run root to the tiles a judge reads", async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (choice) => {
      const run = referenceRun(changeOf(choice));
      const tracer = tracerOf(run, (segment) => segment % choice.sparse === 0);
      const pick = (end: number): number => choice.pick.next().value! % end;
      for (let i = 0; i < 4; i++) await checkPath(run, tracer, pick);
    }),
    { numRuns: 150 },
  );
});

/** Images of 16 x 16 in batches whose pixels are too many for one contraction: the kernel's gradient comes in parts. */
const inParts = (): Record<string, unknown> => {
  const [conv, , , dense] = convolutional().layers as Record<string, unknown>[];
  const input = { features: 256, bits: 5, rows: 30, image: { height: 16, width: 16, channels: 1 }, augmentShift: 2 };
  return convolutional({ input, layers: [conv, dense], batchSize: 16, steps: 3, segmentLength: 2 });
};

for (const [name, change] of Object.entries({ convolutions: convolutional(), "parts of a contraction": inParts() })) {
  test(`${name}: every answer about every record hashes to its parent`, async () => {
    const run = referenceRun({ ...change, segmentLength: 2 });
    const tracer = tracerOf(run, (segment) => segment === 0);
    let state = 7;
    const random = (end: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * end);
    };
    const parts = run.compiled.records.filter(({ opcode, attrs }) => opcode === OP.MATMUL && (attrs[2] ?? 0) > 1);
    assert.equal(parts.length > 0, name === "parts of a contraction");
    for (const op of run.compiled.records.keys()) {
      // checkStep draws the operator first, then row, column and chunk
      let first = true;
      await checkStep(run, tracer, run.compiled.steps - 1, (end) => {
        const drawn = first ? op : random(end);
        first = false;
        return drawn;
      });
    }
  });
}

test("the quick evaluator equals the reference on every record of a run", () => {
  const wide = { batchSize: 32, input: { features: 37, bits: 7, rows: 19 } };
  for (const change of [{}, { kind: "infer" }, wide, convolutional(), inParts()]) {
    const { compiled, dataset, states } = referenceRun({ ...change, steps: 3, segmentLength: 2 });
    const consts = constTensors(compiled, dataset);
    states.slice(0, -1).forEach((state, step) => {
      const scope = { states: state, consts, nonce: NONCE, step };
      const values = traceStep(compiled, scope);
      compiled.records.forEach((record, index) => {
        const inputs = record.inputs.map(({ kind, idx }) => [values, state, consts][kind]![idx]!);
        assert.deepEqual(evaluateQuickly(record, inputs, scope), evaluateRecord(record, inputs, scope), `${index}`);
      });
    });
  }
});

test("sparse checkpoints and a cache too small for one state change no answer", async () => {
  const run = referenceRun({ steps: 11, segmentLength: 2 });
  const dense = tracerOf(run);
  const sparse = tracerOf(run, () => false, { cacheBytes: 1 });
  for (const segment of [5, 0, 3, 4]) {
    assert.deepEqual(await sparse.segmentSteps(segment), await dense.segmentSteps(segment));
  }
  for (const step of [10, 2, 3]) assert.deepEqual(await sparse.stepOps(step), await dense.stepOps(step));
});

test("a damaged checkpoint is refused with EX-031, not continued from", async () => {
  const run = referenceRun({});
  const damaged = run.states[4]!.map((tensor, k) => ({
    ...tensor,
    data: tensor.data.map((v, i) => v + +(k + i === 0)),
  }));
  const tracer = createTracer({
    ...run,
    nonce: NONCE,
    loadState: async (segment) => (segment === 1 ? (damaged as IntTensor[]) : run.states[4 * segment]),
  });
  await assert.rejects(tracer.segmentSteps(1), (error) => error instanceof ExactError && error.code === "EX-031");
  assert.equal((await tracer.segmentSteps(2)).states.at(-1), run.hashes[12]);
  assert.throws(
    () => createTracer({ ...run, boundaries: [], nonce: NONCE, loadState: async () => run.states[0] }),
    (error) => error instanceof ExactError && error.code === "EX-031",
  );
});

test("positions that the run does not have throw EX-060", async () => {
  const run = referenceRun({});
  const tracer = tracerOf(run);
  const isMatmul = (record: { opcode: number }) => record.opcode === OP.MATMUL;
  const matmul = run.compiled.records.findIndex(isMatmul);
  const relu = run.compiled.records.findIndex((record) => !isMatmul(record));
  const asks: (() => unknown)[] = [
    () => tracer.runTreeNodes(2, 0),
    () => tracer.runTreeNodes(0, 0),
    () => tracer.runTreeNodes(1, 1),
    () => tracer.segmentSteps(3),
    () => tracer.segmentSteps(-1),
    () => tracer.stepOps(12),
    () => tracer.stepOps(0.5),
    () => tracer.stateHash(13),
    () => tracer.tile(0, 999, 0),
    () => tracer.tile(0, 0, 2),
    () => tracer.opTreeNodes(0, 0, 9, 0),
    () => tracer.prefix(0, relu, 0, 0),
    () => tracer.prefix(0, matmul, 0, 18),
    () => tracer.proveInputs(0, matmul, 0, 0),
    () => tracer.proveInputs(0, matmul, 0, 0, 2),
    () => tracer.recordProof(3, 0),
    () => tracer.recordProof(0, 999),
  ];
  for (const ask of asks) {
    await assert.rejects(
      async () => ask(),
      (error) => error instanceof ExactError && error.code === "EX-060",
      ask.toString(),
    );
  }
});

test("the padding of an edge tile needs no input", async () => {
  const run = referenceRun({});
  const tracer = tracerOf(run);
  const { tiles, inputRoots } = await tracer.proveInputs(0, 0, 15, 0);
  assert.equal(inputRoots.length, 1);
  assert.deepEqual(tiles, []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { runRoot, stateHash } from "../commit/run.ts";
import { tensorRoot } from "../commit/tensor.ts";
import { initialState } from "../data/init.ts";
import { ExactError } from "../errors.ts";
import { loadNodeBackend } from "../node.ts";
import { compileProgram } from "../program/compile.ts";
import { x24Digits, x24DigitsCnn } from "../recipes.ts";
import { compileSmall, convolutional, seed } from "../testing.ts";
import type { Hex, IntTensor } from "../types.ts";
import type { BackendName } from "./backend-names.ts";
import { constTensors, referenceStep } from "./reference.ts";
import { type RunOptions, type RunResult, runProgram, type Segment } from "./run.ts";

const NONCE = seed(7);

async function run(
  change: Record<string, unknown>,
  backend: BackendName = "wasm",
  more: Partial<RunOptions> = {},
): Promise<RunResult & { segments: Segment[] }> {
  const { compiled, dataset } = compileSmall(change);
  const segments: Segment[] = [];
  const start = { step: 0, state: initialState(compiled, seed(1)), boundaries: [] };
  const onSegment = (segment: Segment): void => void segments.push(segment);
  const result = await runProgram({
    compiled,
    backend: await loadNodeBackend(backend),
    dataset,
    nonce: NONCE,
    start,
    onSegment,
    ...more,
  });
  return { ...result, segments };
}

/** States after every step by the plain interpreter. */
function interpret(change: Record<string, unknown>): { step: number; state: IntTensor[] }[] {
  const { compiled, dataset } = compileSmall(change);
  const consts = constTensors(compiled, dataset);
  let state = initialState(compiled, seed(1));
  return Array.from({ length: compiled.steps }, (_, step) => {
    state = referenceStep(compiled, { states: state, consts, nonce: NONCE, step });
    return { step: step + 1, state };
  });
}

const VARIANTS: Record<string, Record<string, unknown>> = {
  "three layers, three phases": {},
  "high rate: left shifts and clipped masters": {
    optimizer: { type: "sgd", rateExponent: 2, halveAtPercent: [] },
    steps: 20,
  },
  "tiny rate: shifts beyond 24": { optimizer: { type: "sgd", rateExponent: -20, halveAtPercent: [90] } },
  "one layer": { layers: [{ type: "dense", units: 3, activation: "softmax", weightBits: 11, weightExponent: 10 }] },
  "momentum, a left shift of the update": {
    optimizer: { type: "sgd", rateExponent: 1, halveAtPercent: [50], momentumShift: 3 },
  },
  "convolutions, two channels, images moved by a pixel, momentum": convolutional(),
  "convolutions, parts of a contraction, plain descent at a high rate": convolutional({
    input: { features: 288, bits: 5, rows: 30, image: { height: 12, width: 24, channels: 1 }, augmentShift: 2 },
    optimizer: { type: "sgd", rateExponent: 1, halveAtPercent: [] },
    batchSize: 16,
    steps: 3,
  }),
  "batch of one, 17 classes, last segment short": {
    batchSize: 1,
    steps: 7,
    layers: [
      { type: "dense", units: 5, activation: "relu", weightBits: 7, weightExponent: 6, activationBits: 9 },
      { type: "dense", units: 17, activation: "softmax", weightBits: 5, weightExponent: 4 },
    ],
  },
};

for (const [name, change] of Object.entries(VARIANTS)) {
  test(`wasm, cpu and the reference give the same states: ${name}`, async () => {
    const wanted = interpret(change);
    for (const backend of ["wasm", "cpu"] as const) {
      const { segments, finalState, finalRoots } = await run({ ...change, segmentLength: 1 }, backend);
      for (const [i, { state }] of segments.entries())
        assert.deepEqual(state, wanted[i]!.state, `${backend} step ${i + 1}`);
      assert.equal(segments.length, wanted.length);
      assert.equal(finalState, stateHash(wanted.length, finalRoots));
    }
  });
}

test("EXA-21: boundaries, run root and final state are those of the layout; the run learns", async () => {
  const { compiled } = compileSmall({ steps: 200, segmentLength: 64 });
  const losses: number[] = [];
  const result = await run({ steps: 200, segmentLength: 64 }, "wasm", { onProgress: (p) => void losses.push(p.loss) });
  assert.deepEqual(
    result.segments.map((s) => s.step),
    [64, 128, 192, 200],
  );
  assert.deepEqual(
    result.boundaries,
    result.segments.slice(0, 3).map((s) => s.stateHash),
  );
  assert.equal(compiled.segments, 4);
  assert.equal(result.runRoot, runRoot(result.boundaries));
  assert.deepEqual(result.finalRoots, result.state.map(tensorRoot));
  assert.equal(result.finalState, result.segments[3]!.stateHash);
  assert.ok(losses.at(-1)! < losses[0]! / 2, `loss fell from ${losses[0]} to ${losses.at(-1)}`);
  assert.equal(result.loss, losses.at(-1));
});

test("a run resumed from any checkpoint ends in the same bits", async () => {
  const whole = await run({});
  for (const from of whole.segments.slice(0, -1)) {
    const boundaries = whole.boundaries.slice(0, from.index + 1);
    const resumed = await run({}, "cpu", { start: { step: from.step, state: from.state, boundaries } });
    assert.equal(resumed.runRoot, whole.runRoot);
    assert.equal(resumed.finalState, whole.finalState);
  }
});

test("another nonce, seed or data set gives another result", async () => {
  const { compiled, dataset } = compileSmall();
  const other = { ...dataset, data: dataset.data.slice() };
  other.data[0] = (other.data[0]! + 1) % 32;
  const start = { step: 0, state: initialState(compiled, seed(2)), boundaries: [] };
  const results = [
    await run({}),
    await run({}, "wasm", { nonce: seed(8) }),
    await run({}, "wasm", { start }),
    await run({}, "wasm", { dataset: other }),
  ];
  assert.equal(new Set(results.map((r) => r.finalState)).size, 4);
});

test("saturation counters show a rate that is too high, and are silent where nothing is trained", async () => {
  const calm = await run({ steps: 40 });
  const wild = await run({ steps: 40, optimizer: { type: "sgd", rateExponent: 2, halveAtPercent: [] } });
  const [low, high] = [calm, wild].map(({ segments }) => segments.at(-1)!.saturation!);
  assert.ok(low!.clippedWeights < 0.01, `${low!.clippedWeights}`);
  assert.ok(high!.clippedWeights > 0.05, `${high!.clippedWeights}`);
  for (const { zeroedGradients } of [low!, high!]) assert.ok(zeroedGradients >= 0 && zeroedGradients < 1);
  const inference = await run({ kind: "infer", steps: 2 });
  assert.equal(inference.segments[0]!.saturation, undefined);
});

for (const [name, change] of Object.entries({ dense: {}, convolutional: convolutional() })) {
  test(`values outside the declared ranges are clipped alike by every executor: ${name}`, async () => {
    const short = { ...change, segmentLength: 1, steps: 3 };
    const { compiled, dataset } = compileSmall(short);
    const wild = { ...dataset, data: dataset.data.map((v, i) => (i % 11 === 0 ? -128 : i % 7 === 0 ? 127 : v)) };
    const state = initialState(compiled, seed(1)).map((t) => ({
      ...t,
      data: Int32Array.from(t.data, (v, i) => (i % 5 === 0 ? v * 4096 + (i - 20) * 123456 : v)),
    }));
    const start = { step: 0, state, boundaries: [] };
    const { segments } = await run(short, "wasm", { dataset: wild, start });
    let wanted: IntTensor[] = state;
    for (let step = 0; step < 3; step++) {
      wanted = referenceStep(compiled, { states: wanted, consts: constTensors(compiled, wild), nonce: NONCE, step });
      assert.deepEqual(segments[step]!.state, wanted);
    }
  });
}

test("abort stops between steps with EX-050 and leaks no tensor", async () => {
  const controller = new AbortController();
  await loadNodeBackend("wasm");
  const before = tf.memory().numTensors;
  const aborted = run({ steps: 5000 }, "wasm", {
    signal: controller.signal,
    onSegment: ({ index }) => void (index === 2 && controller.abort()),
  });
  await assert.rejects(aborted, (error) => error instanceof ExactError && error.code === "EX-050");
  assert.equal(tf.memory().numTensors, before);
});

test("neither steps nor finished runs leave tensors behind, on either back end", async () => {
  for (const backend of ["wasm", "cpu"] as const) {
    await loadNodeBackend(backend);
    const before = tf.memory().numTensors;
    const during = new Set<number>();
    for (const change of [{ steps: 16 }, convolutional({ steps: 6, segmentLength: 2 })]) {
      during.clear();
      await run(change, backend, { onSegment: () => void during.add(tf.memory().numTensors) });
      assert.equal(during.size, 1, "the number of live tensors does not grow");
      assert.equal(tf.memory().numTensors, before);
    }
  }
});

test("starts that do not fit are refused with EX-031, wrong data sets with EX-010", async () => {
  const { compiled, dataset } = compileSmall();
  const whole = await run({});
  const { state } = whole.segments[0]!;
  const boundaries = [whole.boundaries[0]!];
  const bad: [string, RunOptions["start"]][] = [
    ["step inside a segment", { step: 3, state, boundaries }],
    ["step at the end", { step: 12, state, boundaries: [...whole.boundaries, whole.finalState] }],
    ["missing boundary", { step: 4, state, boundaries: [] }],
    ["foreign boundary", { step: 4, state, boundaries: [seed(3)] }],
    ["altered state", { step: 4, state: initialState(compiled, seed(1)), boundaries }],
    ["missing tensor", { step: 0, state: state.slice(1), boundaries: [] as Hex[] }],
  ];
  for (const [name, start] of bad) {
    await assert.rejects(
      run({}, "wasm", { start }),
      (error) => error instanceof ExactError && error.code === "EX-031",
      name,
    );
  }
  const narrow = { ...dataset, rows: dataset.rows - 1 };
  await assert.rejects(
    run({}, "wasm", { dataset: narrow }),
    (error) => error instanceof ExactError && error.code === "EX-010",
  );
});

test("EXA-20: inference chains the logits of the rows in order, and resumes", async () => {
  const change = { kind: "infer", steps: 5, segmentLength: 2 };
  const wanted = interpret(change);
  const whole = await run(change);
  assert.deepEqual(whole.state, wanted[4]!.state);
  assert.deepEqual(
    whole.segments.map((s) => s.state.at(-1)!.rows),
    [16, 32, 40],
  );
  assert.deepEqual(
    whole.segments.map((s) => s.stateHash),
    [1, 3, 4].map((i) => stateHash(i + 1, wanted[i]!.state.map(tensorRoot))),
  );
  const { compiled } = compileSmall(change);
  assert.equal(compiled.outIdx, 3);
  const from = whole.segments[0]!;
  const resumed = await run(change, "cpu", {
    start: { step: from.step, state: from.state, boundaries: whole.boundaries.slice(0, 1) },
  });
  assert.equal(resumed.finalState, whole.finalState);
});

/** 100 rows of the digits' shape whose values spread over the range; no data set needed. */
function syntheticDigits(): IntTensor {
  const cols = 794;
  const data = Int8Array.from({ length: 100 * cols }, (_, i) => {
    const [row, col] = [Math.floor(i / cols), i % cols];
    return col < 784 ? (row * 7919 + col * col * 31) % 32 : Number(col - 784 === row % 10);
  });
  return { name: "dataset", rows: 100, cols, dtype: "int8", data };
}

const NETWORKS = { dense: x24Digits(), convolutional: { ...x24DigitsCnn(), batchSize: 16 } };

for (const [name, recipe] of Object.entries(NETWORKS)) {
  test(`the ${name} digits network: two steps of wasm and cpu equal the reference on synthetic rows`, async () => {
    const compiled = compileProgram({ ...recipe, input: { ...recipe.input, rows: 100 }, steps: 2, segmentLength: 1 });
    const dataset = syntheticDigits();
    let state = initialState(compiled, seed(1));
    const wanted = [0, 1].map((step) => {
      state = referenceStep(compiled, { states: state, consts: constTensors(compiled, dataset), nonce: NONCE, step });
      return stateHash(step + 1, state.map(tensorRoot));
    });
    for (const backend of ["wasm", "cpu"] as const) {
      const start = { step: 0, state: initialState(compiled, seed(1)), boundaries: [] };
      const result = await runProgram({
        compiled,
        backend: await loadNodeBackend(backend),
        dataset,
        nonce: NONCE,
        start,
      });
      assert.deepEqual([...result.boundaries, result.finalState], wanted, backend);
    }
  });
}

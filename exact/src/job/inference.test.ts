import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { tensorRoot } from "../commit/tensor.ts";
import { packDataset } from "../data/dataset.ts";
import { initialState } from "../data/init.ts";
import { ExactError } from "../errors.ts";
import { loadNodeBackend } from "../node.ts";
import { compileProgram } from "../program/compile.ts";
import { parseProgram } from "../program/schema.ts";
import { runProgram } from "../run/run.ts";
import { seed } from "../testing.ts";
import type { IntTensor } from "../types.ts";
import { inferenceOf, provePrediction, readPredictions, verifyPrediction } from "./inference.ts";

const CLASSES = 18;
const ROWS = 150;
const trained = parseProgram({
  format: "assay-program",
  version: 1,
  kind: "train",
  name: "small",
  input: { features: 24, bits: 5, rows: ROWS },
  layers: [
    { type: "dense", units: 20, activation: "relu", weightBits: 9, weightExponent: 8 },
    { type: "dense", units: CLASSES, activation: "softmax", weightBits: 9, weightExponent: 8 },
  ],
  loss: "softmax-cross-entropy",
  batchSize: 32,
  steps: 40,
});
const images = Array.from({ length: ROWS }, (_, row) =>
  Array.from({ length: 24 }, (_, i) => ((row * 7 + i * 13) % 64) / 64),
);
const dataset = packDataset(
  images,
  images.map((_, row) => row % CLASSES),
  { bits: 5, classes: CLASSES },
);
const isUnproven = (error: unknown) => error instanceof ExactError && error.code === "EX-061";

let state: IntTensor[];
let shape: { batchSize: number; steps: number; classes: number };
before(async () => {
  const backend = await loadNodeBackend("wasm");
  const compiled = compileProgram(trained);
  const start = { step: 0, state: initialState(compiled, seed(1)), boundaries: [] };
  const after = await runProgram({ compiled, backend, dataset, nonce: seed(2), start });
  const { program, initial } = inferenceOf(trained, after.state, ROWS);
  assert.deepEqual([program.batchSize, program.steps], [64, 3]);
  const inference = compileProgram(program);
  const run = { compiled: inference, dataset, nonce: seed(3) };
  const from = { step: 0, state: initial, boundaries: [] };
  state = (await runProgram({ ...run, backend, start: from })).state;
  // The nonce draws nothing in inference, and every engine says the same.
  const other = await runProgram({ ...run, nonce: seed(4), backend: await loadNodeBackend("cpu"), start: from });
  assert.deepEqual(other.state, state);
  shape = { batchSize: 64, steps: 3, classes: CLASSES };
});

test("every row has its prediction, and each can be proven against the root that is committed", () => {
  const { classes, logits } = readPredictions(state, ROWS);
  assert.equal(classes.length, ROWS);
  assert.ok(new Set(classes).size > 3, "the network tells rows apart");
  const root = tensorRoot(state.at(-1)!);
  for (const row of [0, 15, 16, 63, 64, 127, 128, ROWS - 1]) {
    const shown = verifyPrediction(provePrediction(state, row), root, shape);
    assert.deepEqual(shown, logits.slice(row * CLASSES, (row + 1) * CLASSES));
  }
});

test("a proof of another row, of other logits, or altered anywhere is not believed", () => {
  const root = tensorRoot(state.at(-1)!);
  const proof = provePrediction(state, 70);
  assert.throws(() => verifyPrediction({ ...proof, row: 6 }, root, shape), isUnproven, "another batch");
  assert.throws(() => verifyPrediction({ ...proof, row: 110 }, root, shape), isUnproven, "another tile");
  assert.throws(() => verifyPrediction({ ...proof, after: [] }, root, shape), isUnproven);
  assert.throws(() => provePrediction(state, 3 * 64), isUnproven);
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const text = JSON.stringify(proof);
      const digits = [...text.matchAll(/0x([0-9a-f]+)/g)].map(({ index }) => index + 2);
      const place = digits[at % digits.length]!;
      const digit = ((Number.parseInt(text[place]!, 16) + (flip % 15) + 1) % 16).toString(16);
      if (digit === text[place]) return;
      const altered = JSON.parse(text.slice(0, place) + digit + text.slice(place + 1));
      assert.throws(() => verifyPrediction(altered, root, shape), isUnproven);
    }),
  );
});

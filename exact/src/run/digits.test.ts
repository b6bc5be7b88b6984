import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import { packDataset } from "../data/dataset.ts";
import { splitDigits } from "../data/digits.ts";
import { initialState } from "../data/init.ts";
import { toLayersModel } from "../model/to-layers.ts";
import { loadNodeBackend } from "../node.ts";
import { compileProgram } from "../program/compile.ts";
import { x24Digits } from "../recipes.ts";
import { seed } from "../testing.ts";
import { evaluate } from "./evaluate.ts";
import { runProgram } from "./run.ts";

const folder = dirname(createRequire(import.meta.url).resolve("mnist/package.json"));
const classes = Array.from({ length: 10 }, (_, digit) => {
  const file = join(folder, "src", "digits", `${digit}.json`);
  return (JSON.parse(readFileSync(file, "utf8")) as { data: number[] }).data;
});
const { train, heldOut } = splitDigits(classes);
const dataset = packDataset(train.images, train.labels, { bits: 5, classes: 10 });
const held = packDataset(heldOut.images, heldOut.labels, { bits: 5, classes: 10 });

test("the digits split has 8,000 training and 2,000 held-out rows", () => {
  assert.deepEqual([dataset.rows, held.rows], [8000, 2000]);
});

test("cpu and wasm agree on the digits network for 24 steps through all phases, resumed on the way", async () => {
  const compiled = compileProgram({ ...x24Digits(), steps: 24, segmentLength: 8 });
  const start = { step: 0, state: initialState(compiled, seed(1)), boundaries: [] };
  const options = { compiled, dataset, nonce: seed(2) };
  const segments: Parameters<NonNullable<Parameters<typeof runProgram>[0]["onSegment"]>>[0][] = [];
  const onSegment = (segment: (typeof segments)[0]): void => void segments.push(segment);
  const cpu = await runProgram({ ...options, backend: await loadNodeBackend("cpu"), start, onSegment });
  const wasm = await runProgram({ ...options, backend: await loadNodeBackend("wasm"), start });
  const { step, state } = segments[1]!;
  const resumed = await runProgram({
    ...options,
    backend: await loadNodeBackend("wasm"),
    start: { step, state, boundaries: cpu.boundaries },
  });
  assert.deepEqual([wasm.runRoot, wasm.finalState], [cpu.runRoot, cpu.finalState]);
  assert.deepEqual([resumed.runRoot, resumed.finalState], [cpu.runRoot, cpu.finalState]);
  assert.equal(new Set(segments.map((segment) => segment.stateHash)).size, 3);
});

test("a tenth of the recipe already reads most digits, and the exported model agrees within half a point", async () => {
  const compiled = compileProgram({ ...x24Digits(), steps: 300 });
  const backend = await loadNodeBackend("wasm");
  const start = { step: 0, state: initialState(compiled, seed(1)), boundaries: [] };
  const { state } = await runProgram({ compiled, backend, dataset, nonce: seed(3), start });
  const exact = await evaluate(compiled, backend, state, held);
  assert.ok(exact.accuracy > 0.9, `accuracy ${exact.accuracy}`);
  assert.equal(exact.wrong.length, Math.round((1 - exact.accuracy) * 2000));
  const { modelJson, weights } = toLayersModel(compiled, state);
  const model = await loadLayersModel(
    tf.io.fromMemory({
      modelTopology: modelJson.modelTopology,
      weightSpecs: modelJson.weightsManifest.flatMap((group) => group.weights),
      weightData: weights.buffer as ArrayBuffer,
    }),
  );
  const agree = tf.tidy(() => {
    const pixels = Float32Array.from(
      { length: 2000 * 784 },
      (_, i) => held.data[Math.floor(i / 784) * 794 + (i % 784)]! / 32,
    );
    const found = tf.argMax(model.predict(tf.tensor2d(pixels, [2000, 784])) as tf.Tensor, 1).dataSync();
    return heldOut.labels.filter((label, row) => found[row] === label).length / 2000;
  });
  assert.ok(Math.abs(agree - exact.accuracy) <= 0.005, `model ${agree}, integers ${exact.accuracy}`);
  model.dispose();
});

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ENGINES } from "@assay/exact/engines";
import { fastestFirst, Machine, readMeasured } from "./machine.ts";
import { scratch } from "./test-kit.ts";

const NOW = 1_800_000_000_000;

test("figures are kept for each engine, and auto tries the fastest of them first", (t) => {
  const dataDir = scratch(t);
  assert.deepEqual(fastestFirst(readMeasured(dataDir), ENGINES), ENGINES);
  new Machine(dataDir, "tfjs-node").benchmarked({ secondsPerGmac: 0.5, startSeconds: 2 }, NOW);
  new Machine(dataDir, "wasm").benchmarked({ secondsPerGmac: 0.2, startSeconds: 1 }, NOW);
  assert.deepEqual(fastestFirst(readMeasured(dataDir), ENGINES), [
    "wasm",
    "tfjs-node",
    "tfjs-node-gpu",
    "webgpu",
    "cpu",
  ]);
  assert.equal(new Machine(dataDir, "tfjs-node").model.secondsPerGmac, 0.5, "the others are kept");
  new Machine(dataDir, "tfjs-node").benchmarked({ secondsPerGmac: 0.1, startSeconds: 2 }, NOW);
  assert.equal(fastestFirst(readMeasured(dataDir), ENGINES)[0], "tfjs-node");
});

test("a file of the form that held one engine is read; one that is damaged is as none", (t) => {
  const dataDir = scratch(t);
  const old = { engine: "wasm", secondsPerGmac: 0.3, startSeconds: 1, gas: {}, at: NOW };
  writeFileSync(join(dataDir, "benchmark.json"), JSON.stringify(old));
  assert.equal(new Machine(dataDir, "wasm").model.secondsPerGmac, 0.3);
  writeFileSync(join(dataDir, "benchmark.json"), "{");
  const machine = new Machine(dataDir, "wasm");
  assert.equal(machine.isStale(NOW), true);
  machine.benchmarked({ secondsPerGmac: 0.4, startSeconds: 1 }, NOW);
  assert.equal(new Machine(dataDir, "wasm").isStale(NOW), false);
});

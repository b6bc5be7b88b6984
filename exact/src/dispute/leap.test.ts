import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState } from "../data/init.ts";
import { loadNodeBackend } from "../node.ts";
import { runProgram } from "../run/run.ts";
import { compileSmall, convolutional, seed } from "../testing.ts";
import type { IntTensor } from "../types.ts";
import { createTracer } from "./tracer.ts";

const CHANGES = {
  "dense training": {},
  inference: { kind: "infer" },
  "convolutions, moved images and momentum": convolutional(),
};

for (const [name, change] of Object.entries(CHANGES)) {
  test(`${name}: gaps between checkpoints are bridged on a back end with the same bits as in integers`, async () => {
    const { compiled, dataset } = compileSmall({ ...change, steps: 11, segmentLength: 2 });
    const backend = await loadNodeBackend("cpu");
    const start: IntTensor[] = initialState(compiled, seed(3));
    const nonce = seed(4);
    const options = { compiled, dataset, nonce };
    const run = await runProgram({ ...options, backend, start: { step: 0, state: start, boundaries: [] } });
    const loadState = async (segment: number) => (segment === 0 ? start : undefined);
    const quick = createTracer({ ...options, backend, boundaries: run.boundaries, loadState });
    const plain = createTracer({ ...options, boundaries: run.boundaries, loadState });
    const last = await quick.segmentSteps(5);
    assert.equal(last.states.at(-1), run.finalState);
    assert.deepEqual(await plain.segmentSteps(5), last);
    assert.deepEqual(await quick.stepOps(7), await plain.stepOps(7));
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { fingerprintOf } from "./fingerprint.ts";
import { loadExactBackend, proveEngine } from "./prove.ts";

test("an engine with the fingerprint that was proven is not probed again; with none or another one it is", async () => {
  const { fingerprint: proven } = await proveEngine("cpu");
  assert.match(proven ?? "", /^[0-9a-f]{64}$/);
  const kernel = tf.getKernel("Floor", "cpu");
  const original = kernel.kernelFunc;
  kernel.kernelFunc = (params) => {
    const out = original(params) as tf.TensorInfo;
    const { data } = params.backend as unknown as { data: tf.DataStorage<{ values: Float32Array }> };
    const { values } = data.get(out.dataId);
    values[0] = (values[0] ?? 0) + 1;
    return out;
  };
  try {
    // The fingerprint is of what is installed, so that only the probe sees what this test has done.
    assert.equal((await loadExactBackend("cpu", { proven })).name, "cpu");
    const other = fingerprintOf("wasm");
    assert.notEqual(other, proven);
    for (const wrong of [undefined, other]) {
      await assert.rejects(loadExactBackend("cpu", { proven: wrong }), { code: "EX-021" });
    }
  } finally {
    kernel.kernelFunc = original;
  }
});

test("an engine whose results depend on drivers has no fingerprint: it is probed before every run", () => {
  for (const engine of ["webgpu", "tfjs-node", "tfjs-node-gpu"] as const)
    assert.equal(fingerprintOf(engine), undefined);
});

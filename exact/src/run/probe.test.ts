import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { ExactError } from "../errors.ts";
import { loadNodeBackend } from "../node.ts";
import { loadBackend } from "./backend.ts";
import { exactnessProbe, requireExactBackend } from "./probe.ts";

test("wasm and cpu pass every case and give one digest (X13)", async () => {
  const results = [];
  for (const name of ["wasm", "cpu"] as const) {
    const backend = await loadNodeBackend(name);
    const before = tf.memory().numTensors;
    const result = await exactnessProbe(backend);
    assert.deepEqual(
      result.cases.filter((item) => !item.ok),
      [],
    );
    assert.ok(result.ok && result.cases.length >= 64);
    assert.equal(tf.memory().numTensors, before);
    results.push(result.digest);
  }
  assert.equal(results[0], results[1]);
  assert.equal((await exactnessProbe(await loadNodeBackend("wasm"))).digest, results[0], "the probe is deterministic");
});

const LOSSY: [kernel: string, bits: number][] = [
  ["BatchMatMul", 7],
  ["BatchMatMul", 10],
  ["BatchMatMul", 22],
  ["Conv2D", 10],
  ["Conv2D", 22],
  ["MaxPool", 22],
];

for (const [name, bits] of LOSSY) {
  test(`a back end whose ${name} keeps ${bits} bits is found out (X7, V21, V22)`, async () => {
    const backend = await loadNodeBackend("cpu");
    const kernel = tf.getKernel(name, "cpu");
    const original = kernel.kernelFunc;
    const { digest } = await exactnessProbe(backend);
    const lossy = (value: number): number => {
      const unit = 2 ** Math.max(0, Math.floor(Math.log2(Math.abs(value) || 1)) - bits);
      return Math.round(value / unit) * unit;
    };
    kernel.kernelFunc = (params) => {
      const out = original(params) as tf.TensorInfo;
      const values = (params.backend as unknown as { data: tf.DataStorage<{ values: Float32Array }> }).data.get(
        out.dataId,
      ).values;
      values.set(values.map(lossy));
      return out;
    };
    const result = await exactnessProbe(backend);
    await assert.rejects(
      requireExactBackend(backend),
      (error) => error instanceof ExactError && error.code === "EX-021",
    );
    kernel.kernelFunc = original;
    await requireExactBackend(backend);
    const failed = result.cases.filter((item) => !item.ok);
    assert.ok(!result.ok && failed.length > 0);
    assert.ok(failed.every(({ found, wanted }) => found !== undefined && wanted !== undefined && found !== wanted));
    assert.notEqual(result.digest, digest);
  });
}

test("a back end that cannot be loaded gives EX-020 with advice", async () => {
  await assert.rejects(
    loadBackend("none" as "cpu", { wasmPath: "/nowhere/" }),
    (error) => error instanceof ExactError && error.code === "EX-020",
  );
});

test("an install without the optional package webgpu says so", async () => {
  const hooks = registerHooks({
    resolve(name, context, next) {
      if (name === "webgpu") throw new Error("no package webgpu");
      return next(name, context);
    },
  });
  try {
    await assert.rejects(
      loadNodeBackend("webgpu"),
      (error) => error instanceof ExactError && error.code === "EX-020" && /no package webgpu/.test(error.message),
    );
  } finally {
    hooks.deregister();
  }
});

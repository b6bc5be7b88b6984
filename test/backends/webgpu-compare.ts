import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { onSwiftShader } from "./swiftshader.ts";
import type { WebgpuCheck } from "./webgpu-check.ts";

/** Why this machine cannot run the comparison; false if it can. */
export const skip =
  process.platform !== "linux" || process.arch !== "x64" ? "SwiftShader is here for linux-x64" : false;

/** Runs probe, random programs and the digits networks on webgpu and asserts that no bit differs. */
export async function compareWebgpu(
  t: TestContext,
  sizes: { first: number; programs: number; mlp: number; cnn: number },
) {
  const args = [sizes.first, sizes.programs, sizes.mlp, sizes.cnn].map(String);
  const { adapter, refusal, probe, wasmDigest, tally, digits } = await onSwiftShader<WebgpuCheck>(
    "webgpu-check.ts",
    args,
  );
  const times = digits.map(({ network, steps, seconds }) => `${network}: ${steps} steps in ${seconds.toFixed(1)} s`);
  t.diagnostic(`${adapter}; ${tally.ran} random programs; ${times.join(", ")}`);
  assert.equal(refusal, "EX-020", "a software adapter is refused unless asked for");
  assert.match(adapter, /SwiftShader/);
  assert.deepEqual(
    probe.cases.filter((item) => !item.ok),
    [],
  );
  assert.equal(probe.digest, wasmDigest);
  assert.deepEqual(tally.different, []);
  assert.equal(tally.ran, sizes.programs);
  assert.ok(tally.convolutional > 0 && tally.moved > 0);
  assert.equal(new Set(digits.flatMap(({ webgpu }) => webgpu)).size, 4, "two runs, each with its own roots");
  for (const { network, webgpu, wasm } of digits) assert.deepEqual(webgpu, wasm, network);
}

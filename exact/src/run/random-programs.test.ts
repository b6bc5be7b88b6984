import assert from "node:assert/strict";
import { test } from "node:test";
import { compareRandomPrograms } from "./random-programs.ts";

test("reference, wasm and cpu give the same states for random programs", async (t) => {
  // 1,000 and more: ASSAY_PROGRAMS=1000; other programs: ASSAY_SEED.
  const count = Number(process.env.ASSAY_PROGRAMS ?? 250);
  const from = Number(process.env.ASSAY_SEED ?? 1);
  const { ran, refused, convolutional, different } = await compareRandomPrograms(from, count);
  t.diagnostic(`${ran} ran, ${convolutional} of them convolutional; ${refused} refused`);
  assert.deepEqual(different, []);
  assert.ok(convolutional >= ran / 4, `${convolutional} convolutional`);
});

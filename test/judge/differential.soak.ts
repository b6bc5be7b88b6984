import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { compareRandom } from "./compare.ts";
import { Court } from "./court.ts";

test("DSP-60: judge and reference agree on 100,000 random elements and chunks", async (t) => {
  const court = await Court.open();
  t.after(() => court.close());
  const seed = Number(process.env.ASSAY_SEED ?? randomInt(2 ** 32));
  const result = await compareRandom(court, seed, 100_000);
  t.diagnostic(`seed ${seed}: ${result.cases} cases, ${result.padding} of them padding`);
  assert.deepEqual(result.differences, []);
  assert.ok(result.cases >= 100_000);
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { OP_NAME } from "@assay/exact";
import { Comparer, compareRandom, OPCODES } from "./compare.ts";
import { Court } from "./court.ts";
import { edgeCases } from "./edges.ts";

let court: Court;
before(async () => {
  court = await Court.open();
});
after(() => court.close());

test("DSP-60: judge and reference agree on 20,000 random elements and chunks of every opcode", async (t) => {
  const seed = Number(process.env.ASSAY_SEED ?? 20260101);
  const { cases, padding, perOpcode, differences } = await compareRandom(court, seed, 20_000);
  t.diagnostic(`seed ${seed}: ${cases} cases, ${padding} of them padding`);
  assert.deepEqual(differences, []);
  assert.ok(cases >= 20_000 && padding >= 1000);
  for (const opcode of OPCODES) {
    const name = OP_NAME[opcode];
    assert.ok(perOpcode[name]! >= 750, `${name}: ${perOpcode[name]} cases`);
  }
});

test("DSP-60: judge and reference agree at the edges of shifts, divisions, tables, norms, maxima, images and parts", async (t) => {
  const comparer = new Comparer(court);
  for (const builder of edgeCases()) await comparer.add(builder);
  await comparer.flush();
  t.diagnostic(`${comparer.result.cases} cases`);
  assert.deepEqual(comparer.result.differences, []);
  assert.ok(comparer.result.cases > 9000);
});

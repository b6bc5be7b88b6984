import assert from "node:assert/strict";
import { test } from "node:test";
import { loadNodeBackend } from "../node.ts";
import { compareRandomPrograms } from "./random-programs.ts";

/** What the compiler emits. The other opcodes run on no back end: only reference and judge know them. */
const COMPILED =
  "ADD CHAIN CLIP DATALOAD EXPADD EXPNORM IM2COL INTDIV KFLIP LUT MASKGT0 MATMUL MULC POOLKEY POOLMAX RESHAPE RHU " +
  "ROWMAX16 ROWSUM16 SUB TILEMAX TILEMAXABS UNPOOL UNSTACK";

test("reference, wasm and cpu give the same states for 1,000 random programs of all compiled opcodes", async (t) => {
  // More: ASSAY_PROGRAMS; other programs: ASSAY_SEED.
  const count = Number(process.env.ASSAY_PROGRAMS ?? 1000);
  const from = Number(process.env.ASSAY_SEED ?? 1);
  const backends = [await loadNodeBackend("wasm"), await loadNodeBackend("cpu")];
  const { ran, refused, different, ...counts } = await compareRandomPrograms(from, count, backends);
  t.diagnostic(`${ran} ran; ${refused} refused; ${JSON.stringify(counts)}`);
  assert.deepEqual(different, []);
  assert.equal(counts.opcodes.join(" "), COMPILED);
  assert.ok(counts.convolutional >= ran / 4, `${counts.convolutional} convolutional`);
  assert.ok(counts.moved >= ran / 5, `${counts.moved} with moved images`);
  assert.ok(counts.parts >= ran / 100, `${counts.parts} with contractions in parts`);
});

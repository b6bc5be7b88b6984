import assert from "node:assert/strict";
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { type Checkpoint, KEPT, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { scratch, word } from "./test-kit.ts";

const checkpoint = (step: number, size = 100): Checkpoint => ({
  step,
  boundaries: Array.from({ length: step / 64 }, (_, i) => word(i)),
  tensors: Uint8Array.from({ length: size }, (_, i) => (i * 31 + step) % 256),
});
const whole = (found: Checkpoint) => found;

test("what was written is read back, and only the newest two are kept", (t) => {
  const folder = scratch(t);
  assert.equal(readCheckpoint(folder, whole), undefined);
  for (const step of [64, 128, 192, 256]) writeCheckpoint(folder, checkpoint(step));
  assert.deepEqual(readCheckpoint(folder, whole), checkpoint(256));
  assert.equal(readdirSync(folder).length, KEPT);
});

test("the tensors are a buffer of their own, so that a reader may look at its memory", (t) => {
  const folder = scratch(t);
  writeCheckpoint(folder, checkpoint(64));
  const { tensors } = readCheckpoint(folder, whole)!;
  assert.equal(tensors.buffer.byteLength, tensors.length);
  assert.equal(tensors.slice().buffer.byteLength, tensors.length);
});

test("a file that was cut or changed anywhere is left out, and the one before it used", (t) => {
  const folder = scratch(t);
  const names = () => readdirSync(folder).sort();
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.boolean(), (where, cut) => {
      for (const step of [64, 128]) writeCheckpoint(folder, checkpoint(step));
      const newest = join(folder, names().at(-1)!);
      const bytes = readFileSync(newest);
      const at = Math.floor(where * bytes.length);
      if (cut) truncateSync(newest, at);
      else {
        bytes[at]! ^= 1;
        writeFileSync(newest, bytes);
      }
      const torn: string[] = [];
      assert.equal(readCheckpoint(folder, whole, (file) => torn.push(file))?.step, 64);
      assert.deepEqual(torn, [newest]);
    }),
    { numRuns: 40 },
  );
});

test("a whole file of no use to its reader is left out too", (t) => {
  const folder = scratch(t);
  for (const step of [64, 128]) writeCheckpoint(folder, checkpoint(step));
  assert.equal(
    readCheckpoint(folder, ({ step }) => (step < 100 ? step : undefined)),
    64,
  );
});

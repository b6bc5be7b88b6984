import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Checkpoint,
  checkpointBytes,
  KEPT,
  milestoneSpacing,
  readCheckpoint,
  writeCheckpoint,
} from "./checkpoint.ts";
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

test("what a run keeps is never more than was foreseen, and not much less", (t) => {
  for (const segments of [1, 2, 3, 10, 65]) {
    const folder = scratch(t);
    const spacing = 64 * milestoneSpacing(segments);
    let most = 0;
    for (let segment = 1; segment < segments; segment++) {
      writeCheckpoint(folder, checkpoint(64 * segment, 20_000), (old) => old % spacing === 0);
      most = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    }
    const foreseen = checkpointBytes(segments, 20_000);
    assert.ok(most <= foreseen, `${segments} segments: ${most} of ${foreseen}`);
    // beside them: room for the file that is being written, and for the newest two where they are milestones
    assert.ok(foreseen - most < (1 + KEPT) * 25_000, `${segments} segments: ${most} of ${foreseen}`);
  }
});

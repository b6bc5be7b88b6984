import assert from "node:assert/strict";
import { test } from "node:test";
import type { RowSource } from "@assay/exact";
import { CACHE_BYTES } from "./cost.ts";
import { readSeconds } from "./read-seconds.ts";

const COLS = 1024;

/** A data set whose blocks of a mebibyte take so long each, and of which the last one is held. */
function slow(rows: number, blockMs: number): RowSource & { now: () => number; asked: number[] } {
  let [time, held] = [0, -1];
  const asked: number[] = [];
  return {
    name: "dataset",
    rows,
    cols: COLS,
    dtype: "int8",
    now: () => time,
    asked,
    async read(wanted) {
      for (const row of Array.from(wanted)) {
        asked.push(row);
        const block = Math.floor((row * COLS) / 2 ** 20);
        if (block !== held) time += blockMs;
        held = block;
      }
      return new Int8Array(wanted.length * COLS);
    },
  };
}

test("what a run waits for its rows is reckoned from rows read as the program wants them, and nothing where they all fit", async () => {
  const rows = (80 * CACHE_BYTES) / COLS;
  const training = slow(rows, 2);
  const train = { steps: 1000, program: { kind: "train", batchSize: 64 } } as const;
  const found = await readSeconds(train, training, training.now);
  // 64,000 rows of two milliseconds, but for the few that lie in the block of the one before.
  assert.ok(found > 125 && found <= 128, `${found} s`);
  assert.equal(new Set(training.asked).size > 250, true);

  const inferring = slow(rows, 2);
  const infer = { steps: rows / 64, program: { kind: "infer", batchSize: 64 } } as const;
  const all = await readSeconds(infer, inferring, inferring.now);
  assert.equal(all, (80 * CACHE_BYTES * 2) / 2 ** 20 / 1000, "every block once");
  assert.ok(inferring.asked.length < rows / 100, "of which but a few were read");

  const small = slow(CACHE_BYTES / COLS, 2);
  assert.equal(await readSeconds(train, small, small.now), 0);
  assert.equal(small.asked.length, 0);
});

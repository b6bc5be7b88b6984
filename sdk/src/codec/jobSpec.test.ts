import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concat, keccak256, numberToHex } from "viem";
import { jobSpec } from "../testing/arbitraries.ts";
import { isSingleSegment, isWellFormedSpec, packJobSpec, segmentCount, specHash, unpackJobSpec } from "./jobSpec.ts";
import type { JobSpec, SpecWords } from "./types.ts";

const SAMPLE: JobSpec = {
  programHash: `0x${"11".repeat(32)}`,
  dataRoot: `0x${"22".repeat(32)}`,
  initState: `0x${"33".repeat(32)}`,
  steps: 0x0102,
  segmentLength: 32,
  outIdx: 3,
  stateCount: 4,
  rulesVersion: 1,
  refSeconds: 0x0a0b,
  inputs: `0x${"44".repeat(32)}`,
  judge: "0x5555555555555555555555555555555555555555",
};

test("a spec sits where the layout says, written out by hand", () => {
  const words = packJobSpec(SAMPLE);
  assert.deepEqual(words, [
    SAMPLE.programHash,
    SAMPLE.dataRoot,
    SAMPLE.initState,
    "0x000000000000010200200003000400010000000a0b0000000000000000000000",
    SAMPLE.inputs,
    `0x000000000000000000000000${"55".repeat(20)}`,
  ]);
  assert.equal(specHash(SAMPLE), keccak256(concat([...words])));
});

test("any spec survives packing and unpacking, and is well formed", () => {
  fc.assert(
    fc.property(jobSpec, (spec) => {
      const words = packJobSpec(spec);
      assert.deepEqual(unpackJobSpec(words), spec);
      assert.equal(isWellFormedSpec(words), true);
    }),
  );
});

test("each limit of DSP-06 is enforced by name, just beyond it", () => {
  const wrong: [keyof JobSpec, number][] = [
    ["steps", 0],
    ["steps", 2 ** 40 + 1],
    ["segmentLength", 0],
    ["segmentLength", 65],
    ["stateCount", 0],
    ["stateCount", 65],
    ["outIdx", 4],
    ["rulesVersion", 2],
    ["refSeconds", 2 ** 40],
  ];
  for (const [field, value] of wrong) {
    assert.throws(() => packJobSpec({ ...SAMPLE, [field]: value }), new RegExp(`SDK-001.*spec\\.${field}`));
  }
  packJobSpec({ ...SAMPLE, steps: 2 ** 40, segmentLength: 64, stateCount: 64, outIdx: 63, refSeconds: 2 ** 40 - 1 });
});

test("a set spare bit makes words malformed", () => {
  const words = packJobSpec(SAMPLE);
  const shape = BigInt(words[3]);
  for (let bit = 0n; bit < 88n; bit++) {
    const spoiled = words.with(3, numberToHex(shape | (1n << bit), { size: 32 })) as unknown as SpecWords;
    assert.equal(isWellFormedSpec(spoiled), false);
    assert.throws(() => unpackJobSpec(spoiled), /SDK-002.*spare bits/);
  }
  const judge = numberToHex(BigInt(words[5]) | (1n << 160n), { size: 32 });
  assert.equal(isWellFormedSpec(words.with(5, judge) as unknown as SpecWords), false);
});

test("a run has one segment up to the segment length", () => {
  assert.equal(isSingleSegment({ steps: 32, segmentLength: 32 }), true);
  assert.equal(isSingleSegment({ steps: 33, segmentLength: 32 }), false);
  assert.equal(segmentCount({ steps: 33, segmentLength: 32 }), 2);
  assert.equal(segmentCount({ steps: 64, segmentLength: 32 }), 2);
});

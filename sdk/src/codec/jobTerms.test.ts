import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concat, keccak256, numberToHex } from "viem";
import { AssayError } from "../errors.ts";
import { jobTerms } from "../testing/arbitraries.ts";
import { asJobId, jobId, packJobTerms, unpackJobTerms } from "./jobTerms.ts";
import type { JobTerms } from "./types.ts";

const SAMPLE: JobTerms = {
  requester: "0x1111111111111111111111111111111111111111",
  maxPrice: 0xaan,
  token: "0x2222222222222222222222222222222222222222",
  minPrice: 0xbbn,
  bond: 1n,
  rampStart: 2,
  rampLength: 3,
  claimBy: 4,
  runTime: 5,
  feeBps: 6,
  minReputation: 7,
  provider: "0x3333333333333333333333333333333333333333",
  generation: 8,
  lane: 9,
  window: 10,
  policy: 11,
  version: 2,
  specHash: `0x${"44".repeat(32)}`,
  minStake: 12n,
  capabilities: 13n,
  memoryClass: 14,
  rule: 1,
  priceWeight: 15,
  stakeWeight: 16,
  reputationWeight: 17,
};

test("terms sit where the layout says, written out by hand", () => {
  const words = packJobTerms(SAMPLE).map((word) => numberToHex(word, { size: 32 }));
  assert.deepEqual(words, [
    `0x${"11".repeat(20)}0000000000000000000000aa`,
    `0x${"22".repeat(20)}0000000000000000000000bb`,
    "0x0000000000000000000000010000000002000003000000000400000500060007",
    `0x${"33".repeat(20)}00000008000900000a000b02`,
    `0x${"44".repeat(32)}`,
    "0x00000000000000000000000c000000000000000d0e01000f0010001100000000",
  ]);
  assert.equal(jobId(SAMPLE), keccak256(concat(words as `0x${string}`[])));
});

test("any terms survive packing and unpacking", () => {
  fc.assert(fc.property(jobTerms, (terms) => assert.deepEqual(unpackJobTerms(packJobTerms(terms)), terms)));
});

test("any six words survive unpacking and packing: the only spare bits are the last 32", () => {
  const word = fc.bigInt(0n, (1n << 256n) - 1n);
  fc.assert(
    fc.property(fc.tuple(word, word, word, word, word, word), (any) => {
      const words = any.with(5, (any[5] >> 32n) << 32n);
      assert.deepEqual(packJobTerms(unpackJobTerms(words)), words);
      assert.throws(() => unpackJobTerms(words.with(5, words[5]! | 1n)), /SDK-002.*spare bits/);
    }),
  );
});

test("terms that differ have ids that differ", () => {
  const fields = Object.keys(SAMPLE) as (keyof JobTerms)[];
  fc.assert(
    fc.property(jobTerms, jobTerms, fc.constantFrom(...fields), (terms, other, field) => {
      fc.pre(terms[field] !== other[field]);
      assert.notEqual(jobId({ ...terms, [field]: other[field] }), jobId(terms));
    }),
  );
});

const LIMITS: Partial<Record<keyof JobTerms, number>> = {
  maxPrice: 96,
  minPrice: 96,
  bond: 96,
  rampStart: 40,
  rampLength: 24,
  claimBy: 40,
  runTime: 24,
  feeBps: 16,
  minReputation: 16,
  generation: 32,
  lane: 16,
  window: 24,
  policy: 16,
  version: 8,
};

for (const [field, bits] of Object.entries(LIMITS)) {
  test(`${field} takes 2^${bits} - 1 and refuses 2^${bits}, negatives and fractions`, () => {
    const isAmount = typeof SAMPLE[field as keyof JobTerms] === "bigint";
    const value = (integer: bigint) => (isAmount ? integer : Number(integer));
    const limit = 1n << BigInt(bits);
    packJobTerms({ ...SAMPLE, [field]: value(limit - 1n) });
    const wrong: unknown[] = [value(limit), value(-1n), undefined, "5", isAmount ? 5 : 5n, Number.NaN, 0.5];
    for (const bad of wrong) {
      assert.throws(
        () => packJobTerms({ ...SAMPLE, [field]: bad }),
        (error) =>
          error instanceof AssayError &&
          error.code === "SDK-001" &&
          error.message.includes(`terms.${field}`) &&
          error.found !== undefined &&
          error.wanted !== undefined,
      );
    }
  });
}

test("addresses and hashes of the wrong length are refused by name", () => {
  for (const field of ["requester", "token", "provider", "specHash"] as const) {
    assert.throws(() => packJobTerms({ ...SAMPLE, [field]: "0x12" }), new RegExp(`SDK-001.*terms\\.${field}.*0x12`));
  }
});

test("words that are not five, or not 256 bits, are refused", () => {
  const words = packJobTerms(SAMPLE);
  assert.throws(() => unpackJobTerms(words.slice(0, 4)), /SDK-002.*4 words.*6 words/);
  assert.throws(() => unpackJobTerms([...words, 0n]), /SDK-002.*6 words/);
  assert.throws(() => unpackJobTerms([words[0], words[1], words[2], words[3], 1n << 256n]), /SDK-002/);
  assert.throws(() => unpackJobTerms([1n << 256n, words[1], words[2], words[3], 0n]), /SDK-002/);
});

test("job ids from outside are checked and lower-cased", () => {
  assert.equal(asJobId(`0x${"AB".repeat(32)}`), `0x${"ab".repeat(32)}`);
  assert.throws(() => asJobId("0xab"), /SDK-001.*job id/);
});

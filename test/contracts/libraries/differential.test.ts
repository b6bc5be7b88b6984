// The contracts' libraries against their independent TypeScript twins, on random inputs. A failing seed is printed by
// fast-check and can be given back in FC_SEED.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { type Address, getAddress, type Hex, maxUint256, numberToHex } from "viem";
import { claimNonce, resultCommitment, stateHash } from "../../../sdk/src/codec/commitments.ts";
import {
  isSingleSegment,
  isWellFormedSpec,
  packJobSpec,
  specHash,
  unpackJobSpec,
} from "../../../sdk/src/codec/jobSpec.ts";
import { jobId, packJobTerms, unpackJobTerms } from "../../../sdk/src/codec/jobTerms.ts";
import {
  claimedLaneWord,
  endedLaneWord,
  laneAccepts,
  laneStatus,
  openLaneWord,
  submittedLaneWord,
} from "../../../sdk/src/codec/laneWord.ts";
import { priceAt, QUOTE_UNIT, quotedPrice, quoteOf } from "../../../sdk/src/codec/priceAt.ts";
import { packRunWord, unpackRunWord } from "../../../sdk/src/codec/runWord.ts";
import { jobStatuses, type SpecWords } from "../../../sdk/src/codec/types.ts";
import { createWorld, type Target, type World } from "../../support/world.ts";

const RUNS = 1_000;
const PARAMETERS = { numRuns: RUNS, ...(process.env.FC_SEED ? { seed: Number(process.env.FC_SEED) } : {}) };

let world: World;
let harness: Target;
before(async () => {
  world = await createWorld();
  harness = await world.create("mocks/LibraryHarness.sol");
});
after(() => world.close());

/** Widths are hit at random and at their ends, where packing goes wrong. */
const uint = (bits: number) =>
  fc.oneof(fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }), fc.constantFrom(0n, 1n, (1n << BigInt(bits)) - 1n));
const number = (bits: number) => uint(bits).map(Number);
const word = uint(256);
const hash = word.map((value): Hex => numberToHex(value, { size: 32 }));
const address = uint(160).map((value): Address => getAddress(numberToHex(value, { size: 20 })));

const terms = fc.record({
  requester: address,
  maxPrice: uint(96),
  token: address,
  minPrice: uint(96),
  bond: uint(96),
  rampStart: number(40),
  rampLength: number(24),
  claimBy: number(40),
  runTime: number(24),
  feeBps: number(16),
  minReputation: number(16),
  provider: address,
  generation: number(32),
  lane: number(16),
  window: number(24),
  policy: number(16),
  version: number(8),
  specHash: hash,
  minStake: uint(96),
  capabilities: uint(64),
  memoryClass: number(8),
  rule: number(8),
  priceWeight: number(16),
  stakeWeight: number(16),
  reputationWeight: number(16),
});

const run = fc.record({
  provider: address,
  claimedAt: number(40),
  span: number(24),
  rescued: number(1),
  quote: number(31),
});

const spec = fc.integer({ min: 1, max: 64 }).chain((stateCount) =>
  fc.record({
    programHash: hash,
    dataRoot: hash,
    initState: hash,
    steps: fc.oneof(fc.integer({ min: 1, max: 130 }), fc.integer({ min: 1, max: 2 ** 40 })),
    segmentLength: fc.integer({ min: 1, max: 64 }),
    outIdx: fc.integer({ min: 0, max: stateCount - 1 }),
    stateCount: fc.constant(stateCount),
    rulesVersion: fc.constant(1),
    refSeconds: number(40),
    inputs: hash,
    judge: address,
  }),
);

const same = async <Input>(input: fc.Arbitrary<Input>, check: (input: Input) => Promise<void>) =>
  fc.assert(fc.asyncProperty(input, check), PARAMETERS);

const asBigints = (record: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, typeof value === "number" ? BigInt(value) : value]),
  );

describe("differential, at least 1,000 random cases each", () => {
  test("JobTerms: every field and the id", () =>
    same(terms, async (fields) => {
      const words = packJobTerms(fields);
      const [found, id] = await world.read<readonly [Record<string, unknown>, Hex]>(harness, "terms", [words]);
      assert.deepEqual(asBigints(found), asBigints(fields));
      assert.equal(id, jobId(fields));
      assert.deepEqual(unpackJobTerms(words), { ...fields });
    }));

  test("JobTerms: words of random bits decode alike", () =>
    same(fc.tuple(word, word, word, word, word, uint(224)), async ([w0, w1, w2, w3, w4, high]) => {
      const words = [w0, w1, w2, w3, w4, high << 32n];
      const [found] = await world.read<readonly [Record<string, unknown>]>(harness, "terms", [words]);
      const twin = asBigints({ ...unpackJobTerms(words) });
      assert.deepEqual(asBigints(found), twin);
    }));

  test("JobTerms: the price on the ramp, and that it never leaves [minPrice, maxPrice]", () =>
    same(fc.tuple(terms, number(40), uint(96), uint(96)), async ([fields, at, one, two]) => {
      const ordered = { ...fields, minPrice: one < two ? one : two, maxPrice: one < two ? two : one };
      const times = [at, fields.rampStart, fields.rampStart + fields.rampLength, fields.rampStart + 1];
      for (const time of times) {
        const price = await world.read<bigint>(harness, "priceAtDown", [packJobTerms(ordered), time]);
        assert.equal(price, priceAt(ordered, time));
        assert.ok(price >= ordered.minPrice && price <= ordered.maxPrice);
      }
    }));

  test("JobSpec: hash, shape and well-formedness", () =>
    same(spec, async (fields) => {
      const found = await world.read<readonly unknown[]>(harness, "spec", [packJobSpec(fields)]);
      const { steps, segmentLength, outIdx, stateCount, rulesVersion } = fields;
      const shape = [steps, segmentLength, outIdx, stateCount, rulesVersion].map(BigInt);
      assert.deepEqual(found, [specHash(fields), ...shape, isSingleSegment(fields), true]);
    }));

  test("JobSpec: one changed bit of shape or judge is judged alike", () =>
    same(fc.tuple(spec, fc.integer({ min: 0, max: 255 }), fc.constantFrom(3, 5)), async ([fields, bit, index]) => {
      const words = [...packJobSpec(fields)];
      words[index] = numberToHex(BigInt(words[index]!) ^ (1n << BigInt(bit)), { size: 32 });
      const found = await world.read<readonly unknown[]>(harness, "spec", [words]);
      assert.equal(found[7], isWellFormedSpec(words as unknown as SpecWords));
      if (found[7]) assert.deepEqual(packJobSpec(unpackJobSpec(words)), words);
    }));

  test("RunWord", () =>
    same(run, async (fields) => {
      const { provider, claimedAt, span, rescued, quote } = fields;
      const args = [provider, claimedAt, span, rescued === 1, quote];
      const [word, found] = await world.read<readonly [bigint, Record<string, unknown>]>(harness, "run", args);
      assert.equal(word, packRunWord(fields));
      const times = { claimedAt: BigInt(claimedAt), submittedAt: BigInt(claimedAt + span) };
      assert.deepEqual({ ...found }, { provider, ...times, rescued: rescued === 1, quote: BigInt(quote) });
      assert.deepEqual(unpackRunWord(word), { ...fields });
    }));

  test("RunWord: a quote stands for at least its price, and at most one unit more", () =>
    same(fc.tuple(uint(96), uint(96)), async ([one, two]) => {
      const [price, maxPrice] = one < two ? [one, two] : [two, one];
      fc.pre(price !== 0n);
      const [quote, paid] = await world.read<readonly [bigint, bigint]>(harness, "quoted", [maxPrice, price]);
      assert.equal(Number(quote), quoteOf(maxPrice, price));
      assert.equal(paid, quotedPrice(maxPrice, Number(quote)));
      assert.ok(quote >= 1n && quote <= QUOTE_UNIT);
      assert.ok(paid >= price && paid <= maxPrice && paid - price <= maxPrice / QUOTE_UNIT + 1n);
    }));

  test("LaneWord: the three live states, never equal to one another", () =>
    same(fc.tuple(hash, run, hash, address, hash), async ([id, run, nonce, claimer, commitment]) => {
      const args = [id, packRunWord(run), nonce, claimer, commitment];
      const found = await world.read<readonly bigint[]>(harness, "lane", args);
      const twins = [
        openLaneWord(id),
        claimedLaneWord(id, run, nonce, claimer),
        submittedLaneWord(id, run, commitment),
      ];
      assert.deepEqual(found, twins);
      assert.equal(new Set(found.map((lane) => lane & 0xffn)).size, 3);
    }));

  test("LaneWord: ends and what a lane accepts", () =>
    same(
      fc.tuple(number(32), fc.integer({ min: 0, max: 8 }), number(32), word),
      async ([generation, status, next, any]) => {
        const [ended, found] = await world.read<readonly [bigint, number]>(harness, "terminal", [generation, status]);
        assert.equal(ended, endedLaneWord(generation, jobStatuses[status]!));
        assert.equal(jobStatuses[found], laneStatus(ended));
        for (const lane of [ended, any, 0n]) {
          assert.equal(await world.read(harness, "accepts", [lane, next]), laneAccepts(lane, next));
        }
      },
    ));

  test("Commitments: state and result", () =>
    same(
      fc.tuple(uint(64), fc.array(hash, { maxLength: 64 }), hash, hash, hash),
      async ([step, roots, id, nonce, runRoot]) => {
        const finalState = await world.read<Hex>(harness, "state", [step, roots]);
        assert.equal(finalState, stateHash(step, roots));
        const found = await world.read(harness, "result", [id, nonce, runRoot, finalState]);
        assert.equal(found, resultCommitment({ id, nonce, runRoot, finalState }));
      },
    ));

  test("Commitments: the nonce of a claim", () =>
    same(fc.tuple(hash, address), async ([id, provider]) => {
      const [found, parentHash, randao] = await world.read<readonly [Hex, Hex, bigint]>(harness, "nonce", [
        id,
        provider,
      ]);
      const prevRandao = numberToHex(randao, { size: 32 });
      const { chainId } = world.deployment;
      assert.equal(found, claimNonce({ chainId, market: harness.address, id, provider, parentHash, prevRandao }));
    }));

  test("the word arithmetic has no bit to spare but the last 32: all others set", async () => {
    const full = maxUint256;
    const words = [full, full, full, full, full, (full >> 32n) << 32n] as const;
    const [found] = await world.read<readonly [Record<string, unknown>]>(harness, "terms", [words]);
    assert.deepEqual(asBigints(found), asBigints({ ...unpackJobTerms(words) }));
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeAbiParameters, keccak256, parseAbiParameters } from "viem";
import { address, bytes32, jobTerms, runWord } from "../testing/arbitraries.ts";
import {
  claimedLaneWord,
  endedLaneWord,
  isEnded,
  laneAccepts,
  laneStatus,
  openLaneWord,
  submittedLaneWord,
} from "./laneWord.ts";
import { priceAt } from "./priceAt.ts";
import { packRunWord, unpackRunWord } from "./runWord.ts";
import { jobStatuses } from "./types.ts";

test("any run survives packing and unpacking", () => {
  fc.assert(fc.property(runWord, (run) => assert.deepEqual(unpackRunWord(packRunWord(run)), run)));
});

test("a run's fields must fit their bits", () => {
  const run = { provider: `0x${"00".repeat(20)}`, claimedAt: 0, span: 0, rescued: 0, quote: 0 } as const;
  assert.throws(() => packRunWord({ ...run, claimedAt: 2 ** 40 }), /run\.claimedAt/);
  assert.throws(() => packRunWord({ ...run, span: 2 ** 24 }), /run\.span/);
  assert.throws(() => packRunWord({ ...run, quote: 2 ** 31 }), /run\.quote/);
});

test("lane words keep the hash's high bits and carry the status", () => {
  fc.assert(
    fc.property(bytes32, runWord, bytes32, address, (id, run, nonce, claimer) => {
      const types = parseAbiParameters("bytes32, uint256, bytes32, address");
      const hash = BigInt(keccak256(encodeAbiParameters(types, [id, packRunWord(run), nonce, claimer])));
      const word = claimedLaneWord(id, run, nonce, claimer);
      assert.equal(word >> 8n, hash >> 8n);
      assert.equal(laneStatus(word), "claimed");
      assert.equal(laneStatus(openLaneWord(id)), "open");
      assert.equal(laneStatus(submittedLaneWord(id, run, nonce)), "submitted");
    }),
  );
});

test("a lane takes a job only when it is free and the generation is new", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.constantFrom(...jobStatuses), bytes32, (used, status, id) => {
      const ended = endedLaneWord(used, status);
      const free = isEnded(status);
      if (ended !== 0n) assert.equal(laneAccepts(ended, used + 1), free);
      if (ended !== 0n) assert.equal(laneAccepts(ended, used), false);
      assert.equal(laneAccepts(openLaneWord(id), 2 ** 32 - 1), false);
    }),
  );
  assert.equal(laneAccepts(0n, 1), true);
  assert.equal(laneAccepts(0n, 0), false);
});

test("a lane word with an unknown status byte is refused", () => {
  assert.throws(() => laneStatus(9n), /SDK-002.*status byte 9/);
});

test("the price never leaves its range, never falls with time, and meets its ends", () => {
  fc.assert(
    fc.property(jobTerms, fc.bigInt(0n, 1n << 41n), fc.bigInt(0n, 1n << 20n), (drawn, at, later) => {
      const [minPrice, maxPrice] =
        drawn.minPrice < drawn.maxPrice ? [drawn.minPrice, drawn.maxPrice] : [drawn.maxPrice, drawn.minPrice];
      const terms = { ...drawn, minPrice, maxPrice };
      const price = priceAt(terms, at);
      assert.ok(price >= minPrice && price <= maxPrice);
      assert.ok(priceAt(terms, at + later) >= price);
      const ramp = { ...terms, rampLength: terms.rampLength + 1 };
      assert.equal(priceAt(ramp, ramp.rampStart), minPrice);
      assert.equal(priceAt(ramp, ramp.rampStart + ramp.rampLength), maxPrice);
      assert.equal(priceAt({ ...terms, rampLength: 0 }, at), maxPrice);
    }),
  );
});

test("the price inside the ramp rounds down", () => {
  const terms = { minPrice: 10n, maxPrice: 20n, rampStart: 100, rampLength: 3 };
  assert.deepEqual(
    [99, 100, 101, 102, 103, 104].map((at) => priceAt(terms, at)),
    [10n, 10n, 13n, 16n, 20n, 20n],
  );
});

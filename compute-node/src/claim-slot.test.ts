import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CLAIM_SLOTS, claimSlot, nextClaimTime } from "./claim-slot.ts";
import { ME, OTHER, word } from "./test-kit.ts";

const SPREAD = 4000;
const WIDTH = SPREAD / CLAIM_SLOTS;

test("a claim is sent in the first half of the provider's own turn, within one round", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 2 ** 41 }), (n, now) => {
      const at = nextClaimTime(word(n), ME, now, SPREAD);
      const phase = at % SPREAD;
      assert.equal(Math.floor(phase / WIDTH), claimSlot(word(n), ME));
      assert.ok(phase % WIDTH < WIDTH / 2);
      assert.ok(at >= now && at < now + SPREAD);
    }),
  );
});

test("two providers of different turns are never due within half a turn of each other", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 2 ** 41 }), (n, now) => {
      fc.pre(claimSlot(word(n), ME) !== claimSlot(word(n), OTHER));
      const [a, b] = [ME, OTHER].map((provider) => nextClaimTime(word(n), provider as typeof ME, now, SPREAD));
      assert.ok(Math.abs(a! - b!) >= WIDTH / 2);
    }),
  );
});

test("turns are spread over the jobs, whatever the spelling of the address", () => {
  const counts = new Array<number>(CLAIM_SLOTS).fill(0);
  for (let n = 0; n < 800; n++) counts[claimSlot(word(n), ME)]! += 1;
  assert.ok(Math.min(...counts) > 60, counts.join(" "));
  const mixed = "0xAbCdEf0123456789aBcDeF0123456789AbCdEf01";
  assert.equal(claimSlot(word(1), mixed), claimSlot(word(1), mixed.toLowerCase() as typeof ME));
  assert.equal(nextClaimTime(word(1), ME, 12_345, 0), 12_345);
});

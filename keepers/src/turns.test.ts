import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Address, numberToHex, pad } from "viem";
import { inTurn, Sightings, turnLasts, turnOf } from "./turns.ts";

const address = (n: number): Address => pad(numberToHex(n), { size: 20 });
const known = fc.record({
  now: fc.integer({ min: 0, max: 4_000_000_000 }),
  places: fc.integer({ min: 2, max: 9 }),
  spreadSeconds: fc.integer({ min: 8, max: 4000 }),
});
const ALWAYS = { at: 0, due: 0 };

test("of keepers that know each other no two may begin or hand over in the same moment, however long something is overdue", () => {
  fc.assert(
    fc.property(known, ({ now, places, spreadSeconds }) => {
      const all = Array.from({ length: places }, (_, place) => ({ place, places, spreadSeconds }));
      assert.ok(all.filter((rules) => turnLasts(now, rules)).length <= 1);
      for (const rules of all) {
        // who begins may hand over, at least for a quarter of the slot longer
        if (!inTurn(now, ALWAYS, address(1), rules)) continue;
        const quarter = spreadSeconds / (places - 1) / 4;
        assert.ok(turnLasts(now, rules) && turnLasts(now + quarter * 0.99, rules));
        assert.ok(all.every(({ place }) => place === rules.place || !turnLasts(now + quarter, { ...rules, place })));
      }
    }),
  );
});

test("each of them comes in turn within two rounds, also where blocks come as regularly as rounds do", () => {
  fc.assert(
    fc.property(known, ({ now, places, spreadSeconds }) => {
      const length = Math.ceil(spreadSeconds / (places - 1));
      const spread = length * (places - 1);
      const begin = (at: number) =>
        Array.from({ length: places }, (_, place) => place).filter((place) =>
          inTurn(at, ALWAYS, address(1), { place, places, spreadSeconds: spread }),
        );
      const within = new Set<number>();
      for (let at = now; at < now + 2 * places * length; at++) for (const place of begin(at)) within.add(place);
      assert.equal(within.size, places);
      const round = places * length;
      const start = Math.ceil(now / round) * round;
      const atBlocks = Array.from({ length: places }, (_, n) => begin(start + n * round)).flat();
      assert.deepEqual(
        atBlocks.sort((a, b) => a - b),
        Array.from({ length: places }, (_, place) => place),
      );
    }),
    { numRuns: 50 },
  );
});

test("nothing is begun before it is due; who stands in no order with others may begin in every moment of its turn", () => {
  fc.assert(
    fc.property(
      known.map((each) => ({ ...each, now: each.now + 100 })),
      fc.integer({ min: -100, max: 100 }),
      ({ now, places, spreadSeconds }, late) => {
        const first = { at: now - late, due: now - late };
        const rules = { place: 0, places, spreadSeconds };
        if (late < 0) assert.equal(inTurn(now, first, address(1), rules), false);
        assert.equal(inTurn(now, first, address(1), { ...rules, spreadSeconds: 0 }), late >= 0);
        const alone = { place: 0, places: 0, spreadSeconds };
        assert.equal(inTurn(now, first, address(1), alone), late >= turnOf(address(1), now - late, spreadSeconds));
        assert.ok(turnLasts(now, alone));
      },
    ),
  );
});

test("among strangers what was overdue when they started is begun in their turns, and what is always due has a turn, too", () => {
  const [hour, started] = [7200, 9000];
  const accounts = Array.from({ length: 20 }, (_, n) => address(n + 1));
  const rules = { place: 0, places: 0, spreadSeconds: 60 };
  const sightings = new Sightings();
  for (const dueOf of [() => hour, (now: number) => now]) {
    const key = String(dueOf(1));
    const begun = [0, 20, 40, 60].map((later) => {
      const now = started + later;
      const first = sightings.note([{ key, due: dueOf(now) }], now).get(key)!;
      return accounts.filter((account) => inTurn(now, first, account, rules)).length;
    });
    assert.ok(begun[0]! < 5 && begun.every((n, i) => i === 0 || n > begun[i - 1]!), String(begun));
    assert.equal(begun[3], accounts.length);
  }
});

test("what is no longer due is forgotten: it has a new turn when it is due again", () => {
  const sightings = new Sightings();
  const duty = { key: "a", due: 5 };
  assert.deepEqual(sightings.note([duty], 10).get("a"), { at: 10, due: 5 });
  assert.deepEqual(sightings.note([{ ...duty, due: 12 }], 12).get("a"), { at: 10, due: 5 });
  assert.equal(sightings.note([], 14).size, 0);
  assert.deepEqual(sightings.note([duty], 16).get("a"), { at: 16, due: 5 });
});

test("strangers' turns lie in the spread, are the same for one hour, and differ between keepers", () => {
  const turns = Array.from({ length: 200 }, (_, n) => turnOf(address(n + 1), 7200, 30));
  assert.ok(turns.every((turn) => Number.isInteger(turn) && turn >= 0 && turn <= 30));
  assert.ok(new Set(turns).size > 20);
  assert.equal(turnOf(address(1), 7200, 1e6), turnOf(address(1), 10_799, 1e6));
  assert.notEqual(turnOf(address(1), 7200, 1e6), turnOf(address(1), 10_800, 1e6));
  assert.equal(turnOf(address(1), 7200, 0), 0);
});

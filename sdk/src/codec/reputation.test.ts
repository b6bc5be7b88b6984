// The curve of docs/spec/reputation.md, and what money can and cannot buy of it. The contract's twin is compared with this in
// test/contracts/libraries.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { decayRecord, type ReputationRecord, recordFailures, recordSuccess, scoreOf } from "./reputation.ts";

const NEW: ReputationRecord = { good: 0n, bad: 0n, day: 0n };
const START = 20_000n;

/** A provider that has `jobs(day)` accepted results on each of so many days. */
function live(days: number, jobs: (day: number) => number): ReputationRecord {
  let record = NEW;
  for (let day = 0; day < days; day++) {
    for (let job = 0; job < jobs(day); job++) record = recordSuccess(record, START + BigInt(day));
  }
  return record;
}

describe("decay, REP-02", () => {
  const full = { good: 60_000n, bad: 60_000n, day: START };

  test("good days halve in 30 days, failures in 180", () => {
    for (const [days, good, bad] of [
      [30n, 30_000n, 60_000 * 2 ** (-1 / 6)],
      [180n, 60_000n >> 6n, 30_000],
      [1n, BigInt(Math.floor(60_000 * 2 ** (-1 / 30))), 60_000 * 2 ** (-1 / 180)],
    ] as const) {
      const record = decayRecord(full, START + days);
      assert.ok(Math.abs(Number(record.good) - Number(good)) <= 1, `${record.good} good after ${days}`);
      assert.ok(Math.abs(Number(record.bad) - bad) <= 1, `${record.bad} bad after ${days}`);
    }
  });

  test("never grows, and in many steps falls by at most the roundings more than in one", () => {
    const property = fc.property(
      fc.integer({ min: 0, max: 65_535 }),
      fc.integer({ min: 1, max: 400 }),
      (value, days) => {
        const start = { good: BigInt(value), bad: BigInt(value), day: START };
        let steps = start;
        for (let day = 1; day <= days; day++) steps = decayRecord(steps, START + BigInt(day));
        const once = decayRecord(start, START + BigInt(days));
        assert.ok(steps.good <= once.good && once.good - steps.good <= 45n);
        assert.ok(once.good <= start.good && once.bad <= start.bad);
      },
    );
    fc.assert(property, { numRuns: 100, seed: 7 });
  });
});

describe("capped growth against self-dealing, REP-03", () => {
  test("a hundred thousand jobs of one's own a day bring what one job a day brings, on every day", () => {
    for (const days of [1, 7, 30, 90, 365]) {
      const rich = live(days, (day) => (day === days - 1 ? 100_000 : 50));
      const honest = live(days, () => 1);
      assert.equal(scoreOf(rich), scoreOf(honest), `after ${days} days`);
    }
  });

  test("simulation: no strategy of jobs, however paid, beats the bound of its days", () => {
    const bound = (days: number) => {
      let good = 0;
      for (let day = 0; day < days; day++) good = good * 2 ** (-1 / 30) + 1;
      return Math.floor(((good + 1) / (good + 4)) * 10_000);
    };
    const schedules = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 200 });
    const property = fc.property(schedules, (schedule) => {
      const record = live(schedule.length, (day) => schedule[day]!);
      assert.ok(scoreOf(record) <= BigInt(bound(schedule.length)));
    });
    fc.assert(property, { numRuns: 60, seed: 3 });
    assert.ok(bound(1) <= 4_000 && bound(30) < 8_900 && bound(100_000) < 9_400, `${[1, 30, 1e5].map(bound)}`);
  });

  test("one rejected result costs what weeks of daily work brought, and money cannot hurry it back", () => {
    const before = live(60, () => 1);
    const fallen = recordFailures(before, START + 59n, 8n);
    assert.ok(scoreOf(fallen) < 5_500n, `${scoreOf(before)} to ${scoreOf(fallen)}`);
    let record = fallen;
    for (let day = 60n; day < 150n; day++) record = recordSuccess(record, START + day);
    assert.ok(scoreOf(record) < scoreOf(before), "90 days of daily work do not make it undone");
  });

  test("weight: with the best of scores an identity weighs 3.85 times what its stake weighs without", () => {
    const weight = (score: bigint) => 2_500 + (3 * Number(score)) / 4;
    const best = weight(scoreOf(live(1_000, () => 1))) / weight(scoreOf(recordFailures(NEW, START, 60n)));
    assert.ok(best > 3.5 && best < 4, `${best}`);
  });
});

test("scores run from 0 to 10,000; nobody starts with 2,500, and failures count at once, REP-01, REP-04", () => {
  assert.equal(scoreOf(NEW), 2_500n);
  assert.ok(scoreOf({ good: 65_535n, bad: 0n }) < 10_000n);
  const late = recordFailures(recordSuccess(NEW, START), START, 1n);
  assert.ok(scoreOf(late) < scoreOf(NEW));
  assert.equal(recordSuccess(late, START), late, "a success on a day that counted already changes nothing");
});

// How far a provider's own money carries its record: simulated days of dealing with itself, under every schedule of jobs.
// The twin that is run here is held against the contract by reputation.test.ts. REP-03, REP-06
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { REPOSITORY } from "../../../scripts/deploy/artifacts.ts";
import {
  decayRecord,
  type ReputationRecord,
  recordFailures,
  recordSuccess,
  scoreOf,
} from "../../../sdk/src/codec/reputation.ts";

const START = 20_000n;
const EMPTY: ReputationRecord = { good: 0n, bad: 0n, day: 0n };
const REJECTED = 8n;
/** No schedule brings a score there (REP-03). */
const BOUND = 9_400n;

/** The record after so many accepted results on each day, whoever asked for them and whatever was paid. */
function deal(jobs: readonly number[], record = EMPTY, from = START): ReputationRecord {
  return jobs.reduce((now, count, index) => {
    let next = now;
    for (let job = 0; job < count; job++) next = recordSuccess(next, from + BigInt(index));
    return next;
  }, record);
}

const daily = (days: number, jobs: number) => Array.from({ length: days }, () => jobs);
const scoreAfter = (jobs: readonly number[]) =>
  Number(scoreOf(decayRecord(deal(jobs), START + BigInt(jobs.length - 1))));
const weight = (stake: number, score: number) => Math.sqrt(stake) * (0.25 + (0.75 * score) / 10_000);

describe("dealing with oneself, REP-03", () => {
  test("no schedule, however rich, beats one job a day; none reaches the bound", () => {
    const schedule = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50 })), {
      minLength: 1,
      maxLength: 400,
    });
    fc.assert(
      fc.property(schedule, (jobs) => {
        const bought = scoreAfter(jobs);
        assert.ok(bought <= scoreAfter(daily(jobs.length, 1)));
        assert.ok(BigInt(bought) < BOUND);
      }),
      { numRuns: 200 },
    );
  });

  test("a hundred times the fees buy nothing: the table of the specification, row by row", () => {
    const text = readFileSync(join(REPOSITORY, "docs", "spec", "reputation.md"), "utf8");
    for (const days of [1, 7, 30, 90, 365, 3_650]) {
      const [one, hundred] = [scoreAfter(daily(days, 1)), scoreAfter(daily(days, 100))];
      assert.equal(one, hundred, `${days} days`);
      const caught = recordFailures(deal(daily(days, 1)), START + BigInt(days - 1), REJECTED);
      const row = `| ${[days, one, hundred, Number(scoreOf(caught)), recovery(caught, one)].map((n) => n.toLocaleString("en-US")).join(" | ")} |`;
      assert.ok(text.includes(row), row);
    }
  });

  test("who stops paying falls back: half a year of it is worth less than three days' after 180 idle days", () => {
    const after = decayRecord(deal(daily(180, 1)), START + 360n);
    assert.ok(Number(scoreOf(after)) < scoreAfter(daily(3, 1)), `${scoreOf(after)}`);
  });
});

describe("dealing with many selves, REP-06", () => {
  test("the best record is worth less than four times none, and k identities at most sqrt(k) times one", () => {
    const best = weight(1, scoreAfter(daily(3_650, 100))) / weight(1, 2_500);
    assert.ok(best < 4 && best > 2, `${best}`);
    for (const k of [2, 10, 100]) {
      const together = k * weight(1_000 / k, scoreAfter(daily(365, k)));
      const ratio = together / weight(1_000, scoreAfter(daily(365, 1)));
      assert.ok(Math.abs(ratio - Math.sqrt(k)) < 1e-9, `${k} identities: ${ratio}`);
    }
  });
});

/** Days of honest work, one job each, until the score is back where it was; capped at 3,650. */
function recovery(record: ReputationRecord, wanted: number): number {
  let now = record;
  for (let days = 1; days <= 3_650; days++) {
    now = recordSuccess(now, record.day + BigInt(days));
    if (Number(scoreOf(now)) >= wanted) return days;
  }
  return 3_650;
}

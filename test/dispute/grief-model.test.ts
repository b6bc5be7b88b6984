import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { createWorld, type Target, type World } from "../support/world.ts";
import {
  type Clock,
  challengerBudget,
  challengerNow,
  MAX_EXTRA,
  moved,
  packClock,
  providerBudget,
  providerNow,
  REVEALS_PER_GAME,
  SECONDS_PER_REVEAL,
  unpackClock,
  windowOf,
} from "./support/clock-model.ts";
import { endure, type Scheme, type Terms } from "./support/grief-model.ts";

const DAY = 86_400;
const N = 1_000;
/** The networks' limits; a run of 10^12 operations takes minutes, and its walk eight reveals. */
const TERMS: Terms = { span: 600, minWindow: DAY, minBudget: DAY, rounds: 8, secondsPerReveal: 55 };

describe("the clock formulas are those of Clocks.sol", () => {
  let world: World;
  let harness: Target;
  before(async () => {
    world = await createWorld();
    harness = await world.create("mocks/ClocksHarness.sol");
  });
  after(() => world.close());

  const seconds = fc.oneof(fc.nat(10), fc.nat(2 ** 31), fc.nat(30 * DAY));

  test("window and budgets (DSP-70, DSP-73)", async () => {
    const opened = fc.oneof(fc.nat(3), fc.nat(2_000), fc.nat(2 ** 32 - 1));
    const property = fc.asyncProperty(seconds, seconds, seconds, opened, async (posted, minimum, span, opened) => {
      const args = [posted, minimum, span, opened].map(BigInt);
      const found = await world.read<readonly bigint[]>(harness, "limits", args);
      const own = [
        windowOf(posted, minimum, span),
        providerBudget(span, minimum, opened),
        challengerBudget(span, minimum),
      ];
      assert.deepEqual(found.map(Number), own);
    });
    await fc.assert(property, { numRuns: 500 });
  });

  test("used times and the clock after a move (DSP-71)", async () => {
    const used = fc.nat(2 ** 31);
    const clock = fc.record({
      last: seconds,
      providerUsed: used,
      challengerUsed: used,
      submittedAt: seconds,
      span: seconds,
    });
    const property = fc.asyncProperty(clock, seconds, seconds, async (start: Clock, a, b) => {
      // a reveal before the last move, after it, or none; the move after both
      const [revealedAt, wait] = [a % 3 === 0 ? 0 : Math.max(0, start.last - 1_000 + (a % 2_000)), b % DAY];
      const time = Math.max(start.last, revealedAt) + wait;
      const args = [packClock(start), BigInt(revealedAt), BigInt(time)];
      const found = await world.read<readonly bigint[]>(harness, "at", args);
      assert.deepEqual(found.slice(0, 2).map(Number), [
        providerNow(start, time),
        challengerNow(start, revealedAt, time),
      ]);
      assert.deepEqual(unpackClock(found[2]!), moved(start, revealedAt, time));
    });
    await fc.assert(property, { numRuns: 500 });
  });
});

/** N games that open between `first` and `last`; each griefer thinks as told. */
function scheme(first: number, last: number, think: Scheme["think"], count = N): Scheme {
  return { opens: Array.from({ length: count }, (_, i) => first + Math.floor(((last - first) * i) / count)), think };
}

const atOnce = () => 0;
const LATE = DAY - 1;
const SCHEMES: Readonly<Record<string, Scheme>> = {
  "all at once, answering at once": scheme(0, 0, atOnce),
  "all in the last second of the window": scheme(LATE, LATE, atOnce),
  "one after the other through the window": scheme(0, DAY, atOnce),
  "half at the start and half at the end": {
    opens: Array.from({ length: N }, (_, i) => (i % 2 ? LATE : 0)),
    think: atOnce,
  },
  "all in waves, six hours apart": scheme(0, DAY, (_game, _round, now) => 6 * 3_600 - (now % (6 * 3_600))),
  "each as slow as its clock allows": scheme(0, DAY, () => Math.floor(DAY / TERMS.rounds)),
};

describe(`${N} griefers, simulated clocks (P2, V8)`, () => {
  for (const [name, griefers] of Object.entries(SCHEMES)) {
    test(`${name}: an honest provider is never late, and the job is final in time (DSP-75)`, () => {
      const { late, worst, decided, latest } = endure(griefers, TERMS);
      assert.equal(late, 0);
      assert.ok(worst < 1);
      assert.ok(decided <= latest, `decided after ${decided} s, bound ${latest} s`);
    });
  }

  test("any schemes: openings and thinking times drawn at random", () => {
    const property = fc.property(
      fc.array(fc.nat(DAY - 1), { minLength: 200, maxLength: 200 }),
      fc.nat(),
      (opens, seed) => {
        const think = (game: number, round: number) => ((game * 7_919 + round * 104_729 + seed) % 977) * 30;
        const { late, decided, latest } = endure({ opens, think }, TERMS);
        return late === 0 && decided <= latest;
      },
    );
    fc.assert(property, { numRuns: 20 });
  });

  test("a long run, whose clocks grow with it", () => {
    const long = { ...TERMS, span: 5 * DAY, rounds: 10 };
    const { late, decided, latest } = endure(scheme(0, 0, atOnce), long);
    assert.equal(late, 0);
    assert.ok(decided <= latest);
  });

  test("without the sixteen minutes per game the same provider would be late: the rule is what saves it", () => {
    const bare = { ...TERMS, budget: (span: number, minimum: number) => Math.max(minimum, 2 * span) };
    const { late } = endure(SCHEMES["all at once, answering at once"]!, bare);
    assert.ok(late > N / 2, `${late} answers late`);
  });

  test("what the rule grants: a minute for each reveal of as many games as fill the extra week", () => {
    const games = MAX_EXTRA / (REVEALS_PER_GAME * SECONDS_PER_REVEAL);
    assert.equal(games, 630);
    // up to there even a walk of sixteen reveals, a minute each, is answered in time
    const { late } = endure(scheme(0, 0, atOnce, games), { ...TERMS, rounds: 16, secondsPerReveal: 60 });
    assert.equal(late, 0);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { challengerBudget, type Game, providerBudget } from "@assay/sdk";
import fc from "fast-check";
import { type ClockedGame, decideClocks, expiry } from "./decide.ts";

const WORD = `0x${"11".repeat(32)}` as const;
const MIN = 600;

function game(
  clock: { last: number; provider: number; challenger: number; span: number },
  level: number,
  answered: boolean,
): Game {
  const word =
    (BigInt(clock.last) << 216n) |
    (BigInt(clock.provider) << 184n) |
    (BigInt(clock.challenger) << 152n) |
    (BigInt(clock.span) << 72n);
  return {
    commitment: WORD,
    party: 1n,
    clock: word,
    place: (BigInt(level) << 240n) | (answered ? 1n : 0n),
    expect: WORD,
    pre: WORD,
  };
}

const view = fc
  .record({
    last: fc.integer({ min: 1000, max: 5000 }),
    provider: fc.integer({ min: 0, max: 300 }),
    challenger: fc.integer({ min: 0, max: 300 }),
    span: fc.integer({ min: 0, max: 5000 }),
    level: fc.integer({ min: 1, max: 7 }),
    answered: fc.boolean(),
    revealed: fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined }),
    opened: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ level, answered, revealed, opened, ...clock }) => ({
    clock,
    level,
    answered,
    view: {
      game: game(clock, level, answered),
      revealedAt: revealed === undefined ? 0 : clock.last + revealed,
      opened,
    } satisfies ClockedGame,
  }));

test("a timeout is due in the second in which the contract takes it, and not one earlier", () => {
  fc.assert(
    fc.property(view, ({ clock, level, answered, view }) => {
      const { side, due } = expiry(view, MIN);
      // RefereedDispute.timeout, word for word
      const providers = view.revealedAt === 0 && !answered && level !== 7;
      const since = providers ? clock.last : Math.max(clock.last, view.revealedAt);
      const used = (now: number) => (providers ? clock.provider : clock.challenger) + now - since;
      const budget = providers ? providerBudget(clock.span, view.opened, MIN) : challengerBudget(clock.span, MIN);
      assert.equal(side, providers ? "provider" : "challenger");
      assert.ok(used(due) > budget && used(due - 1) <= budget);
      const state = { minBudget: MIN, games: [view], cases: [] };
      assert.deepEqual(decideClocks(state, due - 1), []);
      assert.equal(decideClocks(state, due).length, 1);
    }),
  );
});

test("cases: executed after the time to appeal or when upheld, ended without loss when nobody acted, else left", () => {
  const at = 1_000_000;
  const decide = (status: string, now: number) =>
    decideClocks({ minBudget: MIN, games: [], cases: [{ id: 1n, status: status as "open", deadline: at }] }, now).map(
      ({ type }) => type,
    );
  const decision = 14 * 86_400;
  assert.deepEqual([decide("open", at), decide("open", at + 1)], [[], ["executeCase"]]);
  assert.deepEqual(
    [decide("open", at + decision), decide("open", at + decision + 1)],
    [["executeCase"], ["lapseCase"]],
  );
  assert.deepEqual([decide("appealed", at), decide("appealed", at + 1)], [[], ["lapseCase"]]);
  assert.deepEqual([decide("upheld", at), decide("upheld", at + 1)], [["executeCase"], ["lapseCase"]]);
  for (const ended of ["none", "executed", "vetoed", "lapsed"]) assert.deepEqual(decide(ended, at + 2 * decision), []);
});

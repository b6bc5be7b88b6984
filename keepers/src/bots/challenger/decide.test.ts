import assert from "node:assert/strict";
import { test } from "node:test";
import { GAME_LEVEL, type JobId, providerBudget, unpackGameClock } from "@assay/sdk";
import fc from "fast-check";
import { keccak256, numberToHex } from "viem";
import {
  type Action,
  type ActionType,
  type CaseView,
  type ChallengerState,
  decideCases,
  type GameFacts,
  isProvidersTurn,
} from "./decide.ts";
import type { Fate } from "./fate.ts";
import { isChosen } from "./sampling.ts";

const MIN_BUDGET = 1000;
const rarely = fc.integer({ min: 0, max: 7 }).map((n) => n === 0);
const mostly = rarely.map((rare) => !rare);
const level = fc.constantFrom(...Object.values(GAME_LEVEL));
const game: fc.Arbitrary<GameFacts> = fc
  .record({
    level,
    state: fc.constantFrom("live", "stale", "lost", "closed"),
    last: fc.integer({ min: 1000, max: 5000 }),
    used: fc.integer({ min: 0, max: 900 }),
    span: fc.integer({ min: 0, max: 1200 }),
    revealedAt: fc.constantFrom(0, 3000, 5000),
    revealSeen: fc.boolean(),
  })
  .map(({ level, state, last, used, span, revealedAt, revealSeen }) => ({
    clock: (BigInt(last) << 216n) | (BigInt(used) << 184n) | (BigInt(used) << 152n) | (BigInt(span) << 72n),
    place: BigInt(level) << 240n,
    state: state as GameFacts["state"],
    revealedAt,
    revealSeen,
  }));
const outcome = fc.record({
  agrees: fc.boolean(),
  confirmed: mostly,
  reachable: mostly,
  last: fc.boolean(),
});
const busy = fc.constantFrom<ActionType | undefined>(undefined, undefined, undefined, "check", "open", "move");
const fate = fc.constantFrom<Fate>("stands", "stands", "stands", "stands", "ended", "unknown");
const view: fc.Arbitrary<CaseView> = fc.record({
  id: fc.constant("0x" as JobId),
  commitment: fc.integer({ min: 0, max: 1 << 20 }).map((n) => keccak256(numberToHex(n))),
  chosen: mostly,
  own: rarely,
  windowEnd: fc.integer({ min: 0, max: 10_000 }),
  bond: fc.bigInt({ min: 1n, max: 5n }),
  fate,
  rejected: rarely,
  opened: fc.integer({ min: 0, max: 40 }),
  outcome: fc.option(outcome, { nil: undefined }),
  gaveUp: rarely,
  alarmed: rarely,
  game: fc.option(game, { nil: undefined, freq: 2 }),
  busy,
  notBeforeMs: fc.constantFrom(0, 0, 50),
});
const state: fc.Arbitrary<ChallengerState> = fc.record({
  now: fc.integer({ min: 0, max: 10_000 }),
  nowMs: fc.constant(10),
  draining: rarely,
  minBudget: fc.constant(MIN_BUDGET),
  gasSpent: fc.bigInt({ min: 0n, max: 40n }),
  bondSpent: fc.bigInt({ min: 0n, max: 12n }),
  cases: fc.uniqueArray(view, { maxLength: 8, selector: (v) => v.commitment }),
});
const config = {
  recheck: true,
  maxParallelRuns: 2,
  marginSeconds: 60,
  maxGames: 3,
  gasPerGame: 10n,
  gasPerDay: 40n,
  bondPerDay: 12n,
};

function check(holds: (action: Action, view: CaseView, s: ChallengerState, all: readonly Action[]) => void): void {
  fc.assert(
    fc.property(state, (s) => {
      const actions = decideCases(s, config);
      const of = new Map(s.cases.map((v) => [v.commitment, v]));
      for (const action of actions) holds(action, of.get(action.commitment) as CaseView, s, actions);
    }),
    { numRuns: 2000 },
  );
}

test("at most one action for each result, and none while one is under way", () => {
  check((action, view, _, all) => {
    assert.equal(all.filter(({ commitment }) => commitment === action.commitment).length, 1);
    assert.equal(view.busy, undefined);
  });
});

test("a game is opened over a confirmed, reachable difference only, inside the window, on nobody's own result", () => {
  let opened = 0;
  check((action, view, s) => {
    if (action.type !== "open") return;
    opened += 1;
    assert.ok(view.outcome && !view.outcome.agrees && view.outcome.confirmed && view.outcome.reachable);
    assert.equal(action.last, view.outcome.last);
    assert.ok(!view.game && !view.own && !view.alarmed && view.fate === "stands" && !view.rejected && view.chosen);
    assert.ok(s.now + config.marginSeconds < view.windowEnd && !s.draining);
  });
  assert.ok(opened > 0, "the generator opens games");
});

test("an unreachable difference is an alarm, never a game", () => {
  const base = { chosen: true, own: false, windowEnd: 9000, bond: 1n, rejected: false, opened: 0 };
  const outcome = { agrees: false, confirmed: true, reachable: false, last: false };
  const rest = { fate: "stands" as const, gaveUp: false, alarmed: false, notBeforeMs: 0, outcome };
  const item = { id: "0x" as JobId, commitment: "0x01" as const, ...base, ...rest };
  const money = { gasSpent: 0n, bondSpent: 0n };
  const at = { now: 1, nowMs: 1, draining: false, minBudget: MIN_BUDGET, ...money, cases: [item] };
  assert.deepEqual(decideCases(at, config), [{ type: "alarm", commitment: "0x01" }]);
});

test("bonds, gas and games of a day stay inside their limits; runs too", () => {
  fc.assert(
    fc.property(state, (s) => {
      const actions = decideCases(s, config);
      const of = new Map(s.cases.map((v) => [v.commitment, v]));
      const opens = actions.filter(({ type }) => type === "open");
      if (opens.length > 0) {
        const bonds = opens.reduce((sum, { commitment }) => sum + (of.get(commitment) as CaseView).bond, s.bondSpent);
        const live = s.cases.filter(
          ({ game, rejected, busy }) =>
            busy === "open" || (!rejected && (game?.state === "live" || game?.state === "stale")),
        ).length;
        // one after the other: the next would take the allowance that was given for this one
        assert.equal(s.cases.filter(({ busy }) => busy === "open").length + opens.length, 1);
        assert.ok(bonds <= config.bondPerDay);
        assert.ok(live + opens.length <= config.maxGames);
        assert.ok(s.gasSpent + config.gasPerGame * BigInt(live + opens.length) <= config.gasPerDay);
      }
      const running = s.cases.filter(({ busy }) => busy === "check").length;
      const started = actions.filter(
        ({ type, commitment }) => (type === "check" || type === "confirm") && !of.get(commitment)?.game,
      ).length;
      assert.ok(started === 0 || running + started <= config.maxParallelRuns);
    }),
    { numRuns: 2000 },
  );
});

test("in a game: move on the own turn in time, timeout on the other's after its budget, whatever the budgets say", () => {
  const seen = new Set<string>();
  check((action, { game, opened, outcome, rejected, fate, alarmed }, s) => {
    if (action.type !== "move" && action.type !== "timeout") return;
    assert.ok(game && game.state === "live" && !rejected && fate !== "ended");
    const clock = unpackGameClock(game.clock);
    seen.add(action.type);
    if (action.type === "timeout") {
      assert.ok(isProvidersTurn(game));
      assert.ok(clock.providerUsed + s.now - clock.last > providerBudget(clock.span, opened, MIN_BUDGET));
    } else {
      assert.ok(!isProvidersTurn(game) && outcome && !alarmed);
      const used = clock.challengerUsed + s.now - Math.max(clock.last, game.revealedAt);
      assert.ok(used <= Math.max(MIN_BUDGET, Math.floor(clock.span / 2)));
    }
  });
  assert.deepEqual([...seen].sort(), ["move", "timeout"]);
});

test("a live game whose turn it is is always answered: money limits hold back new games only", () => {
  fc.assert(
    fc.property(state, (s) => {
      const kept = decideCases({ ...s, gasSpent: 0n, bondSpent: 0n }, config).filter(({ type }) => type === "move");
      const broke = decideCases({ ...s, gasSpent: 10n ** 9n, bondSpent: 10n ** 9n }, config);
      assert.deepEqual(
        broke.filter(({ type }) => type === "move"),
        kept,
      );
    }),
    { numRuns: 500 },
  );
});

test("a bond comes back when the result fell or the job ended, and what is over is dropped", () => {
  check((action, { game, rejected, fate, windowEnd }, { now }) => {
    if (action.type === "reclaim") assert.ok(game?.state === "live" && fate === "ended");
    if (action.type === "reject") assert.ok(game && rejected && fate !== "ended");
    if (action.type !== "drop") return;
    assert.ok(!game || game.state === "lost" || game.state === "closed");
    assert.ok(fate === "ended" || (fate === "unknown" && !game && now >= windowEnd));
  });
});

test("a result that an endpoint does not know keeps its re-run and has nothing done; its game is played on all the same", () => {
  let played = 0;
  fc.assert(
    fc.property(state, (s) => {
      const cases = s.cases.map((v) => ({ ...v, fate: "unknown" as const }));
      const kept = cases.filter(({ game, windowEnd }) => game || s.now < windowEnd);
      const actions = decideCases({ ...s, cases: kept }, config);
      const inPlay = new Set(kept.filter(({ game }) => game).map(({ commitment }) => commitment));
      assert.deepEqual(
        actions.filter(({ type, commitment }) => type === "drop" || type === "reclaim" || !inPlay.has(commitment)),
        [],
      );
      const standing = kept.map((v) => ({ ...v, fate: "stands" as const }));
      const ofGames = (all: readonly Action[]) => all.filter(({ commitment }) => inPlay.has(commitment));
      assert.deepEqual(ofGames(actions), ofGames(decideCases({ ...s, cases: standing }, config)));
      played += actions.filter(({ type }) => type === "move").length;
    }),
    { numRuns: 1000 },
  );
  assert.ok(played > 0, "the generator plays games");
});

test("DSP-73: the provider's budget grows with the games opened, up to seven days", () => {
  assert.equal(providerBudget(0, 1, 1000), 1000 + 960);
  assert.equal(providerBudget(900, 1, 1000), 1800 + 960);
  assert.equal(providerBudget(0, 1_000_000, 1000), 1000 + 7 * 86_400);
});

test("sampling picks its share, by seed; stake weighs; all is all", () => {
  const seed = keccak256("0x01");
  const results = Array.from({ length: 4000 }, (_, n) => ({ commitment: keccak256(numberToHex(n)), bond: 500n }));
  const share = (policy: Parameters<typeof isChosen>[0], from = seed) =>
    results.filter((result) => isChosen(policy, from, result)).length / results.length;
  const sampled = { check: "sampled", rate: 0.2, stakeUnit: 1000n } as const;
  assert.ok(Math.abs(share(sampled) - 0.2) < 0.03);
  assert.ok(Math.abs(share({ ...sampled, check: "stake" }) - 0.1) < 0.03);
  assert.equal(share({ ...sampled, check: "all" }), 1);
  assert.equal(share({ ...sampled, rate: 0 }), 0);
  const other = keccak256("0x02");
  assert.ok(results.some((result) => isChosen(sampled, seed, result) !== isChosen(sampled, other, result)));
  assert.equal(share(sampled), share(sampled), "the same after a restart");
});

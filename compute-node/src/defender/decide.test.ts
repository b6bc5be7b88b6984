import assert from "node:assert/strict";
import { test } from "node:test";
import { GAME_LEVEL, type Game, partyWord, type SubmittedJob } from "@assay/sdk";
import fc from "fast-check";
import { OTHER, someJob, word } from "../test-kit.ts";
import { type CaseView, clockLeft, type DefenderState, decideDefence, type GameView, isPressed } from "./decide.ts";

const DAY = 86_400;
const T0 = 1_800_000_000;
const job = { ...someJob("submitted"), commitment: word(9) } as unknown as SubmittedJob;

interface Shape {
  level?: number;
  last?: number;
  providerUsed?: number;
  challengerUsed?: number;
  span?: number;
  node?: number;
}

function game({
  level = GAME_LEVEL.Ops,
  last = T0,
  providerUsed = 0,
  challengerUsed = 0,
  span = 60,
  node = 0,
}: Shape): Game {
  const clock =
    (BigInt(last) << 216n) | (BigInt(providerUsed) << 184n) | (BigInt(challengerUsed) << 152n) | (BigInt(span) << 72n);
  const place = (BigInt(level) << 240n) | (BigInt(node) << 144n);
  return { commitment: job.commitment, party: partyWord(OTHER, 1n), clock, place, expect: word(1), pre: word(2) };
}

function view(games: GameView[], change: Partial<CaseView> = {}): CaseView {
  return { job, ended: false, rejected: false, opened: games.length, games, busy: false, notBeforeMs: 0, ...change };
}

const live = (shape: Shape = {}, revealedAt = 0): GameView => ({ game: game(shape), state: "live", revealedAt });

function state(cases: CaseView[], now = T0 + 10): DefenderState {
  return { now, nowMs: now * 1000, minBudget: DAY, cases };
}

test("a place that waits is answered; one that was answered, or is before the judge, is not", () => {
  assert.deepEqual(
    decideDefence(state([view([live()])])).map(({ type }) => type),
    ["answer"],
  );
  assert.deepEqual(decideDefence(state([view([live({}, T0 + 5)])])), []);
  assert.deepEqual(decideDefence(state([view([live({ level: GAME_LEVEL.Proof })])])), []);
  assert.equal(isPressed(state([view([live()])])), true);
  assert.equal(isPressed(state([view([live({}, T0 + 5)])])), false);
});

test("DSP-20: games at one place share one answer; the one with the least time comes first", () => {
  const games = [live({ node: 1 }), live({ node: 2, providerUsed: 500 }), live({ node: 1 })];
  const [action] = decideDefence(state([view(games)]));
  assert.ok(action?.type === "answer");
  assert.deepEqual(action.games, [games[1]?.game, games[2]?.game]);
});

test("DSP-71, 73: a silent challenger is timed out a second after its budget, not before", () => {
  const games = [live({ last: T0, challengerUsed: 100 }, T0 + 50)];
  const due = T0 + 50 + DAY - 100;
  assert.deepEqual(decideDefence(state([view(games)], due)), []);
  assert.deepEqual(
    decideDefence(state([view(games)], due + 1)).map(({ type }) => type),
    ["timeout"],
  );
});

test("lost bonds are settled once the job has ended, and only if the result stood", () => {
  const games: GameView[] = [
    { ...live(), state: "forfeited" },
    { ...live(), state: "closed" },
  ];
  assert.deepEqual(decideDefence(state([view(games)])), []);
  assert.deepEqual(
    decideDefence(state([view(games, { ended: true })])).map(({ type }) => type),
    ["sweep"],
  );
  assert.deepEqual(decideDefence(state([view(games, { ended: true, rejected: true })])), []);
});

test("nothing is begun twice, nothing is answered for a result that is lost", () => {
  assert.deepEqual(decideDefence(state([view([live()], { busy: true })])), []);
  assert.deepEqual(decideDefence(state([view([live()], { notBeforeMs: (T0 + 11) * 1000 })])), []);
  assert.deepEqual(decideDefence(state([view([live()], { rejected: true })])), []);
});

test("the clock that is left falls from one to nothing and never below; each game opened lengthens it", () => {
  fc.assert(
    fc.property(fc.nat(3 * DAY), fc.nat(2 * DAY), fc.nat(50), (later, used, opened) => {
      const found = clockLeft(live({ providerUsed: used }), opened, { now: T0 + later, minBudget: DAY });
      const budget = DAY + opened * 16 * 60;
      assert.equal(found, Math.max(0, 1 - (used + later) / budget));
    }),
  );
  assert.equal(clockLeft(live({}, T0), 1, { now: T0, minBudget: DAY }), undefined);
});

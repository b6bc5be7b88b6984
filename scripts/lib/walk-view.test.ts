import assert from "node:assert/strict";
import { test } from "node:test";
import { GAME_LEVEL, type GamePlace } from "@assay/sdk";
import { concat, type Hex, keccak256, numberToHex, toHex } from "viem";
import { roundsOf, type WalkMove, type WalkProgram } from "./walk.ts";
import { renderWalk } from "./walk-view.ts";

const PROGRAM: WalkProgram = { states: 2, segmentLength: 4, steps: 12, opName: (_, op) => `OP${op}` };

const place = (level: number, at: Partial<GamePlace> = {}): GamePlace => ({
  level,
  step: 0,
  op: 0,
  height: 0,
  node: 0,
  leaves: 0,
  dtype: 0,
  rows: 0,
  cols: 0,
  chunks: 0,
  element: 0,
  chunk: 0,
  ...at,
});

const hashes = (name: string, count: number): Hex[] =>
  Array.from({ length: count }, (_, i) => keccak256(toHex(`${name} ${i}`)));

/** A list of `count` hashes of which the one at `wrong` and those behind it differ between the sides. */
function lists(name: string, count: number, wrong: number, head: Hex[] = []): { data: Hex; own: Hex } {
  const own = hashes(name, count);
  const theirs = own.map((hash, i) => (i < wrong ? hash : keccak256(hash)));
  return { data: concat([...head, ...theirs]), own: concat([...head, ...own]) };
}

/** A whole dispute: segment 1, step 6, operator 2, tile 3 of 2 x 2, element (17, 20), chunk 1. */
function dispute(): WalkMove[] {
  const tensor = { op: 2, step: 6, dtype: 3, rows: 20, cols: 24, chunks: 3, leaves: 4 };
  const places = [
    place(GAME_LEVEL.Tree, { height: 1, leaves: 2, step: 4 }),
    place(GAME_LEVEL.Segment, { step: 1, leaves: 4 }),
    place(GAME_LEVEL.Ops, { step: 6 }),
    place(GAME_LEVEL.Tiles, { ...tensor, height: 2 }),
    place(GAME_LEVEL.Tile, { ...tensor, node: 3 }),
    place(GAME_LEVEL.Prefix, { ...tensor, node: 3, element: 20 }),
    place(GAME_LEVEL.Proof, { ...tensor, node: 3, element: 20, chunk: 2 }),
  ];
  const elements = Array.from({ length: 256 }, (_, i) => numberToHex(i, { size: 4 }));
  const sums = (values: number[]): Hex => concat(values.map((value) => numberToHex(value, { size: 8, signed: true })));
  const data = [
    lists("boundary", 2, 1),
    lists("state", 4, 2, hashes("start", 1)),
    lists("value", 5, 2, hashes("pre", 2)),
    lists("tile", 4, 3),
    { data: concat(elements.with(20, numberToHex(-1, { size: 4, signed: true }))), own: concat(elements) },
    { data: sums([4, 9, 21]), own: sums([4, 8, 20]) },
  ];
  const moves: WalkMove[] = [{ by: "challenger", name: "challenge", gas: 100_000, at: 1_000, next: places[0]! }];
  for (const [i, at] of places.entries()) {
    if (data[i]) moves.push({ by: "provider", name: "reveal", gas: 50_000, at: 1_012 + 24 * i, place: at, ...data[i] });
    const next = places[i + 1];
    moves.push({
      by: "challenger",
      name: next ? "pick" : "prove",
      gas: 70_000,
      at: 1_024 + 24 * i,
      place: at,
      ...(next ? { next } : {}),
    });
  }
  return moves;
}

test("each pick is joined with the reveal it answers, and what was picked is read off the places", () => {
  const rounds = roundsOf(dispute(), PROGRAM);
  assert.deepEqual(
    rounds.map(({ index }) => index),
    [1, 2, 2, 3, 20, 1, 0],
  );
  assert.deepEqual(
    rounds.map(({ differ }) => differ),
    [1, 2, 3, 1, 1, 2, undefined],
  );
  assert.deepEqual([rounds[4]!.theirs, rounds[4]!.own], ["-1", "20"]);
  assert.deepEqual([rounds[5]!.theirs, rounds[5]!.own], ["9", "8"]);
});

test("the drawing names every level, both sides and what the moves cost", () => {
  const lines = renderWalk(dispute(), PROGRAM);
  const [opening, run, segment] = lines;
  assert.match(opening!, /^challenge .* challenge 100,000$/);
  assert.match(run!, /^run +2 segment ends, 1 differs +reveal 50,000 {3}pick 70,000$/);
  assert.match(segment!, /└ segment 1 {3}provider 0x\w{6}…\w{4} {3}challenger 0x\w{6}…\w{4}$/);
  const text = lines.join("\n");
  for (const part of ["step 6", "operator 2: OP2", "tile 3", "element (17, 20)   provider -1   challenger 20"]) {
    assert.ok(text.includes(part), `${part} in\n${text}`);
  }
  assert.match(text, /products 16\.\.31 {3}provider 9 {3}challenger 8/);
  assert.match(lines.at(-2)!, /^judge +adds the sixteen products again +prove 70,000$/);
  assert.match(lines.at(-1)!, /^6 rounds, 14 moves, 890,000 gas \(challenger 590,000, provider 300,000\), 168 s/);
});

test("without the other side's view and without receipts it still draws the way", () => {
  const bare = dispute().map(({ own: _, gas: __, ...move }) => move);
  const lines = renderWalk(bare, PROGRAM);
  assert.match(lines[1]!, /^run +2 segment ends$/);
  assert.match(lines[2]!, /└ segment 1 {3}provider 0x\w{6}…\w{4}$/);
});

test("a part of a tall tree is a part, and its leaves count from the left of the whole tree", () => {
  const tall = place(GAME_LEVEL.Tree, { height: 8, leaves: 200, step: 4 });
  const lower = place(GAME_LEVEL.Tree, { height: 4, node: 5, leaves: 200, step: 4 });
  const segment = place(GAME_LEVEL.Segment, { step: 83, leaves: 4 });
  const moves: WalkMove[] = [
    { by: "provider", name: "reveal", at: 0, place: tall, data: concat(hashes("part", 13)) },
    { by: "challenger", name: "pick", at: 0, place: tall, next: lower },
    { by: "provider", name: "reveal", at: 0, place: lower, data: concat(hashes("leaf", 16)) },
    { by: "challenger", name: "pick", at: 0, place: lower, next: segment },
  ];
  const text = renderWalk(moves, PROGRAM).join("\n");
  assert.match(text, /13 parts\n +└ part 5/);
  assert.match(text, /16 segment ends\n +└ segment 83/);
});

test("a chunk judged in the move that picks it: the pick is the first difference, and the judge is drawn", () => {
  const moves = dispute().slice(0, -1);
  const { next: _, ...last } = moves.at(-1)!;
  const rounds = roundsOf([...moves.slice(0, -1), last], PROGRAM);
  assert.equal(rounds.at(-1)!.index, 1);
  const lines = renderWalk([...moves.slice(0, -1), last], PROGRAM);
  assert.match(lines.at(-3)!, /products 16\.\.31 {3}provider 9 {3}challenger 8/);
  assert.match(lines.at(-2)!, /^judge +adds the sixteen products again$/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { MerkleTree } from "@assay/exact";
import { GAME_LEVEL, type Game, type GamePlace, occupiedNodes, revealStride, unpackGamePlace } from "@assay/sdk";
import fc from "fast-check";
import { bytesToHex, concat, type Hex, hexToBytes, keccak256, numberToHex } from "viem";
import { PaddedTree } from "./merkle.ts";
import { decideMove, judgedAfter } from "./move.ts";
import type { OpsView, View } from "./view.ts";

const word = (n: number): Hex => keccak256(numberToHex(n));
const SHIFTS: Record<keyof GamePlace, bigint> = {
  level: 240n,
  step: 200n,
  op: 192n,
  height: 184n,
  node: 144n,
  leaves: 104n,
  dtype: 96n,
  rows: 64n,
  cols: 32n,
  chunks: 24n,
  element: 16n,
  chunk: 8n,
};

function gameAt(place: Partial<GamePlace>): Game {
  const packed = Object.entries(place).reduce(
    (sum, [name, value]) => sum | (BigInt(value) << SHIFTS[name as keyof GamePlace]),
    0n,
  );
  return { commitment: word(1), party: 0n, clock: 0n, place: packed, expect: word(2), pre: word(3) };
}

/** A list and a copy that differs from `at` on, at some places after it too. */
const lists = fc
  .record({ length: fc.integer({ min: 1, max: 64 }), at: fc.nat(), more: fc.array(fc.nat(), { maxLength: 5 }) })
  .map(({ length, at, more }) => {
    const first = at % length;
    const wrong = new Set([first, ...more.map((n) => first + (n % (length - first)))]);
    const mine = Array.from({ length }, (_, i) => word(100 + i));
    return { first, mine, theirs: mine.map((hash, i) => (wrong.has(i) ? word(9000 + i) : hash)) };
  });

/** Root of a proof, by the definition. */
function rootBy(leaf: Hex, index: number, proof: readonly Hex[]): Hex {
  return proof.reduce((hash, sibling, level) => {
    const pair = Math.floor(index / 2 ** level) % 2 === 0 ? [hash, sibling] : [sibling, hash];
    return keccak256(concat(["0x01", pair[0]!, pair[1]!]));
  }, leaf);
}

function treeOf(nodes: readonly Hex[]): MerkleTree {
  return new MerkleTree(nodes.map((node) => hexToBytes(node)));
}

test("a place is read back as it was packed", () => {
  const place = { level: 6, step: 2 ** 39, op: 127, height: 26, node: 12345, leaves: 2 ** 26 };
  const shape = { dtype: 3, rows: 2 ** 24, cols: 77, chunks: 128, element: 255, chunk: 128 };
  assert.deepEqual(unpackGamePlace(gameAt({ ...place, ...shape }).place), { ...place, ...shape });
});

test("strides cut a path into equal parts of at most six, down to the leaves", () => {
  for (let height = 1; height <= 40; height++) {
    let left = height;
    for (; left > 0; left -= revealStride(left)) assert.ok(revealStride(left) >= 1 && revealStride(left) <= 6);
    assert.equal(left, 0);
  }
  assert.equal(occupiedNodes({ node: 1, height: 3, leaves: 13 }, 3), 5);
  assert.equal(occupiedNodes({ node: 0, height: 4, leaves: 13 }, 4), 13);
});

test("tree: the first node that differs, with its proof under the disputed node, padding included", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), (leaves, n, w) => {
      const tree = treeOf(Array.from({ length: leaves }, (_, i) => word(i)));
      const height = tree.depth;
      const stride = revealStride(height);
      const count = occupiedNodes({ node: 0, height, leaves }, stride);
      const theirs = Array.from({ length: count }, (_, i) => bytesToHex(tree.node(height - stride, i)));
      const first = n % count;
      const mine = theirs.map((hash, i) => (i === first || (i > first && (w >> i) % 2 === 1) ? word(5000 + i) : hash));
      const game = gameAt({ level: GAME_LEVEL.Tree, height, leaves });
      const move = decideMove(game, concat(theirs), { level: "nodes", nodes: mine });
      const [, index, node, proof] = move.args as [Game, bigint, Hex, Hex[]];
      assert.deepEqual([move.functionName, move.index, index], ["pickNode", first, BigInt(first)]);
      assert.equal(proof.length, stride);
      assert.equal(rootBy(node, first, proof), bytesToHex(tree.root));
    }),
    { numRuns: 100 },
  );
});

test("segment: the first state that differs; the state before it and itself are proven", () => {
  fc.assert(
    fc.property(lists, ({ first, mine, theirs }) => {
      const game = gameAt({ level: GAME_LEVEL.Segment, step: 3, leaves: mine.length });
      const view: View = {
        level: "segment",
        program: `0x${"13".repeat(32)}`,
        firstStep: 192,
        start: word(7),
        states: mine,
      };
      const { functionName, args } = decideMove(game, concat([word(7), ...theirs]), view);
      const pick = args[1] as { index: bigint; firstStep: bigint; root: Hex; states: Hex[]; proof: Hex[] };
      const { root, states, proof } = pick;
      assert.deepEqual([functionName, pick.index, pick.firstStep], ["pickStep", BigInt(first), 192n]);
      assert.equal(root, bytesToHex(treeOf(theirs).root));
      assert.deepEqual(states, first === 0 ? [theirs[0]] : [theirs[first - 1], theirs[first]]);
      const depth = proof.length / states.length;
      states.forEach((state, k) => {
        const at = first === 0 ? 0 : first - 1 + k;
        assert.equal(rootBy(state, at, proof.slice(k * depth, (k + 1) * depth)), root);
      });
    }),
    { numRuns: 100 },
  );
});

function opsView(roots: Hex[], states: number): OpsView {
  const none = { kind: 0, idx: 0, dtype: 0, rows: 0, cols: 0 };
  const records = roots.slice(states).map((_, op) => ({
    opcode: 3,
    outDtype: 1,
    nIn: 3,
    flags: 0,
    rows: 1,
    cols: 1,
    inputs: [
      op > 0 ? { ...none, idx: op - 1 } : { ...none, kind: 1 },
      { ...none, kind: 1 },
      { ...none, kind: 2 },
      none,
    ],
    attrs: Array.from({ length: 8 }, () => 0n),
  }));
  const leaves = records.map((_, op) => word(700 + op));
  const opsRoot = bytesToHex(treeOf(leaves).root);
  return {
    level: "ops",
    nonce: word(8),
    dataRoot: word(9),
    opsRoot,
    states,
    roots,
    records,
    leaves,
    constRoots: [word(10)],
  };
}

test("ops: the first operator whose value differs, its record and its agreed inputs proven", () => {
  fc.assert(
    fc.property(lists, ({ first, mine, theirs }) => {
      const state = word(50);
      const view = opsView([state, ...mine], 1);
      const { functionName, args } = decideMove(gameAt({ level: GAME_LEVEL.Ops }), concat([state, ...theirs]), view);
      const pick = args[1] as Record<"root" | "value", Hex> &
        Record<"inputs" | "inputProofs" | "valueProof" | "opProof" | "constRoots", Hex[]>;
      assert.equal(functionName, "pickOp");
      assert.equal(pick.value, theirs[first]);
      assert.equal(rootBy(pick.value, 1 + first, pick.valueProof), pick.root);
      assert.equal(rootBy(word(700 + first), first, pick.opProof), view.opsRoot);
      const before = first > 0 ? theirs[first - 1] : state;
      assert.deepEqual(pick.inputs, [before, state, word(10)]);
      assert.equal(before, first > 0 ? mine[first - 1] : state, "what it reads is agreed");
      const depth = pick.inputProofs.length / 2;
      assert.equal(rootBy(pick.inputs[0]!, first, pick.inputProofs.slice(0, depth)), pick.root);
      assert.equal(rootBy(state, 0, pick.inputProofs.slice(depth)), pick.root);
      assert.deepEqual(pick.constRoots, view.constRoots);
    }),
    { numRuns: 100 },
  );
});

test("tile and prefix: an element and the first sum that differ; what the judge will be asked follows", () => {
  const byte = (n: number): Hex => numberToHex(n & 0xff, { size: 1 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: -128, max: 127 }), (e, value) => {
      const mine = Array.from({ length: 256 }, (_, i) => (i * 3) % 100);
      const theirs = mine.map((old, i) => (i === e ? (value === old ? old - 1 : value) : old));
      const game = gameAt({ level: GAME_LEVEL.Tile, dtype: 1, rows: 10, cols: 16, leaves: 1 });
      const reveal = concat(theirs.map(byte));
      const move = decideMove(game, reveal, { level: "tile", data: concat(mine.map(byte)) });
      assert.deepEqual([move.functionName, move.index], ["pickElement", e]);
      assert.equal(judgedAfter(game, reveal, move)?.claimed, BigInt(theirs[e]!));
      const product = gameAt({ level: GAME_LEVEL.Tile, dtype: 1, rows: 10, cols: 16, leaves: 1, chunks: 2 });
      assert.equal(judgedAfter(product, reveal, move) === undefined, e < 160, "inside: prefix sums come first");
    }),
  );
  const sums = fc.array(fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(sums, fc.nat(), (mine, n) => {
      const first = n % mine.length;
      const theirs = mine.map((sum, i) => (i >= first ? sum + 1n : sum));
      const game = gameAt({ level: GAME_LEVEL.Prefix, rows: 16, cols: 16, chunks: mine.length });
      const reveal = concat(theirs.map((sum) => numberToHex(BigInt.asUintN(64, sum), { size: 8 })));
      const move = decideMove(game, reveal, { level: "prefix", sums: mine });
      assert.deepEqual([move.functionName, move.index], ["proveChunk", first]);
      const judged = judgedAfter(game, reveal, move);
      assert.deepEqual(
        [judged?.place.chunk, judged?.claimed],
        [first + 1, theirs[first]! - (first > 0 ? theirs[first - 1]! : 0n)],
      );
    }),
  );
});

const code = (wanted: string) => (error: unknown) => (error as { code: string }).code === wanted;

test("where nothing differs, or the agreed start does not agree, no move is made: an alarm", () => {
  const same = [word(1), word(2)];
  const tree = gameAt({ level: GAME_LEVEL.Tree, height: 1, leaves: 2 });
  assert.throws(() => decideMove(tree, concat(same), { level: "nodes", nodes: same }), code("KP-030"));
  const segment = gameAt({ level: GAME_LEVEL.Segment, leaves: 2 });
  const view: View = { level: "segment", program: `0x${"13".repeat(32)}`, firstStep: 0, start: word(5), states: same };
  assert.throws(() => decideMove(segment, concat([word(6), word(1), word(3)]), view), code("KP-030"));
  const ops = opsView([word(50), word(51)], 1);
  assert.throws(
    () => decideMove(gameAt({ level: GAME_LEVEL.Ops }), concat([word(49), word(52)]), ops),
    code("KP-030"),
    "a state root that differs hides behind a state hash that agrees: impossible",
  );
});

test("a reveal of another shape than the contract lets through is refused", () => {
  const tree = gameAt({ level: GAME_LEVEL.Tree, height: 1, leaves: 2 });
  assert.throws(() => decideMove(tree, word(1), { level: "nodes", nodes: [word(1), word(2)] }), code("KP-032"));
  assert.throws(() => decideMove(tree, "0x1234", { level: "nodes", nodes: [word(1), word(2)] }), code("KP-032"));
});

test("the padded tree equals the engine's", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), (count) => {
      const nodes = Array.from({ length: count }, (_, i) => word(i));
      assert.equal(new PaddedTree(nodes).root, bytesToHex(treeOf(nodes).root));
    }),
  );
});

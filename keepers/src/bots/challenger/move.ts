import {
  GAME_LEVEL,
  GAME_LEVEL_NAME,
  type Game,
  type GamePlace,
  isInsideOutput,
  occupiedNodes,
  revealStride,
  unpackGamePlace,
} from "@assay/sdk";
import { type Hex, size, slice } from "viem";
import { keeperError } from "../../errors.ts";
import { PaddedTree } from "./merkle.ts";
import type { OpsView, ProofView, View } from "./view.ts";

/** A call of the dispute contract. `index`: what was picked, for the guard and the log. */
export interface Move {
  functionName: "pickNode" | "pickStep" | "pickOp" | "pickElement" | "proveChunk" | "prove";
  index: number;
  args: readonly unknown[];
}

/**
 * DSP-45, the normative rule: where the reveal differs from my own run, the first difference; a tile's elements and tiles
 * are free, and the first is as good as any. Pure: the game, what the provider revealed there, what my run says there.
 * @param reveal packed, as the contract's event carries it; "0x" at the last level
 * @throws KP-030 when nothing differs or cannot be picked (must be impossible), KP-032 when the reveal does not have the
 *   shape that the contract checks
 */
export function decideMove(game: Game, reveal: Hex, view: View): Move {
  const place = unpackGamePlace(game.place);
  switch (view.level) {
    case "nodes":
      return pickNode(game, place, words(place, reveal), view.nodes);
    case "segment":
      return pickStep(game, place, words(place, reveal), view);
    case "ops":
      return pickOp(game, place, words(place, reveal), view);
    case "tile":
      return pickElement(game, place, reveal, view.data);
    case "prefix":
      return pickChunk(game, place, reveal, view.sums);
    case "proof":
      return prove(game, view);
  }
}

function pickNode(game: Game, place: GamePlace, theirs: readonly Hex[], mine: readonly Hex[]): Move {
  const stride = revealStride(place.height);
  requireLength(place, theirs.length, occupiedNodes(place, stride));
  const index = firstDifference(place, theirs, mine);
  const tree = new PaddedTree(theirs, stride, place.height - stride);
  return { functionName: "pickNode", index, args: [game, BigInt(index), theirs[index]!, tree.proof(index)] };
}

function pickStep(
  game: Game,
  place: GamePlace,
  [start, ...theirs]: readonly Hex[],
  view: { firstStep: number; program: Hex; start: Hex; states: readonly Hex[] },
): Move {
  requireLength(place, theirs.length, place.leaves);
  // I-walk: the segment's start is agreed. If it were not, every pick below it could be answered honestly.
  if (!start || !same(start, view.start)) throw unreachable(place, `the segment starts at ${start}`, view.start);
  const index = firstDifference(place, theirs, view.states);
  const tree = new PaddedTree(theirs);
  const opened = index === 0 ? [0] : [index - 1, index];
  const pick = {
    start,
    program: view.program,
    firstStep: BigInt(view.firstStep),
    root: tree.root,
    index: BigInt(index),
    states: opened.map((i) => theirs[i]!),
    proof: opened.flatMap((i) => tree.proof(i)),
  };
  return { functionName: "pickStep", index, args: [game, pick] };
}

/** The opcode of list entries, whose values have no tiles (DSP-09). */
const CHAIN = 20;
const KIND = { value: 0, state: 1, constant: 2 } as const;

function pickOp(game: Game, place: GamePlace, theirs: readonly Hex[], view: OpsView): Move {
  const { states, roots, records } = view;
  requireLength(place, theirs.length, states + records.length);
  const changed = roots.slice(0, states).findIndex((root, i) => !same(root, theirs[i]));
  if (changed >= 0) throw unreachable(place, `state root ${changed}: ${theirs[changed]}`, roots[changed]!);
  const index = firstDifference(place, theirs.slice(states), roots.slice(states));
  const record = records[index]!;
  const tree = new PaddedTree(theirs);
  const program = new PaddedTree(view.leaves);
  const reads = record.inputs.slice(0, record.nIn);
  const at = (input: { kind: number; idx: number }) => (input.kind === KIND.value ? states : 0) + input.idx;
  const listed = reads.filter(({ kind }) => kind !== KIND.constant);
  const pick = {
    head: { nonce: view.nonce, dataRoot: view.dataRoot, opsRoot: view.opsRoot },
    index: BigInt(index),
    states: BigInt(states),
    values: BigInt(records.length),
    root: tree.root,
    value: theirs[states + index]!,
    valueProof: tree.proof(states + index),
    opProof: program.proof(index),
    inputs: reads.map((input) => (input.kind === KIND.constant ? view.constRoots[input.idx]! : theirs[at(input)]!)),
    inputProofs: listed.flatMap((input) => tree.proof(at(input))),
    constRoots: listed.length === reads.length ? [] : view.constRoots,
  };
  return { functionName: "pickOp", index, args: [game, pick, record] };
}

function pickElement(game: Game, place: GamePlace, theirs: Hex, mine: Hex): Move {
  requireLength(place, size(theirs), size(mine));
  const width = size(mine) / 256;
  const element = (data: Hex, e: number) => slice(data, e * width, (e + 1) * width);
  const index = indexWhere(place, 256, (e) => !same(element(theirs, e), element(mine, e)));
  const list = words(place, theirs);
  const at = Math.floor((index * width) / 32);
  return { functionName: "pickElement", index, args: [game, BigInt(index), list[at]!, new PaddedTree(list).proof(at)] };
}

/** What the judge is shown of the chunk is added by `withProof`. */
function pickChunk(game: Game, place: GamePlace, theirs: Hex, mine: readonly bigint[]): Move {
  requireLength(place, size(theirs), 8 * mine.length);
  const index = indexWhere(place, mine.length, (i) => sumAt(theirs, i) !== mine[i]);
  return { functionName: "proveChunk", index, args: [game, theirs, BigInt(index)] };
}

function prove(game: Game, view: ProofView): Move {
  return withProof({ functionName: "prove", index: 0, args: [game] }, view);
}

/** Adds what the judge is shown to a last move. */
export function withProof(move: Move, { op, nonce, roots, tiles }: ProofView): Move {
  return { ...move, args: [...move.args, { op, nonce, roots, tiles }] };
}

/** Where a move leads when the judge is next, and what the judge is asked there; undefined when more levels follow. */
export function judgedAfter(game: Game, reveal: Hex, move: Move): { place: GamePlace; claimed: bigint } | undefined {
  const place = unpackGamePlace(game.place);
  const next = (at: Partial<GamePlace>) => ({ ...place, level: GAME_LEVEL.Proof, ...at });
  if (move.functionName === "prove") return { place, claimed: BigInt.asIntN(256, BigInt(game.expect)) };
  if (move.functionName === "pickOp") {
    const { states } = move.args[1] as { states: bigint };
    if ((move.args[2] as { opcode: number }).opcode !== CHAIN) return undefined;
    const value = slice(reveal, 32 * (Number(states) + move.index), 32 * (Number(states) + move.index + 1));
    return { place: next({ op: move.index }), claimed: signed(value) };
  }
  if (move.functionName === "pickElement") {
    const at = next({ element: move.index });
    if (place.chunks !== 0 && isInsideOutput(at)) return undefined;
    const width = size(reveal) / 256;
    const claimed = signed(slice(reveal, move.index * width, (move.index + 1) * width));
    return { place: at, claimed };
  }
  if (move.functionName === "proveChunk") {
    const before = move.index === 0 ? 0n : sumAt(reveal, move.index - 1);
    return { place: next({ chunk: move.index + 1 }), claimed: sumAt(reveal, move.index) - before };
  }
  return undefined;
}

function words(place: GamePlace, data: Hex): Hex[] {
  if (size(data) % 32 !== 0) throw misshapen(place, `${size(data)} bytes`, "whole words");
  return Array.from({ length: size(data) / 32 }, (_, i) => slice(data, 32 * i, 32 * i + 32));
}

function sumAt(sums: Hex, index: number): bigint {
  return signed(slice(sums, 8 * index, 8 * index + 8));
}

function signed(data: Hex): bigint {
  return BigInt.asIntN(8 * size(data), BigInt(data));
}

function same(a: Hex, b: Hex | undefined): boolean {
  return a.toLowerCase() === b?.toLowerCase();
}

function firstDifference(place: GamePlace, theirs: readonly Hex[], mine: readonly Hex[]): number {
  requireLength(place, theirs.length, mine.length);
  return indexWhere(place, mine.length, (i) => !same(mine[i]!, theirs[i]));
}

function indexWhere(place: GamePlace, count: number, differs: (index: number) => boolean): number {
  for (let i = 0; i < count; i++) if (differs(i)) return i;
  throw unreachable(place, "a reveal that agrees with my own run everywhere", "a difference");
}

function requireLength(place: GamePlace, found: number, wanted: number): void {
  if (found !== wanted) throw misshapen(place, `a length of ${found}`, `${wanted}`);
}

function where({ level, step, op }: GamePlace): string {
  return `level ${GAME_LEVEL_NAME[level] ?? level}, step ${step}, operator ${op}`;
}

function unreachable(place: GamePlace, found: string, wanted: string): Error {
  return keeperError("KP-030", {
    kind: "Fatal",
    found: `${found}, at ${where(place)}`,
    wanted,
    hint: "a game that cannot be won must not be possible: keep the run's folder and the log, and report it at once",
  });
}

function misshapen(place: GamePlace, found: string, wanted: string): Error {
  return keeperError("KP-032", {
    kind: "Fatal",
    found: `${found}, at ${where(place)}`,
    wanted,
    hint: "the dispute contract is of another version than this keeper, or the RPC invents logs: compare both",
  });
}

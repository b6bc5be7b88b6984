import { GAME_LEVEL, type GamePlace } from "@assay/sdk";
import { type Hex, size, slice } from "viem";

/** One transaction of a game, as its events and receipt tell. */
export interface WalkMove {
  by: "provider" | "challenger";
  /** Name of the function. */
  name: string;
  gas?: number;
  /** Time of its block, Unix seconds. */
  at: number;
  /** Where the game stood; none for the challenge that opened it. */
  place?: GamePlace;
  /** A reveal's content, as the contract's event carries it. */
  data?: Hex;
  /** What the other side would have revealed there, if known. */
  own?: Hex;
  /** Which child a move of the challenger picked, and where the game stood then. */
  index?: number;
  next?: GamePlace;
}

/** What a reveal lists at a level, and what of it was picked. */
export interface WalkRound {
  place: GamePlace;
  /** Entries of the list; 1 at the judge. */
  count: number;
  /** How many differ from the other side's, if that is known. */
  differ?: number;
  index: number;
  theirs?: string;
  own?: string;
  moves: readonly WalkMove[];
}

/** What the drawing must know of the program in dispute. */
export interface WalkProgram {
  /** Tensors of a state. */
  states: number;
  segmentLength: number;
  steps: number;
  /** An operator for people, e.g. `MATMUL layer 1: product`. */
  opName(step: number, op: number): string;
}

const DTYPE_BYTES: Readonly<Record<number, number>> = { 1: 1, 2: 2, 3: 4 };

/** The entries of a reveal as text: hashes, or numbers where the level shows numbers. `states`: tensors of a state. */
export function entriesOf(place: GamePlace, data: Hex, states: number): string[] {
  const parts = (width: number): Hex[] =>
    Array.from({ length: size(data) / width }, (_, i) => slice(data, i * width, (i + 1) * width));
  const signed = (part: Hex): string => String(BigInt.asIntN(8 * size(part), BigInt(part)));
  switch (place.level) {
    case GAME_LEVEL.Segment:
      return parts(32).slice(1);
    case GAME_LEVEL.Ops:
      return parts(32).slice(states);
    case GAME_LEVEL.Tile:
      return parts(DTYPE_BYTES[place.dtype] ?? 1).map(signed);
    case GAME_LEVEL.Prefix:
      return parts(8).map(signed);
    default:
      return parts(32);
  }
}

/** Joins each move of the challenger with the reveal it answers. Moves in the order of the chain. */
export function roundsOf(moves: readonly WalkMove[], program: WalkProgram): WalkRound[] {
  const rounds: WalkRound[] = [];
  let reveal: WalkMove | undefined;
  for (const move of moves) {
    if (move.by === "provider") reveal = move;
    if (move.by === "provider" || !move.place) continue;
    const theirs = reveal?.data ? entriesOf(move.place, reveal.data, program.states) : [];
    const own = reveal?.own ? entriesOf(move.place, reveal.own, program.states) : [];
    // a move that ends the game goes to no next place: it has picked the first difference (DSP-45)
    const first = theirs.findIndex((entry, i) => entry !== own[i]);
    const index = move.index ?? (move.next ? indexOf(move.place, move.next, program) : Math.max(0, first));
    rounds.push({
      place: move.place,
      count: Math.max(1, theirs.length),
      ...(own.length > 0 ? { differ: theirs.filter((entry, i) => entry !== own[i]).length } : {}),
      index,
      ...(theirs[index] === undefined ? {} : { theirs: theirs[index] }),
      ...(own[index] === undefined ? {} : { own: own[index] }),
      moves: reveal ? [reveal, move] : [move],
    });
    reveal = undefined;
  }
  return rounds;
}

/** Which child of `place` the game went on to, read off the places alone. */
function indexOf(place: GamePlace, next: GamePlace, { segmentLength }: WalkProgram): number {
  switch (place.level) {
    case GAME_LEVEL.Tree:
      // the leaf of a run tree is a segment, whose number is then in the place of the step
      return childIndex(place, next.level === GAME_LEVEL.Segment ? next.step : next.node, next.level !== place.level);
    case GAME_LEVEL.Tiles:
      return childIndex(place, next.node, next.level !== place.level);
    case GAME_LEVEL.Segment:
      return next.step - place.step * segmentLength;
    case GAME_LEVEL.Ops:
      return next.op;
    case GAME_LEVEL.Tile:
      return next.element;
    case GAME_LEVEL.Prefix:
      return Math.max(0, next.chunk - 1);
    default:
      return 0;
  }
}

function childIndex(place: GamePlace, node: number, last: boolean): number {
  const rounds = Math.ceil(place.height / 6);
  const stride = last ? place.height : Math.ceil(place.height / rounds);
  return node - place.node * 2 ** stride;
}

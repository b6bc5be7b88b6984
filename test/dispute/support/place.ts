import type { Hex } from "viem";

export const LEVEL = { Tree: 1, Segment: 2, Ops: 3, Tiles: 4, Tile: 5, Prefix: 6, Proof: 7 } as const;
export const LEVEL_NAME = ["None", "Tree", "Segment", "Ops", "Tiles", "Tile", "Prefix", "Proof"] as const;

/** The six words of a game (DisputeTypes.sol). */
export interface Game {
  commitment: Hex;
  party: bigint;
  clock: bigint;
  place: bigint;
  expect: Hex;
  pre: Hex;
}

/** Coordinates of a disputed object (Places.sol). */
export interface Place {
  level: number;
  step: number;
  op: number;
  height: number;
  node: number;
  leaves: number;
  dtype: number;
  rows: number;
  cols: number;
  chunks: number;
  element: number;
  chunk: number;
}

const FIELDS: readonly (readonly [keyof Place, number, number])[] = [
  ["level", 240, 8],
  ["step", 200, 40],
  ["op", 192, 8],
  ["height", 184, 8],
  ["node", 144, 40],
  ["leaves", 104, 40],
  ["dtype", 96, 8],
  ["rows", 64, 32],
  ["cols", 32, 32],
  ["chunks", 24, 8],
  ["element", 16, 8],
  ["chunk", 8, 8],
];

export function decodePlace(word: bigint): Place {
  const fields = FIELDS.map(([name, shift, bits]) => [
    name,
    Number((word >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n)),
  ]);
  return Object.fromEntries(fields) as Place;
}

/** Row and column of the picked element in the operator's output. */
export function positionOf({ cols, node, element }: Place): { row: number; col: number } {
  const grid = Math.ceil(cols / 16);
  return { row: Math.floor(node / grid) * 16 + (element >> 4), col: (node % grid) * 16 + (element & 15) };
}

import { type Address, concat, encodeAbiParameters, type Hex, keccak256, numberToHex } from "viem";
import type { SubmittedJob } from "../events/job.ts";
import { packJobSpec } from "./jobSpec.ts";
import { packJobTerms } from "./jobTerms.ts";
import type { JobSpec, SpecWords, TermsWords } from "./types.ts";

/** What a run's segments are checked against (DSP-31, DSP-32): the preimage of `pre` at Tree and Segment. */
export interface RunHead {
  initState: Hex;
  /** The spec's word of numbers. */
  shape: Hex;
  runRoot: Hex;
  /** `programHeadHash` of the job. */
  program: Hex;
}

/** What a step is checked against (DSP-33). */
export interface ProgramHead {
  programHash: Hex;
  dataRoot: Hex;
  nonce: Hex;
  /** Tensors of the state. */
  states: bigint;
}

type JobOfRun = { spec: JobSpec; nonce: Hex; runRoot: Hex };

export function programHeadOf({ spec, nonce }: Pick<JobOfRun, "spec" | "nonce">): ProgramHead {
  return { programHash: spec.programHash, dataRoot: spec.dataRoot, nonce, states: BigInt(spec.stateCount) };
}

/** H(0x13, programHash, dataRoot, nonce, states) */
export function programHeadHash({ programHash, dataRoot, nonce, states }: ProgramHead): Hex {
  return keccak256(concat(["0x13", programHash, dataRoot, nonce, numberToHex(states, { size: 32 })]));
}

export function runHeadOf(job: JobOfRun): RunHead {
  const [, , initState, shape] = packJobSpec(job.spec);
  return { initState, shape, runRoot: job.runRoot, program: programHeadHash(programHeadOf(job)) };
}

/** Levels of a dispute, as the contract numbers them. */
export const GAME_LEVEL = { Tree: 1, Segment: 2, Ops: 3, Tiles: 4, Tile: 5, Prefix: 6, Proof: 7 } as const;
export const GAME_LEVEL_NAME = ["none", "tree", "segment", "ops", "tiles", "tile", "prefix", "proof"] as const;

/** Whether the provider has answered in this game itself: then the game names the answer, and no reveal stands (DSP-72). */
export function isAnswered({ place }: Pick<Game, "place">): boolean {
  return (place & 1n) === 1n;
}

/**
 * The game after the provider has answered in it: what `Revealed` says of a game that stood unanswered; undefined where that
 * event is not about this game.
 */
export function answeredGame(game: Game, revealed: { key: Hex; clock: bigint; expect: Hex }): Game | undefined {
  const { clock, expect } = revealed;
  const next = { ...game, clock, expect, place: game.place | 1n };
  return clock !== 0n && revealKey(next) === revealed.key ? next : undefined;
}

/** What the contract says of a game, in the low byte of its word. */
export const GAME_STATUS = { none: 0, live: 1, forfeited: 2, closed: 3 } as const;

/** The six words of a game; the contract keeps their hash. */
export interface Game {
  commitment: Hex;
  /** challenger 160 | bond 96 */
  party: bigint;
  clock: bigint;
  place: bigint;
  expect: Hex;
  pre: Hex;
}

/** The preimage of a result's commitment: what opens a game and what the provider answers with. */
export interface DisputeRecord {
  terms: TermsWords;
  spec: SpecWords;
  nonce: Hex;
  runRoot: Hex;
  finalState: Hex;
}

/** The record of a submitted job. */
export function disputeRecord(
  job: Pick<SubmittedJob, "terms" | "spec" | "nonce" | "runRoot" | "finalState">,
): DisputeRecord {
  const { nonce, runRoot, finalState } = job;
  return { terms: packJobTerms(job.terms), spec: packJobSpec(job.spec), nonce, runRoot, finalState };
}

/** The party word of a game: challenger 160 | bond 96. */
export function partyWord(challenger: Address, bond: bigint): bigint {
  return (BigInt(challenger) << 96n) | bond;
}

/** Coordinates of the disputed object. `step` counts segments at level Segment, and holds segLen at level Tree. */
export interface GamePlace {
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
  /** 0 for an element, one above the chunk's index otherwise. */
  chunk: number;
}

const FIELDS: readonly (readonly [keyof GamePlace, shift: number, bits: number])[] = [
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

export function unpackGamePlace(word: bigint): GamePlace {
  const fields = FIELDS.map(([name, shift, bits]) => [name, Number(bitsOf(word, shift, bits))]);
  return Object.fromEntries(fields) as unknown as GamePlace;
}

/** Row and column, in the operator's output, of the picked element; outside of it for padding. */
export function elementPosition({ cols, node, element }: Pick<GamePlace, "cols" | "node" | "element">) {
  const grid = Math.ceil(cols / 16);
  return { row: Math.floor(node / grid) * 16 + (element >> 4), col: (node % grid) * 16 + (element & 15) };
}

/** Whether the picked element lies inside the operator's output. */
export function isInsideOutput(place: Pick<GamePlace, "rows" | "cols" | "node" | "element">): boolean {
  const { row, col } = elementPosition(place);
  return row < place.rows && col < place.cols;
}

/** Times in seconds; `last`: of the challenger's last move. */
export interface GameClock {
  last: number;
  providerUsed: number;
  challengerUsed: number;
  submittedAt: number;
  /** Seconds from claim to result. */
  span: number;
}

export function unpackGameClock(word: bigint): GameClock {
  return {
    last: Number(bitsOf(word, 216, 40)),
    providerUsed: Number(bitsOf(word, 184, 32)),
    challengerUsed: Number(bitsOf(word, 152, 32)),
    submittedAt: Number(bitsOf(word, 112, 40)),
    span: Number(bitsOf(word, 72, 40)),
  };
}

/** The word of a live game: what the contract stores, the hash of the preimage over the status byte. */
export function liveGameWord(game: Game): bigint {
  const { commitment, party, clock, place, expect, pre } = game;
  const types = ["bytes32", "uint256", "uint256", "uint256", "bytes32", "bytes32"].map((type) => ({ type }));
  const hash = BigInt(keccak256(encodeAbiParameters(types, [commitment, party, clock, place, expect, pre])));
  return (hash & ~0xffn) | 1n;
}

/** DSP-20: under which key what this place asks for is revealed. */
export function revealKey({ commitment, place, expect, pre }: Game): Hex {
  return keccak256(concat(["0x0c", commitment, numberToHex(place, { size: 32 }), expect, pre]));
}

/** DSP-44: the game of a challenger against a result. */
export function gameId(commitment: Hex, challenger: Hex): Hex {
  return keccak256(concat(["0x0e", commitment, challenger]));
}

function bitsOf(word: bigint, shift: number, bits: number): bigint {
  return (word >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n);
}

/** DSP-73: clocks that every game of a result makes longer, in seconds, and how much longer at most. */
const EXTRA_PER_GAME = 16 * 60;
const MAX_EXTRA = 7 * 86_400;

/** DSP-73: seconds that a provider has in one game. `opened` counts the games against its result. */
export function providerBudget(span: number, opened: number, minBudget: number): number {
  return Math.max(minBudget, 2 * span) + Math.min(MAX_EXTRA, opened * EXTRA_PER_GAME);
}

/** DSP-73: seconds that a challenger has in its game. */
export function challengerBudget(span: number, minBudget: number): number {
  return Math.max(minBudget, Math.floor(span / 2));
}

/** DSP-21: how many levels the reveal of a node at this height spans; the path is cut into equal parts of at most six. */
export function revealStride(height: number): number {
  return Math.ceil(height / Math.ceil(height / 6));
}

/** DSP-21: how many of a node's descendants, `stride` levels below it, hold one of `leaves` leaves. */
export function occupiedNodes(
  { node, height, leaves }: Pick<GamePlace, "node" | "height" | "leaves">,
  stride: number,
): number {
  const below = 2 ** (height - stride);
  return Math.min(2 ** stride, Math.ceil((leaves - node * 2 ** height) / below));
}

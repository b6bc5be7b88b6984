import { fromHex, toHex } from "../commit/bytes.ts";
import { keccak } from "../commit/keccak.ts";
import { depth, EMPTY_ROOT, merkleProof, merkleRoot, node } from "../commit/merkle.ts";
import { appendToList, tileLeaves, tilePreimage } from "../commit/tensor.ts";
import { ExactError } from "../errors.ts";
import { type Program, parseProgram } from "../program/schema.ts";
import { argmax } from "../run/host.ts";
import type { Hex, IntTensor } from "../types.ts";

const TILE = 16;
const MOST_BATCH = 64;

/**
 * The batch inference of a trained network over a data set: every row is scored once, in order.
 * @param trained the program that was trained
 * @param state its state after training; of it, the weights are taken
 * @param rows of the data set to score
 * @returns the program and the state before its first step, to be named by a job's manifest
 */
export function inferenceOf(
  trained: Program,
  state: readonly IntTensor[],
  rows: number,
): { program: Program; initial: IntTensor[] } {
  const batchSize = 2 ** Math.ceil(Math.log2(Math.min(rows, MOST_BATCH)));
  const { layers, input, loss, format, version } = trained;
  const program = parseProgram({
    format,
    version,
    loss,
    kind: "infer",
    name: trained.name && `${trained.name} inference`.slice(0, 120),
    input: { ...input, rows, augmentShift: 0 },
    layers,
    batchSize,
    steps: Math.ceil(rows / batchSize),
  });
  const weights = state.slice(0, layers.length);
  const { cols } = weights.at(-1)!;
  const logits: IntTensor = {
    name: "logits",
    rows: 0,
    cols,
    dtype: "int16",
    data: new Int16Array(0),
    listRows: batchSize,
  };
  return { program, initial: [...weights, logits] };
}

/** What a network said of each row: its class (the lowest where several score highest), and the logits in 1/16 nat. */
export interface Predictions {
  classes: number[];
  /** [rows x classes], row-major. */
  logits: Int16Array;
}

/** The predictions in the final state of an inference run. The last step may have begun the data set again. */
export function readPredictions(state: readonly IntTensor[], rows: number): Predictions {
  const list = listOf(state);
  const logits = Int16Array.from(list.data.subarray(0, rows * list.cols));
  const classes = Array.from({ length: rows }, (_, row) => argmax(logits, row * list.cols, list.cols));
  return { classes, logits };
}

/** Shows that one row's logits are in the root of all predictions (DSP-01..04, DSP-09). */
export interface PredictionProof {
  row: number;
  /** Preimage of the tile that holds the row's first 16 logits, and of those beside it. */
  tiles: Hex[];
  /** Siblings of each tile in the tree of its batch. */
  siblings: Hex[][];
  /** The list before the row's batch, and the roots of the batches after it. */
  before: Hex;
  after: Hex[];
}

export function provePrediction(state: readonly IntTensor[], row: number): PredictionProof {
  const list = listOf(state);
  const step = list.listRows!;
  const own = Math.floor(row / step);
  const pieces = Array.from({ length: list.rows / step }, (_, i) => ({
    rows: step,
    cols: list.cols,
    dtype: list.dtype,
    data: list.data.subarray(i * step * list.cols, (i + 1) * step * list.cols),
  }));
  const piece = pieces[own];
  if (!piece) throw noRow(row, list.rows);
  const width = Math.ceil(list.cols / TILE);
  const tileRow = Math.floor((row % step) / TILE);
  const leaves = tileLeaves(piece);
  const roots = pieces.map((item) => merkleRoot(tileLeaves(item)));
  return {
    row,
    tiles: Array.from({ length: width }, (_, col) => toHex(tilePreimage(piece, tileRow, col))),
    siblings: Array.from({ length: width }, (_, col) => merkleProof(leaves, tileRow * width + col).map(toHex)),
    before: toHex(roots.slice(0, own).reduce<Uint8Array>(appendToList, EMPTY_ROOT)),
    after: roots.slice(own + 1).map(toHex),
  };
}

/**
 * The logits that a proof shows, checked against the root that was committed.
 * @param root of the list of logits: the job's final root at its output index
 * @param shape of the job's program: rows of a batch, number of batches, classes
 * @throws ExactError EX-061 when the proof does not lead to the root
 */
export function verifyPrediction(
  proof: PredictionProof,
  root: Hex,
  { batchSize, steps, classes }: { batchSize: number; steps: number; classes: number },
): Int16Array {
  const { row, tiles, siblings, before, after } = proof;
  const width = Math.ceil(classes / TILE);
  const tileRow = Math.floor((row % batchSize) / TILE);
  const height = depth(width * Math.ceil(batchSize / TILE));
  if (tiles.length !== width || siblings.length !== width) throw unproven(`${tiles.length} tiles`, `${width} tiles`);
  if (siblings.some(({ length }) => length !== height))
    throw unproven("a path of another length", `${height} siblings`);
  // The place in the list is what the number of batches behind it says.
  const behind = steps - 1 - Math.floor(row / batchSize);
  if (after.length !== behind) throw unproven(`${after.length} batches behind the row's`, `${behind}`);
  const batches = tiles.map((tile, col) => climb(fromHex(tile), siblings[col]!, tileRow * width + col));
  const [batch] = batches;
  if (!batch || batches.some((other) => toHex(other) !== toHex(batch))) throw unproven("two batches", "one batch");
  const list = [batch, ...after.map(fromHex)].reduce<Uint8Array>(appendToList, fromHex(before));
  if (toHex(list) !== root) throw unproven(toHex(list), root);
  const logits = new Int16Array(classes);
  for (let col = 0; col < classes; col++) {
    const bytes = fromHex(tiles[Math.floor(col / TILE)]!);
    const at = 2 + 2 * (((row % batchSize) % TILE) * TILE + (col % TILE));
    logits[col] = (bytes[at]! << 8) | bytes[at + 1]!;
  }
  return logits;
}

function climb(tile: Uint8Array, siblings: readonly Hex[], index: number): Uint8Array {
  let at = index;
  let hash: Uint8Array = keccak(tile);
  for (const sibling of siblings) {
    const other = fromHex(sibling);
    hash = at % 2 === 0 ? node(hash, other) : node(other, hash);
    at = Math.floor(at / 2);
  }
  return hash;
}

function listOf(state: readonly IntTensor[]): IntTensor {
  const list = state.at(-1);
  if (list?.listRows !== undefined) return list;
  throw new ExactError("EX-061", {
    path: "state",
    found: list ? `${list.name}, which is no list` : "no tensors",
    wanted: "the final state of an inference run, with its list of logits",
    hint: "Pass the tensors of the job's output file, in their order.",
  });
}

function noRow(row: number, rows: number): ExactError {
  return new ExactError("EX-061", {
    path: "row",
    found: row,
    wanted: `0..${rows - 1}`,
    hint: "Ask for a row of the data set.",
  });
}

function unproven(found: string, wanted: string): ExactError {
  return new ExactError("EX-061", {
    path: "proof",
    found,
    wanted,
    hint: "The proof is of another row, another run, or was altered: do not believe it.",
  });
}

import type { Hex, IntTensor } from "../types.ts";
import { DTYPE_BYTES, DTYPE_CODE } from "../types.ts";
import { toHex } from "./bytes.ts";
import { keccak } from "./keccak.ts";
import { MessagePair } from "./keccak-pair.ts";
import { EMPTY_ROOT, merkleRoot } from "./merkle.ts";

const SIDE = 16;
const LIST = new Uint8Array([0x05]);

type Shape = Pick<IntTensor, "rows" | "cols" | "dtype" | "data">;

function leafLength({ dtype }: Shape): number {
  return 2 + SIDE * SIDE * DTYPE_BYTES[dtype];
}

/**
 * Writes tiles as DSP-01 leaf preimages. The leaf starts two bytes into the buffer so that the data behind the two
 * header bytes is aligned and big-endian words can be stored whole.
 */
class TileWriter {
  readonly leaf: Uint8Array;
  private readonly words: Int32Array | Int16Array | Int8Array;
  private readonly tensor: Shape;

  /** `leaf`, two bytes behind a multiple of four, takes the preimages; its own memory if left out. */
  constructor(tensor: Shape, leaf: Uint8Array = new Uint8Array(new ArrayBuffer(2 + leafLength(tensor)), 2)) {
    const { buffer, byteOffset } = leaf as Uint8Array<ArrayBuffer>;
    this.leaf = leaf;
    this.leaf[1] = DTYPE_CODE[tensor.dtype];
    this.tensor = tensor;
    const types = { int8: Int8Array, int16: Int16Array, int32: Int32Array };
    this.words = new types[tensor.dtype](buffer, byteOffset + 2, SIDE * SIDE);
  }

  /** Fills `leaf` with the tile at grid position (row, col); elements outside the tensor are 0 (DSP-04). */
  write(row: number, col: number): void {
    const { rows, cols, data } = this.tensor;
    const words = this.words;
    const height = Math.min(SIDE, rows - row * SIDE);
    const width = Math.min(SIDE, cols - col * SIDE);
    if (height < SIDE || width < SIDE) words.fill(0);
    for (let r = 0; r < height; r++) {
      const from = (row * SIDE + r) * cols + col * SIDE;
      if (words instanceof Int32Array && data instanceof Int32Array) copyWords(words, r * SIDE, data, from, width);
      else if (words instanceof Int16Array) copyHalves(words, r * SIDE, data, from, width);
      else if (words instanceof Int8Array) copyBytes(words, r * SIDE, data, from, width);
    }
  }
}

// The host is assumed little-endian, as every WebAssembly heap is. One loop for each type: a loop that meets several types
// of array is several times as slow.
function copyWords(out: Int32Array, to: number, data: Int32Array, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const value = data[from + i]!;
    out[to + i] = (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
  }
}

function copyHalves(out: Int16Array, to: number, data: ArrayLike<number>, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const value = data[from + i]!;
    out[to + i] = ((value & 0xff) << 8) | ((value >> 8) & 0xff);
  }
}

function copyBytes(out: Int8Array, to: number, data: ArrayLike<number>, from: number, count: number): void {
  for (let i = 0; i < count; i++) out[to + i] = data[from + i]!;
}

/** The DSP-01 leaf preimage (0x00, dtype, 256 elements) of the tile at grid position (row, col). */
export function tilePreimage(tensor: Shape, row: number, col: number): Uint8Array {
  const writer = new TileWriter(tensor);
  writer.write(row, col);
  return writer.leaf.slice();
}

/** DSP-01/04: hashes of all tiles, row-major over the tile grid. */
export function tileLeaves(tensor: Shape): Uint8Array[] {
  const leaves: Uint8Array[] = [];
  updateLeaves(leaves, tensor, undefined);
  return leaves;
}

/**
 * Hashes the tiles of `tensor` that differ from `before` (all of them without it) into `leaves` and returns their
 * indexes, ascending.
 */
export function updateLeaves(leaves: Uint8Array[], tensor: Shape, before: Shape | undefined): number[] {
  const width = Math.ceil(tensor.cols / SIDE);
  const count = width * Math.ceil(tensor.rows / SIDE);
  const changed: number[] = [];
  for (let index = 0; index < count; index++) {
    if (!before || !sameTile(tensor, before, Math.floor(index / width), index % width)) changed.push(index);
  }
  const pair = new MessagePair(leafLength(tensor), 2);
  const [left, right] = [new TileWriter(tensor, pair.left), new TileWriter(tensor, pair.right)];
  for (let i = 0; i < changed.length; i += 2) {
    const [first, second] = [changed[i]!, changed[i + 1]];
    left.write(Math.floor(first / width), first % width);
    if (second !== undefined) right.write(Math.floor(second / width), second % width);
    const hashes = pair.hash();
    leaves[first] = hashes[0];
    if (second !== undefined) leaves[second] = hashes[1];
  }
  return changed;
}

function sameTile(a: Shape, b: Shape, row: number, col: number): boolean {
  const bottom = Math.min(a.rows, (row + 1) * SIDE);
  const right = Math.min(a.cols, (col + 1) * SIDE);
  for (let r = row * SIDE; r < bottom; r++) {
    for (let i = r * a.cols + col * SIDE; i < r * a.cols + right; i++) if (a.data[i] !== b.data[i]) return false;
  }
  return true;
}

/** DSP-09: `H(0x05 || previous || root)`. */
export function appendToList(previous: Uint8Array, root: Uint8Array): Uint8Array {
  return keccak(LIST, previous, root);
}

/** Root of a tensor (DSP-01..04) or, for a list, of the chain over its `listRows`-row pieces (DSP-09), as bytes. */
export function tensorRootBytes(tensor: IntTensor): Uint8Array {
  const step = tensor.listRows;
  if (step === undefined) return merkleRoot(tileLeaves(tensor));
  let chain: Uint8Array = EMPTY_ROOT;
  for (let row = 0; row < tensor.rows; row += step) {
    const data = tensor.data.subarray(row * tensor.cols, (row + step) * tensor.cols);
    chain = appendToList(chain, merkleRoot(tileLeaves({ rows: step, cols: tensor.cols, dtype: tensor.dtype, data })));
  }
  return chain;
}

/** Root of a tensor as hex. */
export function tensorRoot(tensor: IntTensor): Hex {
  return toHex(tensorRootBytes(tensor));
}

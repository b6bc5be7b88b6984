import type { Hex, IntTensor } from "../types.ts";
import { DTYPE_BYTES, DTYPE_CODE } from "../types.ts";
import { toHex } from "./bytes.ts";
import { keccak } from "./keccak.ts";
import { EMPTY_ROOT, merkleRoot } from "./merkle.ts";

const SIDE = 16;
const LIST = new Uint8Array([0x05]);

type Shape = Pick<IntTensor, "rows" | "cols" | "dtype" | "data">;

/**
 * Writes tiles as DSP-01 leaf preimages. The leaf starts two bytes into the buffer so that the data behind the two
 * header bytes is aligned and big-endian words can be stored whole.
 */
class TileWriter {
  readonly leaf: Uint8Array;
  private readonly words: Int32Array | Int16Array | Int8Array;
  private readonly tensor: Shape;

  constructor(tensor: Shape) {
    const size = DTYPE_BYTES[tensor.dtype];
    const buffer = new ArrayBuffer(4 + 256 * size);
    this.leaf = new Uint8Array(buffer, 2);
    this.leaf[1] = DTYPE_CODE[tensor.dtype];
    this.tensor = tensor;
    this.words =
      size === 4 ? new Int32Array(buffer, 4) : size === 2 ? new Int16Array(buffer, 4) : new Int8Array(buffer, 4);
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
      else words.set(data.subarray(from, from + width), r * SIDE);
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

/** The DSP-01 leaf preimage (0x00, dtype, 256 elements) of the tile at grid position (row, col). */
export function tilePreimage(tensor: Shape, row: number, col: number): Uint8Array {
  const writer = new TileWriter(tensor);
  writer.write(row, col);
  return writer.leaf.slice();
}

/** DSP-01/04: hashes of all tiles, row-major over the tile grid. */
export function tileLeaves(tensor: Shape): Uint8Array[] {
  const writer = new TileWriter(tensor);
  const leaves: Uint8Array[] = [];
  for (let row = 0; row * SIDE < tensor.rows; row++) {
    for (let col = 0; col * SIDE < tensor.cols; col++) {
      writer.write(row, col);
      leaves.push(keccak(writer.leaf));
    }
  }
  return leaves;
}

/**
 * Hashes the tiles of `tensor` that differ from `before` (all of them without it) into `leaves` and returns their
 * indexes, ascending.
 */
export function updateLeaves(leaves: Uint8Array[], tensor: Shape, before: Shape | undefined): number[] {
  const writer = new TileWriter(tensor);
  const width = Math.ceil(tensor.cols / SIDE);
  const count = width * Math.ceil(tensor.rows / SIDE);
  const changed: number[] = [];
  for (let index = 0; index < count; index++) {
    const [row, col] = [Math.floor(index / width), index % width];
    if (before && sameTile(tensor, before, row, col)) continue;
    writer.write(row, col);
    leaves[index] = keccak(writer.leaf);
    changed.push(index);
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

import { LIMIT, OP } from "../program/opcodes.ts";
import type { OpRecord } from "../program/records.ts";
import type { IntArray, IntTensor } from "../types.ts";

/** Independent, uniform 32-bit words that whoever made the claim could not foresee. */
export type RandomWords = (count: number) => Uint32Array;

/** Random words of the platform's generator. */
export const platformRandom: RandomWords = (count) => {
  const words = new Uint32Array(count);
  // The platform gives at most 65,536 bytes at once.
  for (let at = 0; at < count; at += 2 ** 14) crypto.getRandomValues(words.subarray(at, at + 2 ** 14));
  return words;
};

export interface ProductOptions {
  /** A wrong product passes with probability of at most 2^-`security`; 1..128, default 40. */
  security?: number;
  random?: RandomWords;
}

/** Bits of one entry of the random vector and the number of vectors. */
export interface Rounds {
  bits: number;
  count: number;
}

const SAFE_BITS = 53;

function magnitude(data: IntArray): number {
  let max = 0;
  for (let i = 0; i < data.length; i++) {
    const value = Math.abs(data[i]!);
    if (value > max) max = value;
  }
  return max;
}

/**
 * Rounds that a product with `cols` columns needs, where no sum of magnitudes of a claimed or a true element's terms is above
 * `bound`. Entries of `bits` bits keep every sum of the check below 2^53, where doubles are exact; a wrong product passes
 * a round with probability 2^-bits at most. Undefined if not even one bit fits.
 */
export function roundsFor(cols: number, bound: number, security: number): Rounds | undefined {
  const bits = Math.min(32, SAFE_BITS - Math.ceil(Math.log2(cols)) - Math.ceil(Math.log2(bound + 1)));
  return bits < 1 ? undefined : { bits, count: Math.ceil(security / bits) };
}

/** m·r, or mᵀ·r, in doubles. */
function timesVector(m: IntTensor, r: Float64Array, transposed: boolean): Float64Array {
  const { rows, cols, data } = m;
  const out = new Float64Array(transposed ? cols : rows);
  for (let row = 0, i = 0; row < rows; row++) {
    if (transposed) {
      const factor = r[row]!;
      for (let col = 0; col < cols; col++, i++) out[col]! += factor * data[i]!;
    } else {
      let sum = 0;
      for (let col = 0; col < cols; col++, i++) sum += data[i]! * r[col]!;
      out[row] = sum;
    }
  }
  return out;
}

/** A·v by element of the result's rows, part after part for a contraction in parts (EXA-13). */
function leftTimes({ attrs, rows }: OpRecord, x: IntTensor, v: Float64Array): Float64Array {
  if (attrs[0] !== 1) return timesVector(x, v, false);
  const parts = Math.max(1, attrs[2] ?? 0);
  const height = x.rows / parts;
  const out = new Float64Array(rows);
  for (let q = 0; q < parts; q++) {
    const from = q * height;
    const data = x.data.subarray(from * x.cols, (from + height) * x.cols) as IntArray;
    const part = timesVector({ ...x, rows: height, data }, v.subarray(from, from + height), true);
    out.set(part, q * x.cols);
  }
  return out;
}

/** True for records whose value `checkProduct` can check: MATMUL without saturation to a narrow type. */
export function isProduct({ opcode, outDtype }: OpRecord): boolean {
  return opcode === OP.MATMUL && outDtype === "int32";
}

/**
 * Freivalds' check of a claimed MATMUL value: A·(B·r) = C·r for random r, in integers. Costs about |A| + |B| + |C|
 * multiply-adds a round instead of the product's. False: C is wrong, certainly. True: C is right, except with probability
 * 2^-security. Shapes are those of the record. Throws RangeError if `isProduct` is false or if a sum would not be exact.
 */
export function checkProduct(
  record: OpRecord,
  x: IntTensor,
  y: IntTensor,
  claimed: IntTensor,
  { security = 40, random = platformRandom }: ProductOptions = {},
): boolean {
  if (!isProduct(record)) throw new RangeError(`${record.note}: found a record that saturates, wanted an int32 MATMUL`);
  const top = magnitude(claimed.data);
  // The compiler proves it of every true product (EXA-01).
  if (top >= LIMIT.exact) return false;
  const depth = (record.attrs[0] === 1 ? x.rows : x.cols) / Math.max(1, record.attrs[2] ?? 0);
  const bound = Math.max(top, depth * magnitude(x.data) * magnitude(y.data));
  const rounds = roundsFor(record.cols, bound, security);
  if (!rounds) throw new RangeError(`${record.note}: found sums up to ${bound}, wanted room for exact doubles`);
  for (let round = 0; round < rounds.count; round++) {
    const r = Float64Array.from(random(record.cols), (word) => word >>> (32 - rounds.bits));
    const found = timesVector(claimed, r, false);
    const wanted = leftTimes(record, x, timesVector(y, r, record.attrs[1] === 1));
    if (wanted.some((value, i) => value !== found[i])) return false;
  }
  return true;
}

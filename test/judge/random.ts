import { type DType, type Hex, type IntArray, type IntTensor, KIND, type Operand, type OpRecord } from "@assay/exact";

/** mulberry32: small, seeded, good enough to choose test cases. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** 0 <= x < 1 */
  unit(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer, ends included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  of<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)]!;
  }

  hex32(): Hex {
    let out = "0x";
    for (let i = 0; i < 8; i++) {
      out += Math.floor(this.unit() * 2 ** 32)
        .toString(16)
        .padStart(8, "0");
    }
    return out as Hex;
  }
}

export interface Sample {
  record: OpRecord;
  inputs: IntTensor[];
  nonce: Hex;
  step: number;
}

export type Shape = readonly [rows: number, cols: number];

const RANGE: Record<DType, Shape> = { int8: [-128, 127], int16: [-32768, 32767], int32: [-(2 ** 31), 2 ** 31 - 1] };
export const DTYPES = ["int8", "int16", "int32"] as const;
export const EDGES = [0, 1, -1, 2, -2, 15, 16, 24, 25, -24, -25, 127, 128, -128, 255, 32767, -32768, 2 ** 22, 2 ** 23];
export const LARGE = [2 ** 23 - 1, 2 ** 24 - 1, 2 ** 24, -(2 ** 24), 8388609, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1];

export function element(random: Random, dtype: DType): number {
  const [low, high] = RANGE[dtype];
  const kind = random.int(0, 9);
  if (kind < 3) return Math.max(low, Math.min(high, random.of(EDGES)));
  if (kind < 4) return Math.max(low, Math.min(high, random.of(LARGE)));
  if (kind < 6) return random.int(-20, 20);
  return random.int(low, high);
}

export function tensor(random: Random, shape: Shape, dtype: DType, draw = element): IntTensor {
  const [rows, cols] = shape;
  const length = rows * cols;
  const data: IntArray =
    dtype === "int8" ? new Int8Array(length) : dtype === "int16" ? new Int16Array(length) : new Int32Array(length);
  // Every so often a tensor of one sign: maxima of negative rows show whether padding counts as a value.
  const sign = random.of([0, 0, 0, 1, -1]);
  for (let i = 0; i < length; i++) {
    const value = draw(random, dtype);
    data[i] = sign === 0 ? value : sign > 0 ? Math.abs(value) : -Math.abs(value) || -1;
  }
  return { name: "t", rows, cols, dtype, data };
}

const operand = (x: IntTensor, idx: number): Operand => ({
  kind: KIND.VALUE,
  idx,
  dtype: x.dtype,
  rows: x.rows,
  cols: x.cols,
});

export function build(
  random: Random,
  opcode: OpRecord["opcode"],
  shape: Shape,
  inputs: IntTensor[],
  attrs: number[] = [],
): Sample {
  const record: OpRecord = {
    opcode,
    outDtype: random.of(DTYPES),
    flags: random.int(0, 1),
    rows: shape[0],
    cols: shape[1],
    inputs: inputs.map(operand),
    attrs,
    note: "random",
  };
  return { record, inputs, nonce: random.hex32(), step: random.of([0, 1, random.int(0, 10000), 2 ** 40 - 1]) };
}

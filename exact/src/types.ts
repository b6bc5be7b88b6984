/** 32-byte (or longer) value as lowercase hex with 0x in front. */
export type Hex = `0x${string}`;

export type DType = "int8" | "int16" | "int32";

export type IntArray = Int8Array | Int16Array | Int32Array;

/**
 * A matrix of integers, row-major. `data.length === rows * cols`.
 * `listRows` marks a list (DSP-09): the rows were appended `listRows` at a time and the root is a hash chain.
 */
export interface IntTensor {
  name: string;
  rows: number;
  cols: number;
  dtype: DType;
  data: IntArray;
  listRows?: number;
}

/** What a program says about a tensor before it exists. `range` holds the values it may contain, ends included. */
export interface TensorSpec {
  name: string;
  rows: number;
  cols: number;
  dtype: DType;
  range: readonly [number, number];
  listRows?: number;
}

/** Codes of DSP-01: the byte in front of a tile's data. */
export const DTYPE_CODE: Record<DType, number> = { int8: 1, int16: 2, int32: 3 };
export const DTYPE_BYTES: Record<DType, number> = { int8: 1, int16: 2, int32: 4 };
export const DTYPE_RANGE: Record<DType, readonly [number, number]> = {
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
};

/** A zero-filled array of the given type. */
export function allocate(dtype: DType, length: number): IntArray {
  if (dtype === "int8") return new Int8Array(length);
  return dtype === "int16" ? new Int16Array(length) : new Int32Array(length);
}

/** The nearest value that `dtype` can hold. */
export function saturate(dtype: DType, value: number): number {
  const [low, high] = DTYPE_RANGE[dtype];
  return value < low ? low : value > high ? high : value;
}

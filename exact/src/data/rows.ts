import { readTensorHeader } from "../commit/file.ts";
import { ExactError } from "../errors.ts";
import type { DType, IntTensor } from "../types.ts";

/**
 * A data set that is read by rows, wherever it lies: it may be larger than memory. What is read never changes, or the
 * reading fails.
 */
export interface RowSource {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  readonly dtype: DType;
  /**
   * The rows of these numbers (0 <= number < `rows`), one behind the other in the order asked for: `rows.length * cols`
   * values. Not to be written to: they may be a window on memory that others read.
   */
  read(rows: ArrayLike<number>): Promise<Int8Array>;
}

/** A data set as callers have it: in memory, or read by rows. */
export type Dataset = IntTensor | RowSource;

/** Bytes of a file, any part of it at a time. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes from `at` on. Not to be written to. */
  read(at: number, length: number): Promise<Uint8Array>;
}

/** The rows of a data set. Of a tensor, those that follow each other are handed out without a copy. */
export function rowsOf(dataset: Dataset): RowSource {
  return "read" in dataset ? dataset : new MemoryRows(dataset);
}

/** The numbers of rows `from` to `to`, the end left out. */
export function rowRange(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to - from }, (_, i) => from + i);
}

/** How many of the rows from place `at` on follow each other. */
function runLength(rows: ArrayLike<number>, at: number): number {
  let length = 1;
  while (at + length < rows.length && rows[at + length] === rows[at]! + length) length++;
  return length;
}

class MemoryRows implements RowSource {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  readonly dtype: DType;
  private readonly data: Int8Array;

  constructor({ name, rows, cols, dtype, data }: IntTensor) {
    this.name = name;
    this.rows = rows;
    this.cols = cols;
    this.dtype = dtype;
    this.data = data as Int8Array;
  }

  async read(rows: ArrayLike<number>): Promise<Int8Array> {
    const { cols, data } = this;
    const count = rows.length > 0 ? runLength(rows, 0) : 0;
    if (count === rows.length) return data.subarray((rows[0] ?? 0) * cols, ((rows[0] ?? 0) + count) * cols);
    const out = new Int8Array(rows.length * cols);
    for (let i = 0; i < rows.length; i++) out.set(data.subarray(rows[i]! * cols, (rows[i]! + 1) * cols), i * cols);
    return out;
  }
}

/** The rows of an int8 matrix whose elements lie in a file from `offset` on. */
class FileRows implements RowSource {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  readonly dtype = "int8";
  private readonly file: ByteSource;
  private readonly offset: number;

  constructor({ name, rows, cols }: { name: string; rows: number; cols: number }, file: ByteSource, offset: number) {
    this.name = name;
    this.rows = rows;
    this.cols = cols;
    this.file = file;
    this.offset = offset;
  }

  async read(rows: ArrayLike<number>): Promise<Int8Array> {
    const { cols } = this;
    const out = new Uint8Array(rows.length * cols);
    const parts: Promise<void>[] = [];
    for (let i = 0; i < rows.length; ) {
      const place = i * cols;
      const count = runLength(rows, i);
      // Copied as it comes: what is read may hold on to far more than the rows.
      const part = this.file.read(this.offset + rows[i]! * cols, count * cols);
      parts.push(part.then((bytes) => out.set(bytes, place)));
      i += count;
    }
    await Promise.all(parts);
    return new Int8Array(out.buffer);
  }
}

/**
 * A data set in a tensor file, of which nothing is read but its header, at first. One of up to `wholeBytes` elements is read whole
 * and held: to put a batch together from a file costs a small network some percent of its step, wherever the file lies.
 * Throws ExactError EX-030 for a file that is not one int8 matrix, as long as its header says.
 */
export async function tensorRows(
  file: ByteSource,
  { wholeBytes = 0 }: { wholeBytes?: number } = {},
): Promise<RowSource> {
  const { tensor, offset } = await readTensorHeader(file);
  const { name, rows, cols, dtype, listRows } = tensor;
  if (dtype === "int8" && !listRows) {
    if (rows * cols > wholeBytes) return new FileRows(tensor, file, offset);
    const bytes = await file.read(offset, rows * cols);
    return new MemoryRows({ ...tensor, data: new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) });
  }
  throw new ExactError("EX-030", {
    path: name,
    found: listRows ? `a list of ${dtype} ${rows}x${cols}` : `${dtype} ${rows}x${cols}`,
    wanted: "an int8 matrix",
    hint: "Use packDataset to make a data set.",
  });
}

import type { OpRecord } from "./records.ts";

/** Products that elements of one row of a MATMUL's result sum up. */
export interface Contraction {
  /** Row of x, with ta its column. */
  line: number;
  /** The first k and how many of them (EXA-13). */
  from: number;
  length: number;
}

/** Number of products that an element of a MATMUL sums up. */
export function contractionLength({ attrs, inputs }: OpRecord): number {
  return attrs[0] === 1 ? inputs[0]!.rows / Math.max(1, attrs[2] ?? 0) : inputs[0]!.cols;
}

/** The products of row `row` of a well-formed MATMUL's result. */
export function contractionOf(record: OpRecord, row: number): Contraction {
  const length = contractionLength(record);
  if (record.attrs[0] !== 1) return { line: row, from: 0, length };
  const { cols } = record.inputs[0]!;
  return { line: row % cols, from: length * Math.floor(row / cols), length };
}

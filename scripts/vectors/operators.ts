import {
  contractionOf,
  type DType,
  evaluateRecord,
  type Hex,
  type IntTensor,
  KIND,
  OP,
  type OpRecord,
  type Scope,
} from "@assay/exact";

/** An operand, or the shape of a result. */
interface Shape {
  dtype: DType;
  rows: number;
  cols: number;
}

/** One case of docs/spec/vectors/*.json but commitments.json: a record, what it reads, and every element of its result. */
export interface OperatorVector {
  name: string;
  opcode: keyof typeof OP;
  out: Shape;
  flags?: number;
  attrs?: number[];
  /** Elements row by row. */
  inputs: (Shape & { data: number[] })[];
  /** Of a DATALOAD: what its rows are drawn by. */
  nonce?: Hex;
  step?: number;
  result: number[];
  /** Of a MATMUL: the sums of sixteen products each that some elements are made of, before saturation. */
  chunks?: { row: number; col: number; sums: number[] }[];
}

const ARRAY = { int8: Int8Array, int16: Int16Array, int32: Int32Array } as const;
const NO_NONCE: Hex = `0x${"00".repeat(32)}`;

export function tensorOf({ dtype, rows, cols, data }: Shape & { data: number[] }): IntTensor {
  if (data.length !== rows * cols) throw new RangeError(`found ${data.length} elements, wanted ${rows}x${cols}`);
  const exact = ARRAY[dtype].from(data);
  const lost = data.findIndex((value, i) => exact[i] !== value);
  if (lost >= 0) throw new RangeError(`found ${data[lost]}, wanted a value of ${dtype}`);
  return { name: "vector", dtype, rows, cols, data: exact };
}

/** The case's record, its operands, and what else a DATALOAD goes by. */
export function operatorCase(vector: OperatorVector): { record: OpRecord; inputs: IntTensor[]; scope: Scope } {
  const inputs = vector.inputs.map(tensorOf);
  const record: OpRecord = {
    opcode: OP[vector.opcode],
    outDtype: vector.out.dtype,
    flags: vector.flags ?? 0,
    rows: vector.out.rows,
    cols: vector.out.cols,
    inputs: inputs.map(({ dtype, rows, cols }, idx) => ({ kind: KIND.VALUE, idx, dtype, rows, cols })),
    attrs: vector.attrs ?? [],
    note: vector.name,
  };
  const scope = { states: [], consts: [], nonce: vector.nonce ?? NO_NONCE, step: vector.step ?? 0 };
  return { record, inputs, scope };
}

/** The sums of element (row, col) of a MATMUL, sixteen products each. */
function chunkSums(record: OpRecord, [x, y]: readonly IntTensor[], row: number, col: number): number[] {
  const { line, from, length } = contractionOf(record, row);
  const sums: number[] = [];
  for (let i = 0; i < length; i++) {
    const k = from + i;
    const a = record.attrs[0] === 1 ? x!.data[k * x!.cols + line]! : x!.data[line * x!.cols + k]!;
    const b = record.attrs[1] === 1 ? y!.data[col * y!.cols + k]! : y!.data[k * y!.cols + col]!;
    sums[i >> 4] = (sums[i >> 4] ?? 0) + a * b;
  }
  return sums;
}

/** The case with what the reference says it gives. */
export function solveOperator(vector: OperatorVector): OperatorVector {
  const { record, inputs, scope } = operatorCase(vector);
  const result = Array.from(evaluateRecord(record, inputs, scope).data);
  const chunks = vector.chunks?.map(({ row, col }) => ({ row, col, sums: chunkSums(record, inputs, row, col) }));
  return { ...vector, result, ...(chunks ? { chunks } : {}) };
}

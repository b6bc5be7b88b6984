import { OP } from "../program/opcodes.ts";
import type { OpRecord } from "../program/records.ts";
import { evaluateRecord, type Scope } from "../run/reference.ts";
import { allocate, type IntTensor, saturate } from "../types.ts";

/** Computes one record's value; `index` is the record's number in its step. */
export type Evaluate = (record: OpRecord, inputs: readonly IntTensor[], scope: Scope, index: number) => IntTensor;

/** x transposed, as doubles: contractions read both operands along their rows. */
function rowsOf(x: IntTensor, transpose: boolean): Float64Array {
  if (!transpose) return Float64Array.from(x.data);
  const out = new Float64Array(x.data.length);
  for (let r = 0, from = 0; r < x.rows; r++) {
    for (let c = 0, to = r; c < x.cols; c++, from++, to += x.rows) out[to] = x.data[from]!;
  }
  return out;
}

/** MATMUL row by row: sums of integers below 2^53 are exact in doubles, so their order is free. */
function contract(record: OpRecord, x: IntTensor, y: IntTensor): IntTensor {
  const { rows, cols, outDtype: dtype, note: name } = record;
  const a = rowsOf(x, record.attrs[0] === 1);
  const b = rowsOf(y, record.attrs[1] === 1);
  const depth = a.length / rows;
  const data = allocate(dtype, rows * cols);
  const sums = new Float64Array(cols);
  for (let r = 0; r < rows; r++) {
    sums.fill(0);
    for (let k = 0; k < depth; k++) {
      const factor = a[r * depth + k]!;
      if (factor === 0) continue;
      for (let c = 0, i = k * cols; c < cols; c++, i++) sums[c]! += factor * b[i]!;
    }
    for (let c = 0; c < cols; c++) data[r * cols + c] = saturate(dtype, sums[c]!);
  }
  return { name, rows, cols, dtype, data };
}

/** `evaluateRecord`, with contractions in an order that a processor likes. Equal to it for every record. */
export function evaluateQuickly(record: OpRecord, inputs: readonly IntTensor[], scope: Scope): IntTensor {
  if (record.opcode === OP.MATMUL) return contract(record, inputs[0]!, inputs[1]!);
  return evaluateRecord(record, inputs, scope);
}

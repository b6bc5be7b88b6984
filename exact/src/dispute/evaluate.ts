import { contractionOf } from "../program/contraction.ts";
import { gatherSource } from "../program/gather.ts";
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
  const ta = record.attrs[0] === 1;
  const a = rowsOf(x, ta);
  const b = rowsOf(y, record.attrs[1] === 1);
  const depth = ta ? x.rows : x.cols;
  const data = allocate(dtype, rows * cols);
  const sums = new Float64Array(cols);
  for (let r = 0; r < rows; r++) {
    sums.fill(0);
    const { line, from, length } = contractionOf(record, r);
    for (let k = from; k < from + length; k++) {
      const factor = a[line * depth + k]!;
      if (factor === 0) continue;
      for (let c = 0, i = k * cols; c < cols; c++, i++) sums[c]! += factor * b[i]!;
    }
    for (let c = 0; c < cols; c++) data[r * cols + c] = saturate(dtype, sums[c]!);
  }
  return { name, rows, cols, dtype, data };
}

/** IM2COL, one pixel's channels at a time. */
function patches(record: OpRecord, x: IntTensor): IntTensor {
  const { rows, cols, outDtype: dtype, note: name } = record;
  const channels = x.cols;
  const data = allocate(dtype, rows * cols);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let col = 0; col < cols; col += channels, to += channels) {
      const source = gatherSource(record, row, col)!;
      if (source.outside) continue;
      const from = source.row * channels;
      for (let k = 0; k < channels; k++) data[to + k] = saturate(dtype, x.data[from + k]!);
    }
  }
  return { name, rows, cols, dtype, data };
}

/** `evaluateRecord`, with contractions and patches in an order that a processor likes. Equal to it for every record. */
export function evaluateQuickly(record: OpRecord, inputs: readonly IntTensor[], scope: Scope): IntTensor {
  if (record.opcode === OP.MATMUL) return contract(record, inputs[0]!, inputs[1]!);
  if (record.opcode === OP.IM2COL) return patches(record, inputs[0]!);
  return evaluateRecord(record, inputs, scope);
}

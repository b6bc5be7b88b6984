import { evaluateQuickly } from "../dispute/evaluate.ts";
import type { CompiledProgram } from "../program/compile.ts";
import { KIND, type Operand, type OpRecord, phaseOf } from "../program/records.ts";
import type { Scope } from "../run/reference.ts";
import type { IntTensor } from "../types.ts";
import { checkProduct, isProduct, type ProductOptions } from "./product.ts";

/** The first record of a step whose claimed value is wrong. */
export interface WrongRecord {
  op: number;
  record: OpRecord;
  reason: "missing" | "shape" | "product" | "value";
}

function fits(record: OpRecord, { rows, cols, dtype, data }: IntTensor): boolean {
  if (rows !== record.rows || cols !== record.cols || dtype !== record.outDtype) return false;
  const type = { int8: Int8Array, int16: Int16Array, int32: Int32Array }[dtype];
  return data instanceof type && data.length === rows * cols;
}

function equal(a: IntTensor, b: IntTensor): boolean {
  return a.rows === b.rows && a.data.length === b.data.length && a.data.every((value, i) => value === b.data[i]);
}

/**
 * Checks the values that somebody claims for all records of a step, each against those before it: products with
 * Freivalds' check, everything else by computing it. Undefined if all are right, except with probability 2^-security for
 * each product; else the first wrong one, whose inputs are all right.
 */
export function checkStep(
  compiled: CompiledProgram,
  scope: Scope,
  claimed: readonly IntTensor[],
  options: ProductOptions = {},
): WrongRecord | undefined {
  const { records } = compiled.phases[phaseOf(compiled.phases, scope.step)]!;
  const pools = { [KIND.VALUE]: claimed, [KIND.STATE]: scope.states, [KIND.CONST]: scope.consts };
  for (const [op, record] of records.entries()) {
    const value = claimed[op];
    if (!value) return { op, record, reason: "missing" };
    const inputs = record.inputs.map(({ kind, idx }: Operand) => pools[kind][idx]!);
    // A list grows with the run, so that its record does not fix its length.
    const listed = record.inputs.some(({ rows }, k) => rows !== inputs[k]!.rows);
    if (!listed && !fits(record, value)) return { op, record, reason: "shape" };
    if (isProduct(record)) {
      if (!checkProduct(record, inputs[0]!, inputs[1]!, value, options)) return { op, record, reason: "product" };
    } else if (!equal(evaluateQuickly(record, inputs, scope), value)) return { op, record, reason: "value" };
  }
  return undefined;
}

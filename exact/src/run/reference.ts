import { sampleDigest, sampleIndex } from "../commit/run.ts";
import type { CompiledProgram } from "../program/compile.ts";
import { gatherSource, movedColumn, moveOf, windowOf, windowPlace, windowRows } from "../program/gather.ts";
import { FLAG_CLIP, LIMIT, OP, ORDER } from "../program/opcodes.ts";
import { KIND, type Operand, type OpRecord, phaseOf, UNCHANGED } from "../program/records.ts";
import type { Hex, IntTensor } from "../types.ts";
import { allocate, saturate } from "../types.ts";

const TILE = 16;

/** Everything a record may read besides earlier values. */
export interface Scope {
  states: readonly IntTensor[];
  consts: readonly IntTensor[];
  nonce: Hex;
  step: number;
  /**
   * The rows of the data set that the step loads, one for each of the batch, where the data set itself is not at hand: of the
   * tensor that stands for it, only the shape is looked at then.
   */
  batch?: IntTensor;
}

type Read = (row: number, col: number) => number;

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** RHU of docs/spec/exact.md: shift clamped to [-24, 24], half-up; negative shifts multiply. */
export function roundingShift(x: number, shift: number): number {
  const s = clamp(shift, -LIMIT.shift, LIMIT.shift);
  if (s <= 0) return x * 2 ** -s;
  return Math.floor((x + 2 ** (s - 1)) / 2 ** s);
}

/** INTDIV of docs/spec/exact.md: floor(n / d), and 0 where n < 0 or d <= 0. */
export function integerDivide(n: number, d: number): number {
  return d <= 0 || n < 0 ? 0 : Math.floor(n / d);
}

/** EXPNORM of docs/spec/exact.md: smallest s in 0..24 with max * 2^-s <= limit (24 if there is none). */
export function exponentNorm(max: number, limit: number): number {
  let s = 0;
  while (s < LIMIT.shift && max > limit * 2 ** s) s++;
  return s;
}

/** Folds the valid elements of the 16-aligned block whose first element is (row, col). */
function fold(x: IntTensor, row: number, col: number, height: number, f: (a: number, b: number) => number): number {
  const bottom = Math.min(row + height, x.rows);
  const right = Math.min(col + TILE, x.cols);
  let out: number | undefined;
  for (let r = row; r < bottom; r++) {
    for (let c = col; c < right; c++) {
      const value = x.data[r * x.cols + c]!;
      out = out === undefined ? f(value, value) : f(out, value);
    }
  }
  return out ?? 0;
}

function rowSum(x: IntTensor, row: number, from: number): number {
  let sum = 0;
  for (let c = from; c < Math.min(x.cols, from + TILE); c++) sum += x.data[row * x.cols + c]!;
  return sum;
}

function reader(tensor: IntTensor): Read {
  const { rows, cols, data } = tensor;
  return (row, col) => data[(rows === 1 ? 0 : row) * cols + (cols === 1 ? 0 : col)]!;
}

function matmul({ attrs }: OpRecord, x: IntTensor, y: IntTensor): Read {
  const [ta, tb] = [attrs[0] === 1, attrs[1] === 1];
  const depth = (ta ? x.rows : x.cols) / Math.max(1, attrs[2] ?? 0);
  return (row, col) => {
    // Result rows below x.cols belong to the first part of the contraction, the next x.cols to the second, and so on.
    const from = ta ? depth * Math.floor(row / x.cols) : 0;
    let sum = 0;
    for (let k = from; k < from + depth; k++) {
      const a = ta ? x.data[k * x.cols + (row % x.cols)]! : x.data[row * x.cols + k]!;
      const b = tb ? y.data[col * y.cols + k]! : y.data[k * y.cols + col]!;
      sum += a * b;
    }
    return sum;
  };
}

function gather(record: OpRecord, x: IntTensor): Read {
  return (row, col) => {
    const source = gatherSource(record, row, col)!;
    return source.outside ? 0 : x.data[source.row * x.cols + source.col]!;
  };
}

function poolMax(record: OpRecord, x: IntTensor, y: IntTensor): Read {
  return (row, col) => {
    const { upper, lower } = windowRows(record, row);
    const at = (tensor: IntTensor, r: number): number => tensor.data[r * tensor.cols + col]!;
    return Math.max(at(x, upper), at(x, upper + 1), at(y, lower), at(y, lower + 1));
  };
}

function unpool(record: OpRecord, g: IntTensor, key: IntTensor, max: IntTensor): Read {
  return (row, col) => {
    const window = windowOf(record, row) * g.cols + col;
    return key.data[row * key.cols + col] === max.data[window] ? g.data[window]! : 0;
  };
}

/** The rows of the data set that a DATALOAD reads, one for each of its result. */
export function loadedRows(record: OpRecord, { nonce, step }: Pick<Scope, "nonce" | "step">): Uint32Array {
  const { rows } = record.inputs[0]!;
  return Uint32Array.from({ length: record.rows }, (_, b) =>
    record.attrs[1] === ORDER.SEQUENTIAL ? (step * record.rows + b) % rows : sampleIndex(nonce, step, b, rows),
  );
}

function dataLoad(record: OpRecord, x: IntTensor, scope: Scope): Read {
  const [offset = 0, , reach = 0] = record.attrs;
  const { cols, data } = scope.batch ?? x;
  const rows = scope.batch ? undefined : loadedRows(record, scope);
  const place = (row: number): number => (rows ? rows[row]! : row) * cols;
  if (reach === 0) return (row, col) => data[place(row) + offset + col]!;
  const moves = Array.from({ length: record.rows }, (_, b) => moveOf(sampleDigest(scope.nonce, scope.step, b), reach));
  return (row, col) => {
    const source = movedColumn(record, col, moves[row]!);
    return source.outside ? 0 : data[place(row) + source.col]!;
  };
}

function shifted(record: OpRecord, x: Read, scalar: number): Read {
  const [constant = 0, sign = 0, low = 0, high = 0] = record.attrs;
  const shift = constant + sign * scalar;
  const clipped = (record.flags & FLAG_CLIP) !== 0;
  return (row, col) => {
    const value = roundingShift(x(row, col), shift);
    return clipped ? clamp(value, low, high) : value;
  };
}

/** The element (row, col) of a record's result before saturation: the table of docs/spec/exact.md in code. */
function operator(record: OpRecord, inputs: readonly IntTensor[], scope: Scope): Read {
  const [tx, ty] = inputs as readonly [IntTensor, IntTensor];
  const x = reader(tx);
  const y: Read = ty ? reader(ty) : () => 0;
  const [p = 0, q = 0] = record.attrs;
  switch (record.opcode) {
    case OP.DATALOAD:
      return dataLoad(record, tx, scope);
    case OP.MATMUL:
      return matmul(record, tx, ty);
    case OP.ADD:
      return (r, c) => x(r, c) + y(r, c);
    case OP.SUB:
      return (r, c) => x(r, c) - y(r, c);
    case OP.MULC:
      return (r, c) => x(r, c) * p;
    case OP.CLIP:
      return (r, c) => clamp(x(r, c), p, q);
    case OP.RELU:
      return (r, c) => Math.max(0, x(r, c));
    case OP.MASKGT0:
      return (r, c) => (y(r, c) > 0 ? x(r, c) : 0);
    case OP.EQ:
      return (r, c) => (x(r, c) === y(r, c) ? 1 : 0);
    case OP.GT:
      return (r, c) => (x(r, c) > y(r, c) ? 1 : 0);
    case OP.RHU:
      return shifted(record, x, ty ? y(0, 0) : 0);
    case OP.EXPADD:
      return () => x(0, 0) + (ty ? y(0, 0) : 0) + p;
    case OP.EXPNORM:
      return () => exponentNorm(x(0, 0), p);
    case OP.TILEMAX:
      return (r, c) => fold(tx, r * TILE, c * TILE, TILE, Math.max);
    case OP.TILEMAXABS:
      return (r, c) => fold(tx, r * TILE, c * TILE, TILE, (a, b) => Math.max(Math.abs(a), Math.abs(b)));
    case OP.ROWMAX16:
      return (r, c) => fold(tx, r, c * TILE, 1, Math.max);
    case OP.ROWSUM16:
      return (r, c) => rowSum(tx, r, c * TILE);
    case OP.LUT:
      return (r, c) => ty.data[clamp(x(r, c), 0, ty.data.length - 1)]!;
    case OP.INTDIV:
      return (r, c) => integerDivide(x(r, c), y(r, c));
    case OP.RESHAPE:
    case OP.UNSTACK:
    case OP.IM2COL:
    case OP.KFLIP:
      return gather(record, tx);
    case OP.POOLKEY:
      return (r, c) => 4 * x(r, c) + windowPlace(record, r);
    case OP.POOLMAX:
      return poolMax(record, tx, ty);
    case OP.UNPOOL:
      return unpool(record, tx, ty, inputs[2]!);
    default:
      throw new RangeError(`opcode ${record.opcode} has no value`);
  }
}

/** Evaluates one record over integer tensors, saturating to its output type. */
export function evaluateRecord(record: OpRecord, inputs: readonly IntTensor[], scope: Scope): IntTensor {
  const { rows, cols, outDtype: dtype, note: name } = record;
  if (record.opcode === OP.CHAIN) return append(inputs[0]!, inputs[1]!);
  const data = allocate(dtype, rows * cols);
  const read = operator(record, inputs, scope);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) data[r * cols + c] = saturate(dtype, read(r, c));
  }
  return { name, rows, cols, dtype, data };
}

function append(list: IntTensor, item: IntTensor): IntTensor {
  const data = allocate(list.dtype, list.data.length + item.data.length);
  data.set(list.data);
  data.set(item.data, list.data.length);
  return { ...list, rows: list.rows + item.rows, data };
}

function resolve(input: Operand, values: readonly IntTensor[], scope: Scope): IntTensor {
  if (input.kind === KIND.VALUE) return values[input.idx]!;
  return (input.kind === KIND.STATE ? scope.states : scope.consts)[input.idx]!;
}

/** The constants of a program in record order, given its data set. */
export function constTensors(compiled: CompiledProgram, dataset: IntTensor): IntTensor[] {
  return compiled.consts.map((_, index) => compiled.tables.get(index) ?? dataset);
}

/** All values of one step, in record order: what a dispute lists (DSP-33). Plain integers, no tensor library. */
export function traceStep(compiled: CompiledProgram, scope: Scope): IntTensor[] {
  const phase = compiled.phases[phaseOf(compiled.phases, scope.step)]!;
  const values: IntTensor[] = [];
  for (const record of phase.records) {
    const inputs = record.inputs.map((input) => resolve(input, values, scope));
    values.push(evaluateRecord(record, inputs, scope));
  }
  return values;
}

/** State after step `scope.step`: the reference that every fast executor must match bit for bit. */
export function referenceStep(compiled: CompiledProgram, scope: Scope): IntTensor[] {
  const values = traceStep(compiled, scope);
  const phase = compiled.phases[phaseOf(compiled.phases, scope.step)]!;
  return phase.stateOut.map((value, k) =>
    value === UNCHANGED ? scope.states[k]! : { ...values[value]!, name: compiled.states[k]!.name },
  );
}

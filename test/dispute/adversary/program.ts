import { segmentCount } from "../../../exact/src/commit/run.ts";
import { OP, type Opcode } from "../../../exact/src/program/opcodes.ts";
import { hashPhases, KIND, type Operand, type OpRecord, sealPhase } from "../../../exact/src/program/records.ts";
import type { DType, IntTensor } from "../../../exact/src/types.ts";
import type { Task } from "../support/run.ts";
import { smallTask } from "../support/tasks.ts";

/** Batch, inner and outer side of the weights: [33 x 17] is a grid of 3 x 2 tiles, so every tree here has padding. */
const [BATCH, INNER, OUTER, ROWS] = [5, 33, 17, 6];

interface Shape {
  rows: number;
  cols: number;
  dtype: DType;
}

const WEIGHTS: Shape = { rows: INNER, cols: OUTER, dtype: "int32" };
const OUTPUTS: Shape = { rows: BATCH, cols: OUTER, dtype: "int16" };
const SCALAR: Shape = { rows: 1, cols: 1, dtype: "int32" };
const LOADED: Shape = { rows: BATCH, cols: INNER, dtype: "int8" };
const PRODUCT: Shape = { rows: BATCH, cols: OUTER, dtype: "int32" };
const MAXIMA: Shape = { rows: 1, cols: 2, dtype: "int32" };

const value = (idx: number, shape: Shape): Operand => ({ kind: KIND.VALUE, idx, ...shape });
const state = (idx: number, shape: Shape): Operand => ({ kind: KIND.STATE, idx, ...shape });

function op(opcode: Opcode, out: Shape, inputs: Operand[], attrs: number[] = []): OpRecord {
  const { dtype: outDtype, rows, cols } = out;
  return { opcode, outDtype, flags: 0, rows, cols, inputs, attrs, note: "" };
}

/** One operator of every kind the walk tells apart: several tiles or one, contractions along either side, a list. */
const STEP: readonly OpRecord[] = [
  op(OP.DATALOAD, LOADED, [{ kind: KIND.CONST, idx: 0, rows: ROWS, cols: INNER, dtype: "int8" }]),
  op(OP.MATMUL, PRODUCT, [value(0, LOADED), state(0, WEIGHTS)]),
  op(OP.TILEMAXABS, MAXIMA, [value(1, PRODUCT)]),
  op(OP.ROWMAX16, SCALAR, [value(2, MAXIMA)]),
  op(OP.EXPNORM, SCALAR, [value(3, SCALAR)], [31]),
  op(OP.RHU, OUTPUTS, [value(1, PRODUCT), value(4, SCALAR)], [0, 1]),
  op(OP.MATMUL, WEIGHTS, [value(0, LOADED), value(5, OUTPUTS)], [1]),
  op(OP.SUB, WEIGHTS, [state(0, WEIGHTS), value(6, WEIGHTS)]),
  op(OP.CHAIN, OUTPUTS, [state(1, OUTPUTS), value(5, OUTPUTS)]),
];

/** Index of the operator that makes the new weights, and of the one that appends to the list of outputs. */
const [NEW_WEIGHTS, APPEND] = [7, 8];

/** The first two operators the wrong way round: one reads what is listed after it. */
export const BACKWARDS = [1, 0, 2, 3, 4, 5, 6, 7, 8];

/** The nine operators in another order (`order[i]` is the old number of the i-th), inputs renamed accordingly. */
function reorder(records: readonly OpRecord[], order: readonly number[]): OpRecord[] {
  return order.map((from) => ({
    ...records[from]!,
    inputs: records[from]!.inputs.map((x) => (x.kind === KIND.VALUE ? { ...x, idx: order.indexOf(x.idx) } : x)),
  }));
}

/**
 * A training step small enough to try every lie about it: load, multiply, normalise by the largest product, correct the
 * weights, note the outputs.
 * @param order the operators' listing; anything but 0..8 may be a program that a validator must refuse (DSP-34)
 */
export function nineOperators(steps: number, segmentLength: number, order = [0, 1, 2, 3, 4, 5, 6, 7, 8]): Task {
  const records = reorder(STEP, order);
  const phases = [sealPhase(0, records, [order.indexOf(NEW_WEIGHTS), order.indexOf(APPEND)])];
  const compiled = {
    ...smallTask().compiled,
    programHash: hashPhases(phases),
    phases,
    records,
    states: [
      { name: "weights", ...WEIGHTS, range: [-(2 ** 31), 2 ** 31 - 1] as const },
      { name: "outputs", ...OUTPUTS, range: [-(2 ** 15), 2 ** 15 - 1] as const, listRows: BATCH },
    ],
    consts: [{ name: "dataset", rows: ROWS, cols: INNER, dtype: "int8" as const, range: [-128, 127] as const }],
    tables: new Map<number, IntTensor>(),
    steps,
    segmentLength,
    segments: segmentCount(steps, segmentLength),
    outIdx: 0,
  };
  const fill = (count: number, f: (i: number) => number) => Array.from({ length: count }, (_, i) => f(i));
  const data = Int8Array.from(fill(ROWS * INNER, (i) => ((i * 29) % 15) - 7));
  const weights = Int32Array.from(fill(INNER * OUTER, (i) => ((i * 31) % 61) - 30));
  const start: IntTensor[] = [
    { name: "weights", ...WEIGHTS, data: weights },
    { name: "outputs", ...OUTPUTS, rows: 0, data: new Int16Array(), listRows: BATCH },
  ];
  return { compiled, dataset: { name: "dataset", rows: ROWS, cols: INNER, dtype: "int8", data }, start };
}

import { ExactError } from "../errors.ts";
import { DTYPE_RANGE } from "../types.ts";
import { contractionLength } from "./contraction.ts";
import { FLAG_CLIP, LIMIT, OP, OP_INPUTS, OP_NAME } from "./opcodes.ts";
import { type Externals, KIND, type Operand, type OpRecord } from "./records.ts";
import { checkShape } from "./shapes.ts";

/** Worst case of one record: the largest magnitude any step of its evaluation can reach, and that over 2^24. */
export interface Bound {
  phase: number;
  index: number;
  operator: string;
  note: string;
  bound: number;
  ratio: number;
}

type Interval = readonly [number, number];

const magnitude = ([low, high]: Interval): number => Math.max(Math.abs(low), Math.abs(high));

function at(record: OpRecord, index: number): string {
  return `record ${index} ${OP_NAME[record.opcode as keyof typeof OP_NAME] ?? record.opcode} (${record.note})`;
}

function refuse(record: OpRecord, index: number, bound: number, hint: string): never {
  throw new ExactError("EX-002", {
    path: at(record, index),
    found: String(bound),
    wanted: "below 2^24 = 16777216",
    hint,
  });
}

function external(input: Operand, externals: Externals): Interval {
  if (input.kind === KIND.CONST) {
    const spec = externals.consts[input.idx];
    if (spec?.fixed) return spec.range;
  }
  return DTYPE_RANGE[input.dtype];
}

/**
 * True for a tensor [pixels x filters] of which each column has at most one element other than 0 in every 2x2 window:
 * the four keys of a window differ modulo 4, so that at most one of them equals the maximum, whatever that is.
 */
function oneOfFour(record: OpRecord | undefined, records: readonly OpRecord[]): boolean {
  const key = record?.inputs[1];
  if (record?.opcode !== OP.UNPOOL || key?.kind !== KIND.VALUE) return false;
  const source = records[key.idx]!;
  return source.opcode === OP.POOLKEY && source.attrs[0] === record.attrs[0] && source.attrs[1] === record.attrs[1];
}

/** Terms of a contraction that may differ from 0. */
function terms(record: OpRecord, depth: number, records: readonly OpRecord[]): number {
  const y = record.inputs[1]!;
  const source = y.kind === KIND.VALUE ? records[y.idx] : undefined;
  if (record.attrs[0] !== 1 || !source || !oneOfFour(source, records)) return depth;
  // Only where no window is cut in two.
  return depth % (source.attrs[0]! * source.attrs[1]!) === 0 ? depth / 4 : depth;
}

function contraction(
  record: OpRecord,
  index: number,
  [a, b]: readonly [Interval, Interval],
  records: readonly OpRecord[],
): number {
  const depth = contractionLength(record);
  if (depth > LIMIT.contraction) {
    throw new ExactError("EX-004", {
      path: at(record, index),
      found: depth,
      wanted: `contraction length <= ${LIMIT.contraction}`,
      hint: "Use fewer inputs to this layer or a smaller batch.",
    });
  }
  for (const operand of [magnitude(a), magnitude(b)]) {
    if (operand > LIMIT.operand) {
      throw new ExactError("EX-003", {
        path: at(record, index),
        found: operand,
        wanted: `matmul operands <= ${LIMIT.operand}`,
        hint: "Lower weightBits, activationBits or gradientBits, or clip the operand first.",
      });
    }
  }
  return terms(record, depth, records) * magnitude(a) * magnitude(b);
}

/** Interval of the result before saturation, and the largest magnitude met on the way. */
function evaluate(
  record: OpRecord,
  index: number,
  [x, y]: readonly [Interval, Interval],
  records: readonly OpRecord[],
): { out: Interval; peak: number } {
  const [p = 0, q = 0, low = 0, high = 0] = record.attrs;
  const plain = (out: Interval) => ({ out, peak: Math.max(magnitude(out), magnitude(x), magnitude(y)) });
  switch (record.opcode) {
    case OP.MATMUL: {
      const peak = contraction(record, index, [x, y], records);
      return { out: [-peak, peak], peak };
    }
    case OP.DATALOAD:
    case OP.CHAIN:
      return { out: x, peak: magnitude(x) };
    case OP.ADD:
      return plain([x[0] + y[0], x[1] + y[1]]);
    case OP.SUB:
      return plain([x[0] - y[1], x[1] - y[0]]);
    case OP.MULC:
      return plain([Math.min(x[0] * p, x[1] * p), Math.max(x[0] * p, x[1] * p)]);
    case OP.CLIP:
      // A clip only compares, so its input may be any int32: it is what makes external tensors safe.
      return {
        out: [Math.max(p, Math.min(x[0], q)), Math.min(q, Math.max(x[1], p))],
        peak: Math.max(Math.abs(p), Math.abs(q)),
      };
    case OP.RELU:
      return plain([Math.max(0, x[0]), Math.max(0, x[1])]);
    case OP.MASKGT0:
      return plain([Math.min(0, x[0]), Math.max(0, x[1])]);
    case OP.EQ:
    case OP.GT:
      return { out: [0, 1], peak: Math.max(magnitude(x), magnitude(y)) };
    case OP.RHU:
      return shift(record, index, x, y, [low, high]);
    case OP.EXPADD:
      return plain([x[0] + (record.inputs[1] ? y[0] : 0) + p, x[1] + (record.inputs[1] ? y[1] : 0) + p]);
    case OP.EXPNORM:
      return { out: [0, LIMIT.shift], peak: magnitude(x) };
    case OP.TILEMAX:
    case OP.ROWMAX16:
      return plain(x);
    case OP.TILEMAXABS:
      return plain([x[0] <= 0 && x[1] >= 0 ? 0 : Math.min(Math.abs(x[0]), Math.abs(x[1])), magnitude(x)]);
    case OP.ROWSUM16: {
      const terms = Math.min(16, record.inputs[0]!.cols);
      return plain([Math.min(x[0], terms * x[0]), Math.max(x[1], terms * x[1])]);
    }
    case OP.LUT:
      return { out: y, peak: magnitude(x) };
    case OP.INTDIV:
      return divide(record, index, x, y);
    case OP.RESHAPE:
    case OP.UNSTACK:
    case OP.KFLIP:
      return plain(x);
    case OP.IM2COL:
    case OP.UNPOOL:
      return plain([Math.min(0, x[0]), Math.max(0, x[1])]);
    case OP.POOLKEY:
      return plain([4 * x[0], 4 * x[1] + 3]);
    case OP.POOLMAX:
      return plain([Math.max(x[0], y[0]), Math.max(x[1], y[1])]);
    default:
      throw new ExactError("EX-006", {
        path: `record ${index}`,
        found: record.opcode,
        wanted: "a known opcode",
        hint: "Update the program.",
      });
  }
}

function shift(
  record: OpRecord,
  index: number,
  x: Interval,
  y: Interval,
  limits: Interval,
): { out: Interval; peak: number } {
  const [constant = 0, sign = 0] = record.attrs;
  const clamp = (s: number): number => Math.max(-LIMIT.shift, Math.min(LIMIT.shift, s));
  const scalar: Interval = sign === 0 || !record.inputs[1] ? [0, 0] : sign > 0 ? y : [-y[1], -y[0]];
  const least = clamp(constant + scalar[0]);
  const clipped = (record.flags & FLAG_CLIP) !== 0;
  if (least < 0 && !clipped) {
    refuse(
      record,
      index,
      magnitude(x) * 2 ** -least,
      "A shift that may be negative (a left shift) needs the CLIP of the same record.",
    );
  }
  const by = (value: number): number =>
    least < 1 ? value * 2 ** -least : Math.floor((value + 2 ** (least - 1)) / 2 ** least);
  const out: Interval = [Math.min(0, by(x[0])), Math.max(0, by(x[1]))];
  if (!clipped) return { out, peak: magnitude(x) };
  const cut = (value: number): number => Math.max(limits[0], Math.min(limits[1], value));
  return { out: [cut(out[0]), cut(out[1])], peak: magnitude(x) };
}

function divide(record: OpRecord, index: number, n: Interval, d: Interval): { out: Interval; peak: number } {
  const least = Math.max(1, d[0]);
  if (n[0] < 0 || n[1] / least >= 2 ** 21) {
    refuse(record, index, n[1] / least, "A quotient must stay in 0..2^21-1: clip the divisor from below.");
  }
  return { out: [0, Math.floor(n[1] / least)], peak: n[1] + Math.max(d[1], 0) };
}

/**
 * Interval analysis of one phase. Throws EX-002..EX-006 at the first record whose worst case is not provably exact in
 * binary32, naming the record, its bound and the remedy; otherwise returns the bound of every record.
 */
export function checkRecords(records: readonly OpRecord[], externals: Externals, phase = 0): Bound[] {
  if (records.length > LIMIT.records) {
    throw new ExactError("EX-004", {
      path: "records",
      found: records.length,
      wanted: `at most ${LIMIT.records} operators per step`,
      hint: "Use fewer layers.",
    });
  }
  const values: Interval[] = [];
  return records.map((record, index) => {
    const [fewest, most] = OP_INPUTS[record.opcode as keyof typeof OP_INPUTS] ?? [0, -1];
    if (record.inputs.length < fewest || record.inputs.length > most) {
      throw new ExactError("EX-006", {
        path: at(record, index),
        found: record.inputs.length,
        wanted: `${fewest}..${most} inputs`,
        hint: "Rebuild the program.",
      });
    }
    checkShape(records, index, externals);
    const inputs = record.inputs.map((input) =>
      input.kind === KIND.VALUE ? values[input.idx]! : external(input, externals),
    );
    const { out, peak } = evaluate(record, index, [inputs[0]!, inputs[1] ?? [0, 0]], records);
    if (peak >= LIMIT.exact && record.opcode !== OP.CHAIN) {
      refuse(record, index, peak, "Lower batchSize, weightBits, activationBits or gradientBits.");
    }
    const [least, largest] = DTYPE_RANGE[record.outDtype];
    const cut = (value: number): number => Math.max(least, Math.min(largest, value));
    values.push([cut(out[0]), cut(out[1])]);
    const operator = OP_NAME[record.opcode as keyof typeof OP_NAME];
    return { phase, index, operator, note: record.note, bound: peak, ratio: peak / LIMIT.exact };
  });
}

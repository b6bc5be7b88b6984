import type { DType } from "../types.ts";
import { FLAG_CLIP, LIMIT, OP, type Opcode } from "./opcodes.ts";
import { KIND, type Operand, type OpRecord } from "./records.ts";

interface Shape {
  dtype: DType;
  rows: number;
  cols: number;
}

const TILE = 16;

/** Narrowest type that holds +-limit. */
export function dtypeFor(limit: number): DType {
  return limit <= 127 ? "int8" : limit <= 32767 ? "int16" : "int32";
}

/** Appends records in topological order; every method returns the operand that reads the new value. */
export class RecordBuilder {
  readonly records: OpRecord[] = [];

  push(
    opcode: Opcode,
    out: Shape,
    inputs: readonly Operand[],
    attrs: readonly number[],
    note: string,
    flags = 0,
  ): Operand {
    this.records.push({ opcode, outDtype: out.dtype, flags, rows: out.rows, cols: out.cols, inputs, attrs, note });
    return { kind: KIND.VALUE, idx: this.records.length - 1, dtype: out.dtype, rows: out.rows, cols: out.cols };
  }

  clip(x: Operand, low: number, high: number, note: string, dtype = x.dtype): Operand {
    return this.push(OP.CLIP, { ...x, dtype }, [x], [low, high], note);
  }

  /** Rounding half-up shift by `shift + sign * scalar`, then CLIP to `limits` where given. */
  shift(
    x: Operand,
    dtype: DType,
    note: string,
    by: { shift: number; scalar?: Operand; sign?: 1 | -1; limits?: readonly [number, number] },
  ): Operand {
    const inputs = by.scalar ? [x, by.scalar] : [x];
    const sign = by.scalar ? (by.sign ?? 1) : 0;
    const [low, high] = by.limits ?? [0, 0];
    return this.push(OP.RHU, { ...x, dtype }, inputs, [by.shift, sign, low, high], note, by.limits ? FLAG_CLIP : 0);
  }

  /** Product of a and b; with `blocks` > 1 (and `ta`), one product per part of the contraction, below each other. */
  matmul(
    a: Operand,
    b: Operand,
    { ta = false, tb = false, blocks = 1 }: { ta?: boolean; tb?: boolean; blocks?: number },
    note: string,
  ): Operand {
    const rows = ta ? a.cols * blocks : a.rows;
    const cols = tb ? b.rows : b.cols;
    const attrs = [ta ? 1 : 0, tb ? 1 : 0, ...(blocks > 1 ? [blocks] : [])];
    return this.push(OP.MATMUL, { dtype: "int32", rows, cols }, [a, b], attrs, note);
  }

  /** The same elements in row-major order under another shape; `x` itself where the shape is the same. */
  reshape(x: Operand, rows: number, cols: number, note: string): Operand {
    if (x.rows === rows && x.cols === cols) return x;
    return this.push(OP.RESHAPE, { dtype: x.dtype, rows, cols }, [x], [], note);
  }

  binary(opcode: Opcode, x: Operand, y: Operand, note: string, dtype: DType = "int32"): Operand {
    const rows = Math.max(x.rows, y.rows);
    const cols = Math.max(x.cols, y.cols);
    return this.push(opcode, { dtype, rows, cols }, [x, y], [], note);
  }

  /** Largest element (`TILEMAX`) or magnitude (`TILEMAXABS`) of the whole tensor as a 1x1 int32. */
  maximum(x: Operand, first: typeof OP.TILEMAX | typeof OP.TILEMAXABS, note: string): Operand {
    let at = x;
    let opcode: Opcode = first;
    do {
      const shape: Shape = { dtype: "int32", rows: Math.ceil(at.rows / TILE), cols: Math.ceil(at.cols / TILE) };
      at = this.push(opcode, shape, [at], [], note);
      opcode = OP.TILEMAX;
    } while (at.rows * at.cols > 1);
    return at;
  }

  /** Reduces every row to one element by a chain of ROWMAX16 or ROWSUM16. */
  rows(x: Operand, opcode: typeof OP.ROWMAX16 | typeof OP.ROWSUM16, dtype: DType, note: string): Operand {
    let at = x;
    do {
      at = this.push(opcode, { dtype, rows: at.rows, cols: Math.ceil(at.cols / TILE) }, [at], [], note);
    } while (at.cols > 1);
    return at;
  }

  /** Smallest shift in 0..24 that brings `max` to at most `limit`. */
  normalise(max: Operand, limit: number, note: string): Operand {
    return this.push(OP.EXPNORM, { dtype: "int32", rows: 1, cols: 1 }, [max], [limit], note);
  }

  /** Sum of the exponents that are there; undefined when none is. */
  exponents(list: readonly (Operand | undefined)[], note: string): Operand | undefined {
    const there = list.filter((item) => item !== undefined);
    if (there.length < 2) return there[0];
    return there.reduce((a, b) => this.push(OP.EXPADD, { dtype: "int32", rows: 1, cols: 1 }, [a, b], [0], note));
  }
}

/** Largest 2^n - 1 <= 2047 with `factor * (2^n - 1) < 2^24` for every factor: the width of a gradient. */
export function widestGradient(factors: readonly number[]): number {
  for (let bits = 11; bits > 1; bits--) {
    const limit = 2 ** bits - 1;
    if (factors.every((factor) => factor * limit < LIMIT.exact)) return limit;
  }
  return 1;
}

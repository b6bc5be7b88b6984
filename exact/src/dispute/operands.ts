import { sampleIndex } from "../commit/run.ts";
import { OP, ORDER } from "../program/opcodes.ts";
import type { OpRecord } from "../program/records.ts";
import type { Scope } from "../run/reference.ts";
import type { IntTensor } from "../types.ts";
import { noSuchPlace } from "./tree.ts";

/** A tile of one input of a record, by its place in the grid. */
export interface TileRef {
  input: number;
  tileRow: number;
  tileCol: number;
}

/** An element of a record's result; `chunk` names sixteen multiply-adds of a MATMUL. */
export interface ElementRef {
  row: number;
  col: number;
  chunk?: number;
}

const tileOf = (index: number): number => Math.floor(index / 16);

/** Length of a MATMUL's contraction. */
export function contraction(record: OpRecord): number {
  const x = record.inputs[0]!;
  return record.attrs[0] === 1 ? x.rows : x.cols;
}

function chunkTiles(record: OpRecord, at: ElementRef): TileRef[] {
  const chunks = Math.ceil(contraction(record) / 16);
  const chunk = at.chunk ?? -1;
  if (!(chunk >= 0 && chunk < chunks)) throw noSuchPlace("chunk", at.chunk, `0..${chunks - 1}`);
  const [row, col] = [tileOf(at.row), tileOf(at.col)];
  const [ta, tb] = [record.attrs[0] === 1, record.attrs[1] === 1];
  return [
    { input: 0, tileRow: ta ? chunk : row, tileCol: ta ? row : chunk },
    { input: 1, tileRow: tb ? col : chunk, tileCol: tb ? chunk : col },
  ];
}

function loadedRow(record: OpRecord, row: number, scope: Pick<Scope, "nonce" | "step">): number {
  const rows = record.inputs[0]!.rows;
  if (record.attrs[1] !== ORDER.SEQUENTIAL) return sampleIndex(scope.nonce, scope.step, row, rows);
  return Number((BigInt(scope.step) * BigInt(record.rows) + BigInt(row)) % BigInt(rows));
}

/**
 * The tiles that element `at` of a record's result reads, one per input in input order: what a judge asks for (DSP-61).
 * None for the padding. `inputs` are needed for LUT only, whose place in the table depends on a value.
 * Throws ExactError EX-060 for a MATMUL without a chunk, a chunk outside the contraction, and for CHAIN.
 */
export function operandTiles(
  record: OpRecord,
  inputs: readonly IntTensor[],
  scope: Pick<Scope, "nonce" | "step">,
  at: ElementRef,
): TileRef[] {
  const { row, col } = at;
  if (record.opcode === OP.CHAIN) throw noSuchPlace("opcode", "CHAIN", "a record with elements");
  if (row >= record.rows || col >= record.cols) return [];
  switch (record.opcode) {
    case OP.MATMUL:
      return chunkTiles(record, at);
    case OP.DATALOAD:
      return [place(0, loadedRow(record, row, scope), (record.attrs[0] ?? 0) + col)];
    case OP.TILEMAX:
    case OP.TILEMAXABS:
      return [{ input: 0, tileRow: row, tileCol: col }];
    case OP.ROWMAX16:
    case OP.ROWSUM16:
      return [{ input: 0, tileRow: tileOf(row), tileCol: col }];
    case OP.LUT: {
      const [x, table] = inputs as readonly [IntTensor, IntTensor];
      const index = Math.max(0, Math.min(x.data[row * x.cols + col]!, table.data.length - 1));
      return [place(0, row, col), place(1, Math.floor(index / table.cols), index % table.cols)];
    }
    default:
      return record.inputs.map(({ rows, cols }, k) => place(k, rows === 1 ? 0 : row, cols === 1 ? 0 : col));
  }
}

function place(input: number, row: number, col: number): TileRef {
  return { input, tileRow: tileOf(row), tileCol: tileOf(col) };
}

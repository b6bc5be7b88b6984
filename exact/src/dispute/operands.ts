import { sampleDigest, sampleIndex } from "../commit/run.ts";
import { contractionOf } from "../program/contraction.ts";
import { movedColumn, moveOf, operandPlaces, type Place } from "../program/gather.ts";
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

function chunkTiles(record: OpRecord, at: ElementRef): TileRef[] {
  const { line, from, length } = contractionOf(record, at.row);
  const chunks = Math.ceil(length / 16);
  const chunk = at.chunk ?? -1;
  if (!(chunk >= 0 && chunk < chunks)) throw noSuchPlace("chunk", at.chunk, `0..${chunks - 1}`);
  // The parts of a contraction are whole tiles high (EXA-13).
  const [row, col, k] = [tileOf(line), tileOf(at.col), tileOf(from) + chunk];
  const [ta, tb] = [record.attrs[0] === 1, record.attrs[1] === 1];
  return [
    { input: 0, tileRow: ta ? k : row, tileCol: ta ? row : k },
    { input: 1, tileRow: tb ? col : k, tileCol: tb ? k : col },
  ];
}

/** Where a DATALOAD's element comes from; of a moved image, the nearest pixel (EXA-16). */
function loaded(record: OpRecord, { row, col }: ElementRef, scope: Pick<Scope, "nonce" | "step">): TileRef {
  const { rows } = record.inputs[0]!;
  const [offset = 0, order, reach = 0] = record.attrs;
  if (order === ORDER.SEQUENTIAL) {
    return place(0, Number((BigInt(scope.step) * BigInt(record.rows) + BigInt(row)) % BigInt(rows)), offset + col);
  }
  const drawn = sampleIndex(scope.nonce, scope.step, row, rows);
  if (reach === 0) return place(0, drawn, offset + col);
  return place(0, drawn, movedColumn(record, col, moveOf(sampleDigest(scope.nonce, scope.step, row), reach)).col);
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
      return [loaded(record, at, scope)];
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
      return (operandPlaces(record, row, col) ?? broadcast(record, row, col)).map((at) =>
        place(at.input, at.row, at.col),
      );
  }
}

function broadcast({ inputs }: OpRecord, row: number, col: number): Place[] {
  return inputs.map(({ rows, cols }, input) => ({ input, row: rows === 1 ? 0 : row, col: cols === 1 ? 0 : col }));
}

function place(input: number, row: number, col: number): TileRef {
  return { input, tileRow: tileOf(row), tileCol: tileOf(col) };
}

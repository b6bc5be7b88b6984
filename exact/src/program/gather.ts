import { OP } from "./opcodes.ts";
import type { OpRecord } from "./records.ts";

/** Where an element of a record's result comes from. `outside`: the result is 0, and (row, col) is the nearest element. */
export interface Source {
  row: number;
  col: number;
  outside: boolean;
}

const clamp = (value: number, top: number): number => Math.max(0, Math.min(top, value));

function reshaped(record: OpRecord, row: number, col: number): Source {
  const { cols } = record.inputs[0]!;
  // Sides are at most 2^24, so flat indexes are below 2^48: exact.
  const flat = row * record.cols + col;
  return { row: Math.floor(flat / cols), col: flat % cols, outside: false };
}

function patch(record: OpRecord, row: number, col: number): Source {
  const [height = 1, width = 1, kernel = 1] = record.attrs;
  const channels = record.inputs[0]!.cols;
  const reach = (kernel - 1) / 2;
  const pixel = row % (height * width);
  const place = Math.floor(col / channels);
  const y = Math.floor(pixel / width) + Math.floor(place / kernel) - reach;
  const x = (pixel % width) + (place % kernel) - reach;
  const [sy, sx] = [clamp(y, height - 1), clamp(x, width - 1)];
  return { row: row - pixel + sy * width + sx, col: col % channels, outside: sy !== y || sx !== x };
}

function turned(record: OpRecord, row: number, col: number): Source {
  const [kernel = 1] = record.attrs;
  const { cols: filters, rows } = record.inputs[0]!;
  const places = kernel * kernel;
  const place = places - 1 - Math.floor(row / filters);
  return { row: (place * rows) / places + col, col: row % filters, outside: false };
}

/** Source of element (row, col) of a RESHAPE, UNSTACK, IM2COL or KFLIP; undefined for any other opcode. */
export function gatherSource(record: OpRecord, row: number, col: number): Source | undefined {
  switch (record.opcode) {
    case OP.RESHAPE:
      return reshaped(record, row, col);
    case OP.UNSTACK: {
      const { rows, cols } = record.inputs[0]!;
      const height = rows / record.cols;
      return { row: col * height + Math.floor(row / cols), col: row % cols, outside: false };
    }
    case OP.IM2COL:
      return patch(record, row, col);
    case OP.KFLIP:
      return turned(record, row, col);
    default:
      return undefined;
  }
}

/** Source column of a DATALOAD whose row is moved by (dx, dy): attrs 3..5 are height, width and channels. */
export function movedColumn(record: OpRecord, col: number, move: Move): Pick<Source, "col" | "outside"> {
  const [offset = 0, , , height = 1, width = 1, channels = 1] = record.attrs;
  const pixel = Math.floor(col / channels);
  const y = Math.floor(pixel / width) + move.dy;
  const x = (pixel % width) + move.dx;
  const [sy, sx] = [clamp(y, height - 1), clamp(x, width - 1)];
  return { col: offset + (sy * width + sx) * channels + (col % channels), outside: sy !== y || sx !== x };
}

/** How far an image is moved: element (y, x) of the result is (y + dy, x + dx) of the source. */
export interface Move {
  dx: number;
  dy: number;
}

/** The move that a row's draw gives: its first two bytes, big-endian, as two digits of base 2 * reach + 1. */
export function moveOf(digest: Uint8Array, reach: number): Move {
  const base = 2 * reach + 1;
  const word = digest[0]! * 256 + digest[1]!;
  return { dx: (word % base) - reach, dy: (Math.floor(word / base) % base) - reach };
}

/** First of the four rows of window `row` of a pooled [height x width] map, and the first row of its lower half. */
export function windowRows(record: OpRecord, row: number): { upper: number; lower: number } {
  const [height = 2, width = 2] = record.attrs;
  const windows = (height * width) / 4;
  const at = row % windows;
  const y = 2 * Math.floor(at / (width / 2));
  const upper = ((row - at) / windows) * height * width + y * width + 2 * (at % (width / 2));
  return { upper, lower: upper + width };
}

/** Window that pixel `row` of a [height x width] map belongs to. */
export function windowOf(record: OpRecord, row: number): number {
  const [height = 2, width = 2] = record.attrs;
  const pixel = row % (height * width);
  const y = Math.floor(pixel / width);
  const windows = (height * width) / 4;
  const image = (row - pixel) / (height * width);
  return image * windows + Math.floor(y / 2) * (width / 2) + Math.floor((pixel % width) / 2);
}

/** 3, 2, 1, 0 for the four places of a window in reading order: what POOLKEY adds to four times an element. */
export function windowPlace(record: OpRecord, row: number): number {
  const [height = 2, width = 2] = record.attrs;
  const pixel = row % (height * width);
  return 3 - 2 * (Math.floor(pixel / width) % 2) - ((pixel % width) % 2);
}

/** An element of one input of a record. */
export interface Place {
  input: number;
  row: number;
  col: number;
}

/**
 * For the opcodes from RESHAPE on: one element of every input that lies in the tile which element (row, col) of the result
 * reads there (EXA-16); undefined for lower opcodes.
 */
export function operandPlaces(record: OpRecord, row: number, col: number): Place[] | undefined {
  const source = gatherSource(record, row, col);
  if (source) return [{ input: 0, row: source.row, col: source.col }];
  switch (record.opcode) {
    case OP.POOLKEY:
      return [{ input: 0, row, col }];
    case OP.POOLMAX: {
      const { upper, lower } = windowRows(record, row);
      return [
        { input: 0, row: upper, col },
        { input: 1, row: lower, col },
      ];
    }
    case OP.UNPOOL: {
      const window = windowOf(record, row);
      return [
        { input: 0, row: window, col },
        { input: 1, row, col },
        { input: 2, row: window, col },
      ];
    }
    default:
      return undefined;
  }
}

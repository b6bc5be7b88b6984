import { ExactError } from "../errors.ts";
import { LIMIT, OP, ORDER } from "./opcodes.ts";
import { type Externals, KIND, type Operand, type OpRecord } from "./records.ts";

const TILE = 16;
const tiles = (length: number): number => Math.ceil(length / TILE);

function fail(record: OpRecord, index: number, wanted: string): never {
  const found = [record, ...record.inputs].map((t) => `${t.rows}x${t.cols}`).join(" <- ");
  throw new ExactError("EX-006", {
    path: `record ${index} (${record.note})`,
    found,
    wanted,
    hint: "Shapes of a record must fit its opcode.",
  });
}

function checkOperand(records: readonly OpRecord[], index: number, input: Operand, externals: Externals): void {
  if (input.kind === KIND.VALUE && input.idx >= index) {
    throw new ExactError("EX-005", {
      path: `record ${index} (${records[index]!.note})`,
      found: `input value ${input.idx}`,
      wanted: `an earlier value, below ${index}`,
      hint: "List the records in topological order.",
    });
  }
  const external = input.kind === KIND.STATE ? externals.states[input.idx] : externals.consts[input.idx];
  const source = input.kind === KIND.VALUE ? records[input.idx]! : external;
  const dtype = source && ("outDtype" in source ? source.outDtype : source.dtype);
  const rows = source && "listRows" in source && source.listRows !== undefined ? source.listRows : source?.rows;
  if (!source || dtype !== input.dtype || rows !== input.rows || source.cols !== input.cols) {
    fail(records[index]!, index, `input declared as its source is (${dtype ?? "missing"} ${rows}x${source?.cols})`);
  }
}

function broadcasts(out: number, length: number): boolean {
  return length === out || length === 1;
}

const whole = (value: number, ...factors: number[]): boolean =>
  factors.every((f) => Number.isInteger(f) && f > 0) && value % factors.reduce((a, b) => a * b, 1) === 0;

/** Output shape that the opcode gives for its inputs, or undefined where any shape will do. */
function expected(record: OpRecord): readonly [number, number] | undefined {
  const [x, y] = record.inputs as readonly [Operand, Operand | undefined];
  const [ta, tb] = record.attrs;
  switch (record.opcode) {
    case OP.MATMUL:
      return [ta ? x.cols * Math.max(1, record.attrs[2] ?? 0) : x.rows, tb ? y!.rows : y!.cols];
    case OP.TILEMAX:
    case OP.TILEMAXABS:
      return [tiles(x.rows), tiles(x.cols)];
    case OP.ROWMAX16:
    case OP.ROWSUM16:
      return [x.rows, tiles(x.cols)];
    case OP.EXPADD:
    case OP.EXPNORM:
      return [1, 1];
    case OP.MULC:
    case OP.CLIP:
    case OP.RELU:
    case OP.RHU:
    case OP.LUT:
      return [x.rows, x.cols];
    case OP.UNSTACK:
      return [(x.rows / record.cols) * x.cols, record.cols];
    case OP.IM2COL:
      return [x.rows, record.attrs[2]! ** 2 * x.cols];
    case OP.KFLIP:
      return [ta! ** 2 * x.cols, x.rows / ta! ** 2];
    case OP.POOLKEY:
      return [x.rows, x.cols];
    case OP.POOLMAX:
      return [x.rows / 4, x.cols];
    case OP.UNPOOL:
      return [y!.rows, y!.cols];
    default:
      return undefined;
  }
}

/** The rules of convolution, pooling and augmentation that their output shape does not imply. */
function checkGeometry(record: OpRecord, index: number): void {
  const [x, y, z] = record.inputs as readonly [Operand, Operand | undefined, Operand | undefined];
  const [first = 0, second = 0, third = 0] = record.attrs;
  const odd = (kernel: number): boolean => kernel % 2 === 1;
  const same = (a: Operand, b: Operand): boolean => a.rows === b.rows && a.cols === b.cols;
  switch (record.opcode) {
    case OP.DATALOAD:
      checkLoad(record, index, x);
      return;
    case OP.RESHAPE:
      if (record.rows * record.cols !== x.rows * x.cols) fail(record, index, "as many elements as the input");
      return;
    case OP.UNSTACK:
      if (!whole(x.rows, record.cols)) fail(record, index, "a stack of equally high parts");
      return;
    case OP.IM2COL:
      if (!whole(x.rows, first, second) || !odd(third)) fail(record, index, "whole images and an odd kernel");
      return;
    case OP.KFLIP:
      if (!whole(x.rows, first, first) || !odd(first)) fail(record, index, "a kernel of odd sides");
      return;
    case OP.POOLKEY:
    case OP.POOLMAX:
    case OP.UNPOOL: {
      const pixels = record.opcode === OP.UNPOOL ? y! : x;
      if (!whole(first, 2) || !whole(second, 2) || !whole(pixels.rows, first, second))
        fail(record, index, "whole images with even sides");
      if (record.opcode === OP.POOLMAX && !same(x, y!)) fail(record, index, "two inputs of one shape");
      if (record.opcode === OP.UNPOOL && !(same(x, z!) && 4 * x.rows === y!.rows && x.cols === y!.cols))
        fail(record, index, "a gradient and a maximum for every window");
      return;
    }
    case OP.MATMUL:
      if (![0, 1].includes(first) || ![0, 1].includes(second) || third < 0)
        fail(record, index, "ta and tb of 0 or 1, and no negative number of parts");
      if (third > 1 && (first !== 1 || second !== 0 || !whole(x.rows, third, TILE)))
        fail(record, index, "parts of whole tiles, of a product with ta alone");
  }
}

function checkLoad(record: OpRecord, index: number, data: Operand): void {
  const [offset = 0, order = 0, reach = 0, height = 0, width = 0, channels = 0] = record.attrs;
  const columns = offset >= 0 && offset + record.cols <= data.cols;
  if (!columns || (order !== ORDER.SAMPLED && order !== ORDER.SEQUENTIAL))
    fail(record, index, "columns of the data set, in order 0 or 1");
  if (reach === 0) return;
  const fits = reach > 0 && reach <= 127 && order === ORDER.SAMPLED && height * width * channels === record.cols;
  if (!fits || !whole(record.cols, height, width, channels))
    fail(record, index, "an image of height * width * channels columns, drawn, moved by at most 127");
}

/** Throws EX-004, EX-005 or EX-006 if record `index` breaks a cap, the order or the shape rule of its opcode. */
export function checkShape(records: readonly OpRecord[], index: number, externals: Externals): void {
  const record = records[index]!;
  for (const side of [record.rows, record.cols]) {
    if (side < 1 || side > LIMIT.side) {
      throw new ExactError("EX-004", {
        path: `record ${index} (${record.note})`,
        found: side,
        wanted: "sides in 1..2^24",
        hint: "Use smaller tensors.",
      });
    }
  }
  if (tiles(record.rows) * tiles(record.cols) > LIMIT.tiles) {
    throw new ExactError("EX-004", {
      path: `record ${index} (${record.note})`,
      found: tiles(record.rows) * tiles(record.cols),
      wanted: "at most 2^26 tiles",
      hint: "Use smaller tensors.",
    });
  }
  for (const input of record.inputs) checkOperand(records, index, input, externals);
  const [x, y] = record.inputs as readonly [Operand, Operand | undefined];
  const shape = expected(record);
  if (shape && (shape[0] !== record.rows || shape[1] !== record.cols))
    fail(record, index, `output ${shape[0]}x${shape[1]}`);
  checkGeometry(record, index);
  if (record.opcode === OP.MATMUL) {
    const [ta, tb] = record.attrs;
    if ((ta ? x.rows : x.cols) !== (tb ? y!.cols : y!.rows)) fail(record, index, "equal contraction lengths");
  }
  const scalar = record.opcode === OP.RHU || record.opcode === OP.EXPADD ? y : undefined;
  if (scalar && (scalar.rows !== 1 || scalar.cols !== 1)) fail(record, index, "a 1x1 shift");
  if ([OP.ADD, OP.SUB, OP.MASKGT0, OP.EQ, OP.GT, OP.INTDIV].some((code) => code === record.opcode)) {
    for (const input of [x, y!]) {
      if (!broadcasts(record.rows, input.rows) || !broadcasts(record.cols, input.cols))
        fail(record, index, "sides equal or 1");
    }
  }
}

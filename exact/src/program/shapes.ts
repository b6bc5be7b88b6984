import { ExactError } from "../errors.ts";
import { LIMIT, OP } from "./opcodes.ts";
import { type Externals, KIND, type Operand, type OpRecord } from "./records.ts";

const tiles = (length: number): number => Math.ceil(length / 16);

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

/** Output shape that the opcode gives for its inputs, or undefined where any shape will do. */
function expected(record: OpRecord): readonly [number, number] | undefined {
  const [x, y] = record.inputs as readonly [Operand, Operand | undefined];
  const [ta, tb] = record.attrs;
  switch (record.opcode) {
    case OP.MATMUL:
      return [ta ? x.cols : x.rows, tb ? y!.rows : y!.cols];
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
    default:
      return undefined;
  }
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

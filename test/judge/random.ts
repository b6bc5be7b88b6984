import {
  type DType,
  type Hex,
  type IntArray,
  type IntTensor,
  KIND,
  LIMIT,
  OP,
  type Operand,
  type OpRecord,
} from "@assay/exact";

/** mulberry32: small, seeded, good enough to choose test cases. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** 0 <= x < 1 */
  unit(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer, ends included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  of<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)]!;
  }

  hex32(): Hex {
    let out = "0x";
    for (let i = 0; i < 8; i++) {
      out += Math.floor(this.unit() * 2 ** 32)
        .toString(16)
        .padStart(8, "0");
    }
    return out as Hex;
  }
}

export interface Sample {
  record: OpRecord;
  inputs: IntTensor[];
  nonce: Hex;
  step: number;
}

type Shape = readonly [rows: number, cols: number];

const RANGE: Record<DType, Shape> = { int8: [-128, 127], int16: [-32768, 32767], int32: [-(2 ** 31), 2 ** 31 - 1] };
const DTYPES = ["int8", "int16", "int32"] as const;
const EDGES = [0, 1, -1, 2, -2, 15, 16, 24, 25, -24, -25, 127, 128, -128, 255, 32767, -32768, 2 ** 22, 2 ** 23];
const LARGE = [2 ** 23 - 1, 2 ** 24 - 1, 2 ** 24, -(2 ** 24), 8388609, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1];

function element(random: Random, dtype: DType): number {
  const [low, high] = RANGE[dtype];
  const kind = random.int(0, 9);
  if (kind < 3) return Math.max(low, Math.min(high, random.of(EDGES)));
  if (kind < 4) return Math.max(low, Math.min(high, random.of(LARGE)));
  if (kind < 6) return random.int(-20, 20);
  return random.int(low, high);
}

export function tensor(random: Random, shape: Shape, dtype: DType, draw = element): IntTensor {
  const [rows, cols] = shape;
  const length = rows * cols;
  const data: IntArray =
    dtype === "int8" ? new Int8Array(length) : dtype === "int16" ? new Int16Array(length) : new Int32Array(length);
  // Every so often a tensor of one sign: maxima of negative rows show whether padding counts as a value.
  const sign = random.of([0, 0, 0, 1, -1]);
  for (let i = 0; i < length; i++) {
    const value = draw(random, dtype);
    data[i] = sign === 0 ? value : sign > 0 ? Math.abs(value) : -Math.abs(value) || -1;
  }
  return { name: "t", rows, cols, dtype, data };
}

/** A side that is often no multiple of 16 and often next to one. */
function side(random: Random): number {
  return random.of([1, 2, 7, 15, 16, 17, 18, 31, 32, 33, 40, random.int(1, 50)]);
}

function attribute(random: Random): number {
  const kind = random.int(0, 3);
  if (kind === 0) return random.of(EDGES);
  if (kind === 1) return random.of(LARGE);
  return kind === 2 ? random.int(-30, 30) : random.int(-(2 ** 53) + 1, 2 ** 53 - 1);
}

const operand = (x: IntTensor, idx: number): Operand => ({
  kind: KIND.VALUE,
  idx,
  dtype: x.dtype,
  rows: x.rows,
  cols: x.cols,
});

function build(
  random: Random,
  opcode: OpRecord["opcode"],
  shape: Shape,
  inputs: IntTensor[],
  attrs: number[] = [],
): Sample {
  const record: OpRecord = {
    opcode,
    outDtype: random.of(DTYPES),
    flags: random.int(0, 1),
    rows: shape[0],
    cols: shape[1],
    inputs: inputs.map(operand),
    attrs,
    note: "random",
  };
  return { record, inputs, nonce: random.hex32(), step: random.of([0, 1, random.int(0, 10000), 2 ** 40 - 1]) };
}

function broadcastInput(random: Random, [rows, cols]: Shape): IntTensor {
  const shape: Shape = [random.int(0, 3) === 0 ? 1 : rows, random.int(0, 3) === 0 ? 1 : cols];
  return tensor(random, shape, random.of(DTYPES));
}

/** A well-formed record of the opcode with inputs; elements and attributes lean on the edges of their ranges. */
export function sample(random: Random, opcode: OpRecord["opcode"]): Sample {
  const shape: Shape = [side(random), side(random)];
  const [rows, cols] = shape;
  const any = (of: Shape = shape): IntTensor => tensor(random, of, random.of(DTYPES));
  const tiles = (length: number): number => Math.ceil(length / 16);
  switch (opcode) {
    case OP.DATALOAD: {
      const data = any([random.int(1, 70), cols + random.int(0, 20)]);
      return build(random, opcode, shape, [data], [random.int(0, data.cols - cols), random.int(0, 1)]);
    }
    case OP.MATMUL:
      return matmul(random, shape);
    case OP.MULC:
    case OP.CLIP:
    case OP.RELU:
      return build(random, opcode, shape, [any()], [attribute(random), attribute(random)]);
    case OP.RHU: {
      const inputs = random.int(0, 1) === 0 ? [any()] : [any(), any([1, 1])];
      const attrs = [random.int(-30, 30), random.of([0, 1, -1]), attribute(random), attribute(random)];
      return build(random, opcode, shape, inputs, attrs);
    }
    case OP.EXPADD: {
      const inputs = random.int(0, 1) === 0 ? [any([1, 1])] : [any([1, 1]), any([1, 1])];
      return build(random, opcode, [1, 1], inputs, [attribute(random)]);
    }
    case OP.EXPNORM:
      return build(random, opcode, [1, 1], [any([1, 1])], [attribute(random)]);
    case OP.TILEMAX:
    case OP.TILEMAXABS:
      return build(random, opcode, [tiles(rows), tiles(cols)], [any()]);
    case OP.ROWMAX16:
    case OP.ROWSUM16:
      return build(random, opcode, [rows, tiles(cols)], [any()]);
    case OP.LUT:
      return build(random, opcode, shape, [any(), any([random.int(1, 3), random.int(1, 300)])]);
    default:
      return build(random, opcode, shape, [broadcastInput(random, shape), broadcastInput(random, shape)]);
  }
}

function matmul(random: Random, [rows, cols]: Shape): Sample {
  const depth = random.of([1, 15, 16, 17, 48, random.int(1, 100)]);
  const [ta, tb] = [random.int(0, 1), random.int(0, 1)];
  // Sums of products must stay below 2^53, or the reference's doubles would no longer be exact.
  const draw = (r: Random, dtype: DType): number =>
    Math.max(-LIMIT.exact / 2, Math.min(LIMIT.exact / 2, element(r, dtype)));
  const x = tensor(random, ta ? [depth, rows] : [rows, depth], random.of(DTYPES), draw);
  const y = tensor(random, tb ? [cols, depth] : [depth, cols], random.of(["int8", "int16"]), draw);
  return build(random, OP.MATMUL, [rows, cols], [x, y], [ta, tb]);
}

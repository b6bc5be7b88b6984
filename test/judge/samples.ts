import { type DType, type IntTensor, LIMIT, OP, type OpRecord } from "@assay/exact";
import { build, DTYPES, EDGES, element, LARGE, type Random, type Sample, type Shape, tensor } from "./random.ts";
import { imageSample } from "./random-images.ts";

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
    case OP.DATALOAD:
      return load(random, shape);
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
    case OP.RESHAPE:
    case OP.UNSTACK:
    case OP.IM2COL:
    case OP.KFLIP:
    case OP.POOLKEY:
    case OP.POOLMAX:
    case OP.UNPOOL:
      return imageSample(random, opcode);
    default:
      return build(random, opcode, shape, [broadcastInput(random, shape), broadcastInput(random, shape)]);
  }
}

function load(random: Random, [rows, cols]: Shape): Sample {
  if (random.int(0, 1) === 0) {
    const data = tensor(random, [random.int(1, 70), cols + random.int(0, 20)], random.of(DTYPES));
    return build(random, OP.DATALOAD, [rows, cols], [data], [random.int(0, data.cols - cols), random.int(0, 1)]);
  }
  // Moved images, reaches beyond the image included.
  const image = [random.int(1, 6), random.int(1, 6), random.int(1, 3)] as const;
  const size = image[0] * image[1] * image[2];
  const data = tensor(random, [random.int(1, 70), size + random.int(0, 20)], random.of(DTYPES));
  const reach = random.of([1, 1, 2, 3, random.int(1, 127)]);
  return build(random, OP.DATALOAD, [rows, size], [data], [random.int(0, data.cols - size), 0, reach, ...image]);
}

function matmul(random: Random, [rows, cols]: Shape): Sample {
  const parts = random.of([0, 0, 1, 2, 3, random.int(2, 6)]);
  const [ta, tb] = parts > 1 ? [1, 0] : [random.int(0, 1), random.int(0, 1)];
  const depth = parts > 1 ? 16 * parts * random.int(1, 3) : random.of([1, 15, 16, 17, 48, random.int(1, 100)]);
  // Sums of products must stay below 2^53, or the reference's doubles would no longer be exact.
  const draw = (r: Random, dtype: DType): number =>
    Math.max(-LIMIT.exact / 2, Math.min(LIMIT.exact / 2, element(r, dtype)));
  const x = tensor(random, ta ? [depth, rows] : [rows, depth], random.of(DTYPES), draw);
  const y = tensor(random, tb ? [cols, depth] : [depth, cols], random.of(["int8", "int16"]), draw);
  const attrs = parts === 0 && random.int(0, 1) === 0 ? [ta, tb] : [ta, tb, parts];
  return build(random, OP.MATMUL, [rows * Math.max(1, parts), cols], [x, y], attrs);
}

import { type IntTensor, OP, type OpRecord } from "@assay/exact";
import { build, DTYPES, type Random, type Sample, type Shape, tensor } from "./random.ts";

/** A well-formed record of one of the opcodes on images. */
export function imageSample(random: Random, opcode: OpRecord["opcode"]): Sample {
  const any = (rows: number, cols: number): IntTensor => tensor(random, [rows, cols], random.of(DTYPES));
  switch (opcode) {
    case OP.RESHAPE: {
      const [a, b, c] = [random.int(1, 12), random.int(1, 12), random.int(1, 12)];
      return build(
        random,
        opcode,
        random.of<Shape>([
          [a, b * c],
          [c, a * b],
          [a * b * c, 1],
        ]),
        [any(a * b, c)],
      );
    }
    case OP.UNSTACK: {
      const [parts, height, cols] = [random.int(1, 20), random.int(1, 20), random.int(1, 33)];
      return build(random, opcode, [height * cols, parts], [any(parts * height, cols)]);
    }
    case OP.IM2COL: {
      // A kernel may be larger than the image.
      const [height, width, kernel] = [random.int(1, 6), random.int(1, 6), random.of([1, 3, 5, 7])];
      const x = any(height * width * random.int(1, 3), random.int(1, 18));
      return build(random, opcode, [x.rows, kernel * kernel * x.cols], [x], [height, width, kernel]);
    }
    case OP.KFLIP: {
      const [kernel, channels, filters] = [random.of([1, 3, 5]), random.int(1, 18), random.int(1, 18)];
      const places = kernel * kernel;
      return build(random, opcode, [places * filters, channels], [any(places * channels, filters)], [kernel]);
    }
    default:
      return pooling(random, opcode);
  }
}

function pooling(random: Random, opcode: OpRecord["opcode"]): Sample {
  const [height, width] = [2 * random.int(1, 4), 2 * random.int(1, 4)];
  const [pixels, cols] = [height * width * random.int(1, 3), random.of([1, 15, 16, 17, random.int(1, 40)])];
  const dtype = random.of(DTYPES);
  const map = (rows: number): IntTensor => tensor(random, [rows, cols], dtype);
  const attrs = [height, width];
  if (opcode === OP.POOLKEY) return build(random, opcode, [pixels, cols], [map(pixels)], attrs);
  if (opcode === OP.POOLMAX) return build(random, opcode, [pixels / 4, cols], [map(pixels), map(pixels)], attrs);
  const [gradient, key, max] = [map(pixels / 4), map(pixels), map(pixels / 4)];
  // Half of the keys are their window's maximum: of random numbers hardly one would be.
  for (let row = 0; row < pixels; row++) {
    const [y, x] = [Math.floor(row / width) % height, row % width];
    const image = Math.floor(row / (height * width));
    const window = (image * (height / 2) + Math.floor(y / 2)) * (width / 2) + Math.floor(x / 2);
    for (let c = 0; c < cols; c++) if (random.int(0, 1) === 0) key.data[row * cols + c] = max.data[window * cols + c]!;
  }
  return build(random, opcode, [pixels, cols], [gradient, key, max], attrs);
}

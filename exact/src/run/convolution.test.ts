import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { moveOf, operandPlaces } from "../program/gather.ts";
import { OP, type Opcode } from "../program/opcodes.ts";
import { KIND, type OpRecord } from "../program/records.ts";
import { seed } from "../testing.ts";
import type { IntTensor } from "../types.ts";
import { kernelGradient, unpool, windowPlaces } from "./pool.ts";
import { evaluateRecord } from "./reference.ts";

/** [images, height, width, channels] as a matrix of pixels. */
interface Case {
  images: number;
  height: number;
  width: number;
  channels: number;
  filters: number;
  kernel: number;
  random: number[];
}

const cases = fc
  .record({
    images: fc.integer({ min: 1, max: 3 }),
    height: fc.constantFrom(2, 4, 6),
    width: fc.constantFrom(2, 4, 8),
    channels: fc.integer({ min: 1, max: 3 }),
    filters: fc.integer({ min: 1, max: 3 }),
    kernel: fc.constantFrom(3, 5),
  })
  .chain((shape) =>
    fc
      .array(fc.integer({ min: -9, max: 9 }), { minLength: 64, maxLength: 64 })
      .map((random): Case => ({ ...shape, random })),
  );

function matrix(rows: number, cols: number, value: (i: number) => number): IntTensor {
  return { name: "t", rows, cols, dtype: "int32", data: Int32Array.from({ length: rows * cols }, (_, i) => value(i)) };
}

function run(opcode: Opcode, rows: number, cols: number, inputs: IntTensor[], attrs: number[] = []): IntTensor {
  const operands = inputs.map((t, idx) => ({ kind: KIND.VALUE, idx, dtype: t.dtype, rows: t.rows, cols: t.cols }));
  const record: OpRecord = { opcode, outDtype: "int32", flags: 0, rows, cols, inputs: operands, attrs, note: "probe" };
  return evaluateRecord(record, inputs, { states: [], consts: inputs, nonce: seed(1), step: 3 });
}

/** Maps, kernel and gradient of a case; `stir` makes their values differ from each other. */
function tensors({ images, height, width, channels, filters, kernel, random }: Case) {
  const pixels = images * height * width;
  const stir = (salt: number) => (i: number) => random[(i * 7 + salt) % 64]! + (i % 3) - 1;
  return {
    pixels,
    x: matrix(pixels, channels, stir(0)),
    w: matrix(kernel * kernel * channels, filters, stir(11)),
    g: matrix(pixels, filters, stir(23)),
  };
}

/** Calls `visit` for every pair of pixels that a kernel place joins: output pixel, input pixel, place. */
function eachTap({ images, height, width, kernel }: Case, visit: (out: number, from: number, place: number) => void) {
  const reach = (kernel - 1) / 2;
  for (let n = 0; n < images; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let place = 0; place < kernel * kernel; place++) {
          const [sy, sx] = [y + Math.floor(place / kernel) - reach, x + (place % kernel) - reach];
          if (sy < 0 || sy >= height || sx < 0 || sx >= width) continue;
          visit((n * height + y) * width + x, (n * height + sy) * width + sx, place);
        }
      }
    }
  }
}

test("IM2COL and MATMUL are a convolution; with KFLIP they are its adjoint; in parts they are the kernel's gradient", () => {
  fc.assert(
    fc.property(cases, (shape) => {
      const { channels, filters, kernel, height, width } = shape;
      const { pixels, x, w, g } = tensors(shape);
      const z = new Int32Array(pixels * filters);
      const dx = new Int32Array(pixels * channels);
      const dw = new Int32Array(w.data.length);
      eachTap(shape, (out, from, place) => {
        for (let c = 0; c < channels; c++) {
          for (let f = 0; f < filters; f++) {
            const weight = (place * channels + c) * filters + f;
            z[out * filters + f]! += x.data[from * channels + c]! * w.data[weight]!;
            dx[from * channels + c]! += g.data[out * filters + f]! * w.data[weight]!;
            dw[weight]! += x.data[from * channels + c]! * g.data[out * filters + f]!;
          }
        }
      });
      const geometry = [height, width, kernel];
      const patches = run(OP.IM2COL, pixels, kernel ** 2 * channels, [x], geometry);
      assert.deepEqual(run(OP.MATMUL, pixels, filters, [patches, w]).data, z);
      const spread = run(OP.IM2COL, pixels, kernel ** 2 * filters, [g], geometry);
      const turned = run(OP.KFLIP, kernel ** 2 * filters, channels, [w], [kernel]);
      assert.deepEqual(run(OP.MATMUL, pixels, channels, [spread, turned]).data, dx);
      const parts = shape.images;
      const stacked = run(OP.MATMUL, parts * w.rows, filters, [patches, g], [1, 0, parts]);
      const aligned = run(OP.UNSTACK, w.data.length, parts, [stacked]);
      const sum = run(OP.ROWSUM16, w.data.length, 1, [aligned]);
      assert.deepEqual(run(OP.RESHAPE, w.rows, filters, [sum]).data, dw);
    }),
    { numRuns: 60 },
  );
});

test("POOLKEY and POOLMAX find the first of the largest; UNPOOL sends a gradient there and nowhere else (X5)", () => {
  fc.assert(
    fc.property(cases, (shape) => {
      const { images, height, width, filters } = shape;
      const { pixels, g: z } = tensors(shape);
      const key = run(OP.POOLKEY, pixels, filters, [z], [height, width]);
      const max = run(OP.POOLMAX, pixels / 4, filters, [key, key], [height, width]);
      const gradient = matrix(pixels / 4, filters, (i) => i + 1);
      const back = run(OP.UNPOOL, pixels, filters, [gradient, key, max], [height, width]);
      const wanted = new Int32Array(back.data.length);
      let window = 0;
      for (let n = 0; n < images; n++) {
        for (let y = 0; y < height; y += 2) {
          for (let x = 0; x < width; x += 2, window++) {
            const corner = (n * height + y) * width + x;
            for (let f = 0; f < filters; f++) {
              const four = [corner, corner + 1, corner + width, corner + width + 1];
              const values = four.map((pixel) => z.data[pixel * filters + f]!);
              const first = values.indexOf(Math.max(...values));
              assert.equal(Math.floor(max.data[window * filters + f]! / 4), values[first]);
              wanted[four[first]! * filters + f] = gradient.data[window * filters + f]!;
            }
          }
        }
      }
      assert.deepEqual(back.data, wanted);
    }),
    { numRuns: 60 },
  );
});

test("the executor's loops over winners equal UNPOOL and the contraction over all pixels", () => {
  fc.assert(
    fc.property(cases, (shape) => {
      const { height, width, channels, filters, kernel } = shape;
      const { pixels, x, g: z } = tensors(shape);
      const key = run(OP.POOLKEY, pixels, filters, [z], [height, width]);
      const max = run(OP.POOLMAX, pixels / 4, filters, [key, key], [height, width]);
      const gradient = matrix(pixels / 4, filters, (i) => shape.random[i % 64]!);
      const full = run(OP.UNPOOL, pixels, filters, [gradient, key, max], [height, width]);
      const conv = { map: { height, width, channels }, kernel, blocks: 1 };
      const floats = (t: IntTensor): Float32Array => Float32Array.from(t.data);
      const windows = { gradient: floats(gradient), keys: floats(max), filters };
      const spread = new Float32Array(full.data.length).fill(7);
      unpool(spread, windows, conv, 4);
      assert.deepEqual(
        [...spread].map((v) => v / 4 + 0),
        [...full.data],
      );
      const patches = run(OP.IM2COL, pixels, kernel ** 2 * channels, [x], [height, width, kernel]);
      const dw = run(OP.MATMUL, patches.cols, filters, [patches, full], [1, 0]);
      const sums = kernelGradient(floats(x), windows, conv);
      const turned = Array.from(dw.data, (_, i) => sums[(i % filters) * patches.cols + Math.floor(i / filters)]! + 0);
      assert.deepEqual(turned, [...dw.data]);
      const places = windowPlaces(shape.images, conv, filters);
      assert.deepEqual(
        [...key.data],
        [...places].map((place, i) => 4 * z.data[i]! + place),
      );
    }),
    { numRuns: 60 },
  );
});

test("a move is two digits of the draw's first bytes; DATALOAD shifts rows by it and fills with 0", () => {
  assert.deepEqual(moveOf(Uint8Array.of(0, 0), 1), { dx: -1, dy: -1 });
  assert.deepEqual(moveOf(Uint8Array.of(0, 5), 1), { dx: 1, dy: 0 });
  assert.deepEqual(moveOf(Uint8Array.of(1, 2), 1), { dx: -1, dy: 1 });
  const all = new Set(
    Array.from({ length: 90 }, (_, i) => JSON.stringify(moveOf(Uint8Array.of(i >> 4, (i * 37) & 255), 2))),
  );
  assert.equal(all.size, 25);
  // One row, so that every batch row loads it: 3x4 pixels of two channels, then a label.
  const data = matrix(1, 25, (i) => i + 1);
  const batch = run(OP.DATALOAD, 40, 24, [data], [0, 0, 1, 3, 4, 2]);
  const seen = new Set<string>();
  for (let b = 0; b < 40; b++) {
    const row = batch.data.subarray(b * 24, (b + 1) * 24);
    const wanted = [-1, 0, 1]
      .flatMap((dy) => [-1, 0, 1].map((dx) => [dy, dx] as const))
      .find(([dy, dx]) =>
        row.every((value, i) => {
          const [y, x, k] = [Math.floor(i / 8) + dy, (Math.floor(i / 2) % 4) + dx, i % 2];
          return value === (y >= 0 && y < 3 && x >= 0 && x < 4 ? 8 * y + 2 * x + k + 1 : 0);
        }),
      );
    assert.ok(wanted, `row ${b} is the image moved by at most one pixel`);
    seen.add(String(wanted));
  }
  assert.equal(seen.size, 9, "forty draws show all nine moves");
});

test("EXA-16: every element depends on one tile of each input, the one that operandPlaces names", () => {
  const [height, width, filters] = [6, 8, 19];
  const pixels = 2 * height * width;
  const x = matrix(pixels, filters, (i) => ((i * 37) % 101) - 50);
  const record = (opcode: Opcode, rows: number, cols: number, inputs: IntTensor[], attrs: number[]): OpRecord => {
    const operands = inputs.map((t, idx) => ({ kind: KIND.VALUE, idx, dtype: t.dtype, rows: t.rows, cols: t.cols }));
    return { opcode, outDtype: "int32", flags: 0, rows, cols, inputs: operands, attrs, note: "probe" };
  };
  const key = run(OP.POOLKEY, pixels, filters, [x], [height, width]);
  const max = run(OP.POOLMAX, pixels / 4, filters, [key, key], [height, width]);
  const asked: [OpRecord, IntTensor[]][] = [
    [record(OP.RESHAPE, filters, pixels, [x], []), [x]],
    [record(OP.UNSTACK, (pixels / 4) * filters, 4, [x], []), [x]],
    [record(OP.IM2COL, pixels, 9 * filters, [x], [height, width, 3]), [x]],
    [record(OP.KFLIP, 4 * filters, pixels / 4, [x], [2]), [x]],
    [record(OP.POOLKEY, pixels, filters, [x], [height, width]), [x]],
    [record(OP.POOLMAX, pixels / 4, filters, [key, key], [height, width]), [key, key]],
    [record(OP.UNPOOL, pixels, filters, [max, key, max], [height, width]), [max, key, max]],
  ];
  const scope = { states: [], consts: [], nonce: seed(1), step: 0 };
  for (const [op, inputs] of asked) {
    const wanted = evaluateRecord(op, inputs, scope);
    for (let i = 0; i < wanted.data.length; i += 131) {
      const [row, col] = [Math.floor(i / op.cols), i % op.cols];
      const places = operandPlaces(op, row, col)!;
      assert.deepEqual(
        places.map((place) => place.input),
        inputs.map((_, k) => k),
      );
      // Everything outside the named tiles is replaced; the element must not notice.
      const masked = inputs.map((t, k) => {
        const { row: r, col: c } = places[k]!;
        const inTile = (at: number): boolean =>
          Math.floor(at / t.cols) >> 4 === r >> 4 && (at % t.cols) >> 4 === c >> 4;
        return { ...t, data: Int32Array.from(t.data, (value, at) => (inTile(at) ? value : 9999)) };
      });
      assert.equal(evaluateRecord(op, masked, scope).data[i], wanted.data[i], `opcode ${op.opcode}, element ${i}`);
    }
  }
});

import { type IntTensor, KIND, OP, type OpRecord } from "@assay/exact";
import { CaseBuilder } from "./questions.ts";
import type { Sample } from "./random.ts";

const NONCE = `0x${"5a".repeat(32)}` as const;

/** A row of int32 as a tensor. */
function row(values: readonly number[]): IntTensor {
  return { name: "edges", rows: 1, cols: values.length, dtype: "int32", data: Int32Array.from(values) };
}

function record(change: Partial<OpRecord> & Pick<OpRecord, "opcode">, inputs: readonly IntTensor[]): Sample {
  const operands = inputs.map(({ dtype, rows, cols }, idx) => ({ kind: KIND.VALUE, idx, dtype, rows, cols }));
  const [x] = operands as [(typeof operands)[0]];
  const defaults = { outDtype: "int32", flags: 0, rows: x.rows, cols: x.cols, attrs: [], note: "edge" } as const;
  return { record: { ...defaults, ...change, inputs: operands }, inputs: [...inputs], nonce: NONCE, step: 0 };
}

function askAll(sample: Sample): CaseBuilder {
  const builder = new CaseBuilder(sample);
  for (let r = 0; r < sample.record.rows; r++) for (let c = 0; c < sample.record.cols; c++) builder.ask(r, c);
  return builder;
}

const around = (x: number): number[] => [x - 1, x, x + 1, -x - 1, -x, -x + 1];
const POWERS = [0, 1, 2, 3, 11, 22, 23, 24, 30].flatMap((n) => around(2 ** n));
const ENDS = [2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1];
const VALUES = [...new Set([...POWERS, ...ENDS, 5, -5, 8388609, 16777215])];

/** RHU at every shift from -26 to 26, constant or by a scalar of either sign, with and without its CLIP. */
function shifts(): CaseBuilder[] {
  const cases: CaseBuilder[] = [];
  for (let s = -26; s <= 26; s++) {
    cases.push(askAll(record({ opcode: OP.RHU, attrs: [s, 0, 0, 0] }, [row(VALUES)])));
    const attrs = [2 * s, s > 0 ? -1 : 1, -(2 ** 23), 2 ** 23];
    cases.push(askAll(record({ opcode: OP.RHU, flags: 1, attrs }, [row(VALUES), row([Math.abs(s)])])));
  }
  return cases;
}

/** INTDIV of every pair of signs and magnitudes, by broadcasting a column against a row. */
function divisions(): CaseBuilder {
  const n = [-1, 0, 1, 2, 7, 2 ** 21, 2 ** 24, ...ENDS];
  const column: IntTensor = { ...row(n), rows: n.length, cols: 1 };
  const d = row([-3, -1, 0, 1, 2, 3, 7, 2 ** 24, ...ENDS]);
  return askAll(record({ opcode: OP.INTDIV, rows: n.length, cols: d.cols }, [column, d]));
}

/** Indexes below, at and above the ends of a table. */
function lookUps(): CaseBuilder {
  const table = row(Array.from({ length: 256 }, (_, i) => 1000 - i));
  return askAll(record({ opcode: OP.LUT }, [row([...ENDS, -1, 0, 1, 15, 16, 254, 255, 256, 257]), table]));
}

/** The smallest shift for maxima and limits around powers of two, for limits nothing fits under, too. */
function norms(): CaseBuilder[] {
  return [-1, 0, 1, 127, 511, 2 ** 31].flatMap((limit) =>
    [-5, 0, 1, 127, 128, 2 ** 16, 2 ** 24, 2 ** 31 - 1, -(2 ** 31)].map((max) =>
      askAll(record({ opcode: OP.EXPNORM, attrs: [limit] }, [row([max])])),
    ),
  );
}

/** Contractions of extreme operands, -128 included, in all four orientations, longer than one chunk by one. */
function contractions(): CaseBuilder[] {
  const fill = (rows: number, cols: number, value: number): IntTensor => ({
    name: "full",
    rows,
    cols,
    dtype: "int8",
    data: new Int8Array(rows * cols).fill(value),
  });
  return [0, 1, 2, 3].flatMap((way) => {
    const [ta, tb] = [way & 1, way >> 1];
    return [-128, 127].map((value) => {
      const x = ta ? fill(33, 2, value) : fill(2, 33, value);
      const y = tb ? fill(3, 33, -128) : fill(33, 3, -128);
      return askAll(record({ opcode: OP.MATMUL, rows: 2, cols: 3, attrs: [ta, tb] }, [x, y]));
    });
  });
}

/** Maxima of negative numbers next to padding: padding is not a value. */
function maxima(): CaseBuilder[] {
  const x: IntTensor = { name: "negative", rows: 17, cols: 18, dtype: "int8", data: new Int8Array(17 * 18).fill(-128) };
  const shape = { rows: 2, cols: 2 };
  return [
    askAll(record({ opcode: OP.TILEMAX, ...shape }, [x])),
    askAll(record({ opcode: OP.TILEMAXABS, ...shape }, [x])),
    askAll(record({ opcode: OP.ROWMAX16, rows: 17, cols: 2 }, [x])),
    askAll(record({ opcode: OP.ROWSUM16, rows: 17, cols: 2 }, [x])),
  ];
}

function numbered(rows: number, cols: number): IntTensor {
  const data = Int32Array.from({ length: rows * cols }, (_, i) => i + 1);
  return { name: "numbered", rows, cols, dtype: "int32", data };
}

/** Images moved by every offset that reaches 1, 3 and 127 can draw, in one pixel to many and one channel to three. */
function moves(): CaseBuilder[] {
  return [1, 3, 127].flatMap((reach) =>
    [
      [1, 1, 1],
      [1, 5, 3],
      [4, 1, 2],
      [3, 4, 1],
    ].map(([height, width, channels]) => {
      const cols = height! * width! * channels!;
      const attrs = [2, 0, reach, height!, width!, channels!];
      return askAll(record({ opcode: OP.DATALOAD, rows: 18, cols, attrs }, [numbered(7, cols + 3)]));
    }),
  );
}

/** Patches of kernels that fit into the image, just do, and do not; several images below each other. */
function patches(): CaseBuilder[] {
  return [1, 3, 5].flatMap((kernel) =>
    [
      [1, 1],
      [1, 4],
      [3, 3],
      [6, 2],
    ].map(([height, width]) => {
      const x = numbered(2 * height! * width!, 2);
      const attrs = [height!, width!, kernel];
      return askAll(record({ opcode: OP.IM2COL, rows: x.rows, cols: kernel * kernel * 2, attrs }, [x]));
    }),
  );
}

/** Windows in which one place is the largest, all are equal, or keys saturate; winners and losers of the backward pass. */
function windows(): CaseBuilder[] {
  const attrs = [4, 6];
  const flat = (value: number): IntTensor => ({ ...numbered(24, 2), data: new Int32Array(48).fill(value) });
  const tensors = [numbered(24, 2), flat(0), ...ENDS.map(flat)];
  tensors.push({ ...numbered(24, 2), data: Int32Array.from({ length: 48 }, (_, i) => -((i * 29) % 48)) });
  return tensors.flatMap((x) => [
    askAll(record({ opcode: OP.POOLKEY, attrs }, [x])),
    askAll(record({ opcode: OP.POOLMAX, rows: 6, attrs }, [x, x])),
    askAll(record({ opcode: OP.POOLMAX, rows: 6, attrs }, [x, tensors[0]!])),
    askAll(
      record({ opcode: OP.UNPOOL, rows: 24, attrs }, [numbered(6, 2), x, { ...x, rows: 6, data: x.data.slice(0, 12) }]),
    ),
  ]);
}

/** Parts of one tile and of three, as many as rows of a tile and more; extreme operands. */
function parts(): CaseBuilder[] {
  return [
    [2, 16],
    [3, 48],
    [18, 16],
  ].map(([count, height]) => {
    const rows = count! * height!;
    const data = Int8Array.from({ length: rows * 3 }, (_, i) => (i % 7 === 0 ? -128 : (i % 251) - 125));
    const x: IntTensor = { name: "parts", rows, cols: 3, dtype: "int8", data };
    const y: IntTensor = { ...x, cols: 2, data: data.slice(0, rows * 2) };
    return askAll(record({ opcode: OP.MATMUL, rows: 3 * count!, cols: 2, attrs: [1, 0, count!] }, [x, y]));
  });
}

/** The cases at which implementations of the table are known to part ways. */
export function edgeCases(): CaseBuilder[] {
  return [
    ...shifts(),
    divisions(),
    lookUps(),
    ...norms(),
    ...contractions(),
    ...maxima(),
    ...moves(),
    ...patches(),
    ...windows(),
    ...parts(),
  ];
}

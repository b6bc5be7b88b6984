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

/** The cases at which implementations of the table are known to part ways. */
export function edgeCases(): CaseBuilder[] {
  return [...shifts(), divisions(), lookUps(), ...norms(), ...contractions(), ...maxima()];
}

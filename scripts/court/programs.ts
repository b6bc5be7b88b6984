import { readFileSync } from "node:fs";
import {
  compileProgram,
  type IntTensor,
  initialState,
  type Program,
  parseProgram,
  x24Digits,
  x24DigitsCnn,
} from "@assay/exact";
import { keccak256, toHex } from "viem";
import type { Task } from "../../test/dispute/support/run.ts";
import { loadDigits, packDigits } from "../lib/digits.ts";

const DEFAULT_STEPS = 1_024;
const DIGIT_PIXELS = 784;
const DIGIT_ROWS = 8_000;

const SMALL = {
  format: "assay-program",
  version: 1,
  kind: "train",
  name: "small-mlp-20-18-3",
  input: { features: 20, bits: 5, rows: 64 },
  layers: [
    { type: "dense", units: 18, activation: "relu", weightBits: 9, weightExponent: 10 },
    { type: "dense", units: 3, activation: "softmax", weightBits: 9, weightExponent: 9 },
  ],
  loss: "softmax-cross-entropy",
  optimizer: { type: "sgd", rateExponent: -1, halveAtPercent: [60] },
  batchSize: 4,
  steps: 64,
  segmentLength: 4,
};

const NAMED: Readonly<Record<string, () => Program>> = {
  digits: x24Digits,
  "digits-cnn": x24DigitsCnn,
  small: () => parseProgram(SMALL),
};

/**
 * A program with data to run on: the handwritten digits where they fit its input, made-up rows elsewhere.
 * @throws with what was found and wanted if there is no such program
 */
export function loadTask(name: string, steps: number | undefined, seed: number): { program: Program; task: Task } {
  const whole = NAMED[name]?.() ?? readProgram(name);
  const program = parseProgram({ ...whole, steps: steps ?? Math.min(whole.steps, DEFAULT_STEPS) });
  const compiled = compileProgram(program);
  const dataset = fitsDigits(program)
    ? packDigits(loadDigits().train, program.input.bits)
    : makeRows(compiled.consts[0]!, program.input);
  const start = initialState(compiled, keccak256(toHex(`court ${seed}`)));
  return { program, task: { compiled, dataset, start } };
}

function readProgram(path: string): Program {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const wanted = `wanted ${Object.keys(NAMED).join(", ")} or the path of a program file`;
    throw new Error(`found --program ${path}, which is no file here; ${wanted}`, { cause });
  }
  try {
    return parseProgram(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`found ${path}, which is no program: ${reason}; docs/spec/exact.md says what one looks like`, {
      cause,
    });
  }
}

function fitsDigits({ input, layers }: Program): boolean {
  const classes = layers.at(-1);
  return (
    input.features === DIGIT_PIXELS && input.rows === DIGIT_ROWS && classes?.type === "dense" && classes.units === 10
  );
}

/** Rows that differ and look like data: features in the range of their bits, then one class out of all. */
function makeRows(spec: { rows: number; cols: number }, { features, bits }: Program["input"]): IntTensor {
  const { rows, cols } = spec;
  const data = new Int8Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < features; col++) data[row * cols + col] = (row * 7 + col * 13 + row * col) % 2 ** bits;
    if (cols > features) data[row * cols + features + (row % (cols - features))] = 1;
  }
  return { name: "dataset", rows, cols, dtype: "int8", data };
}

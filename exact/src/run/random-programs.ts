import { tensorRoot } from "../commit/tensor.ts";
import { initialState } from "../data/init.ts";
import { ExactError } from "../errors.ts";
import { type CompiledProgram, compileProgram } from "../program/compile.ts";
import { OP, OP_NAME } from "../program/opcodes.ts";
import { type Program, parseProgram } from "../program/schema.ts";
import { seed } from "../testing.ts";
import type { Hex, IntTensor } from "../types.ts";
import type { Backend } from "./backend.ts";
import { constTensors, referenceStep } from "./reference.ts";
import { runProgram } from "./run.ts";

/** Helpers of this package's own tests; nothing else imports this file. */

/** Deterministic integers; not for anything but tests. */
class Dice {
  private state: number;

  constructor(start: number) {
    this.state = (start * 2654435761 + 12345) >>> 0;
  }

  /** An integer in low..high. */
  roll(low: number, high: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return low + Math.floor((this.state / 2 ** 32) * (high - low + 1));
  }

  pick<T>(values: readonly T[]): T {
    return values[this.roll(0, values.length - 1)]!;
  }
}

function randomLayers(dice: Dice, convolutions: number): Record<string, unknown>[] {
  const widths = () => ({
    weightBits: dice.roll(2, 9),
    weightExponent: dice.roll(0, 12),
    activationBits: dice.roll(1, 8),
  });
  const convs = Array.from({ length: convolutions }, () => {
    const kernelSize = dice.pick([3, 5]);
    return { type: "conv2d", filters: dice.roll(1, 6), kernelSize, activation: "relu", pool: 2, ...widths() };
  });
  const dense = Array.from({ length: dice.roll(0, 2 - Math.min(1, convolutions)) }, () => {
    return { type: "dense", units: dice.roll(1, 20), activation: "relu", ...widths() };
  });
  return [...convs, ...dense, { type: "dense", units: dice.roll(2, 18), activation: "softmax", ...widths() }];
}

function randomProgram(dice: Dice): unknown {
  const convolutions = dice.pick([0, 0, 1, 2]);
  const unit = 2 ** Math.max(1, convolutions);
  // Images and batches large enough, now and then, for a kernel's gradient to be a contraction in parts.
  const large = convolutions > 0 && dice.roll(0, 15) === 0;
  const [least, most] = large ? [3, 4] : [1, 3];
  const side = () => unit * dice.roll(least, most);
  const image = { height: side(), width: side(), channels: dice.roll(1, 3) };
  const size = image.height * image.width * image.channels;
  const moved = convolutions > 0 || dice.roll(0, 1) === 1;
  const input = { features: moved ? size : dice.roll(1, 40), bits: dice.roll(1, 7), rows: dice.roll(2, 30) };
  const momentum = dice.roll(0, 1) === 1 ? { momentumShift: dice.roll(1, 6) } : {};
  return {
    format: "assay-program",
    version: 1,
    kind: dice.pick(["train", "train", "train", "infer"]),
    input: moved ? { ...input, image, augmentShift: dice.roll(0, 3) } : input,
    layers: randomLayers(dice, convolutions),
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", rateExponent: dice.roll(-12, 2), halveAtPercent: dice.pick([[], [50]]), ...momentum },
    batchSize: 2 ** (large ? 6 : dice.roll(0, 5)),
    steps: 2,
    segmentLength: 1,
  };
}

/** Rows of any int8, labels included: the records clip them. */
function randomRows(dice: Dice, compiled: CompiledProgram): IntTensor {
  const { rows, cols } = compiled.consts[0]!;
  const wild = dice.roll(0, 3) === 0;
  const top = 2 ** compiled.program.input.bits - 1;
  const data = Int8Array.from({ length: rows * cols }, () => (wild ? dice.roll(-128, 127) : dice.roll(0, top)));
  return { name: "dataset", rows, cols, dtype: "int8", data };
}

async function roots(compiled: CompiledProgram, dataset: IntTensor, nonce: Hex, backend: Backend): Promise<Hex[]> {
  const start = { step: 0, state: initialState(compiled, nonce), boundaries: [] };
  const out: Hex[] = [];
  await runProgram({
    compiled,
    backend,
    dataset,
    nonce,
    start,
    onSegment: ({ state }) => void out.push(...state.map(tensorRoot)),
  });
  return out;
}

function referenceRoots(compiled: CompiledProgram, dataset: IntTensor, nonce: Hex): Hex[] {
  const consts = constTensors(compiled, dataset);
  const out: Hex[] = [];
  let states = initialState(compiled, nonce);
  for (const step of [0, 1]) {
    states = referenceStep(compiled, { states, consts, nonce, step });
    out.push(...states.map(tensorRoot));
  }
  return out;
}

export interface Tally {
  /** Programs that ran, and programs that the compiler refused because of a bound or cap. */
  ran: number;
  refused: number;
  /** Of those that ran: with convolutions, with moved images, with a contraction in parts. */
  convolutional: number;
  moved: number;
  parts: number;
  /** Names of the opcodes that ran, sorted. */
  opcodes: string[];
  /** "number of the program: back end" for each whose states are not those of the reference. */
  different: string[];
}

function compileOrRefuse(program: Program): CompiledProgram | undefined {
  try {
    return compileProgram(program);
  } catch (error) {
    if (error instanceof ExactError && /EX-00[234]/.test(error.code)) return undefined;
    throw error;
  }
}

/** Runs random programs number `from`, `from` + 1, … until `count` have run, on the reference and the back ends. */
export async function compareRandomPrograms(from: number, count: number, backends: readonly Backend[]): Promise<Tally> {
  const tally: Tally = { ran: 0, refused: 0, convolutional: 0, moved: 0, parts: 0, opcodes: [], different: [] };
  const opcodes = new Set<string>();
  for (let n = from; tally.ran < count; n++) {
    const dice = new Dice(n);
    const compiled = compileOrRefuse(parseProgram(randomProgram(dice)));
    if (!compiled) {
      tally.refused++;
      continue;
    }
    const dataset = randomRows(dice, compiled);
    const nonce = seed(n);
    const wanted = referenceRoots(compiled, dataset, nonce).join();
    for (const backend of backends) {
      const found = await roots(compiled, dataset, nonce, backend);
      if (found.join() !== wanted) tally.different.push(`${n}: ${backend.name}`);
    }
    const { records } = compiled.phases[0]!;
    for (const { opcode } of records) opcodes.add(OP_NAME[opcode]);
    if (compiled.program.layers[0]!.type === "conv2d") tally.convolutional++;
    if (records.some(({ opcode, attrs }) => opcode === OP.DATALOAD && (attrs[2] ?? 0) > 0)) tally.moved++;
    if (records.some(({ opcode, attrs }) => opcode === OP.MATMUL && (attrs[2] ?? 0) > 1)) tally.parts++;
    tally.ran++;
  }
  return { ...tally, opcodes: [...opcodes].sort() };
}

import { segmentCount } from "../commit/run.ts";
import type { Hex, IntTensor, TensorSpec } from "../types.ts";
import { type Bound, checkRecords } from "./bounds.ts";
import { LUT_ONE, softmaxTable } from "./lut.ts";
import { OP } from "./opcodes.ts";
import { classCount, type StepPlan, stateSpecs } from "./plan.ts";
import { hashPhases, type OpRecord, type Phase, sealPhase } from "./records.ts";
import type { Program } from "./schema.ts";
import { buildStep } from "./step.ts";

/** A program turned into what a job commits to (records, phases, hash) and what an executor needs. */
export interface CompiledProgram {
  program: Program;
  programHash: Hex;
  phases: readonly Phase[];
  /** Records of the first phase; later phases differ only in the update shifts. */
  records: readonly OpRecord[];
  states: readonly TensorSpec[];
  /** Constant 0 is the data set; constant 1, for training, is the softmax table. */
  consts: readonly TensorSpec[];
  /** Constants whose content the program fixes, by constant index. */
  tables: ReadonlyMap<number, IntTensor>;
  steps: number;
  segmentLength: number;
  /** M of DSP-10. */
  segments: number;
  /** Which state tensor is the job's output (DSP-13). */
  outIdx: number;
  bounds: readonly Bound[];
  estimate: { macsPerStep: number; bytes: number };
  /** Per phase, the constants the fast executor works with. */
  plans: readonly StepPlan[];
}

function constSpecs(program: Program): { specs: (TensorSpec & { fixed: boolean })[]; tables: Map<number, IntTensor> } {
  const { rows, features, bits } = program.input;
  const cols = features + classCount(program);
  const specs: (TensorSpec & { fixed: boolean })[] = [
    { name: "dataset", rows, cols, dtype: "int8", range: [0, 2 ** bits - 1], fixed: false },
  ];
  const tables = new Map<number, IntTensor>();
  if (program.kind === "train") {
    const table = softmaxTable();
    specs.push({ name: table.name, rows: 1, cols: table.cols, dtype: "int16", range: [0, LUT_ONE], fixed: true });
    tables.set(1, table);
  }
  return { specs, tables };
}

/** First steps of the phases: one phase per learning rate; a phase that would be empty is left out. */
function phaseStarts(program: Program): { firstStep: number; halvings: number }[] {
  const drops = program.kind === "train" ? program.optimizer.halveAtPercent : [];
  const starts = [0, ...drops.map((percent) => Math.floor((program.steps * percent) / 100))];
  return starts
    .map((firstStep, halvings) => ({ firstStep, halvings }))
    .filter(({ firstStep }, i) => starts[i + 1] !== firstStep);
}

/**
 * Compiles a checked program to operator records (DSP-07), phase headers and programHash (DSP-08).
 * Throws ExactError EX-002..EX-006 if any record's worst case is not provably exact in binary32.
 */
export function compileProgram(program: Program): CompiledProgram {
  const { specs, tables } = constSpecs(program);
  const starts = phaseStarts(program);
  const built = starts.map(({ halvings }) => buildStep(program, halvings));
  const plans = built.map((step) => step.plan);
  const states = stateSpecs(program, plans[0]!);
  const bounds = built.flatMap((step, phase) => checkRecords(step.records, { states, consts: specs }, phase));
  const phases = built.map((step, i) => sealPhase(starts[i]!.firstStep, step.records, step.stateOut));
  const records = phases[0]!.records;
  const macsPerStep = records
    .filter((record) => record.opcode === OP.MATMUL)
    .reduce(
      (sum, { rows, cols, inputs: [a], attrs }) => sum + rows * cols * (attrs[0] ? a!.rows / (attrs[2] || 1) : a!.cols),
      0,
    );
  const elements = [...states, ...specs].reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  return {
    program,
    programHash: hashPhases(phases),
    phases,
    records,
    states,
    consts: specs,
    tables,
    steps: program.steps,
    segmentLength: program.segmentLength,
    segments: segmentCount(program.steps, program.segmentLength),
    outIdx: program.kind === "train" ? 0 : states.length - 1,
    bounds,
    estimate: { macsPerStep, bytes: elements * 4 },
    plans,
  };
}

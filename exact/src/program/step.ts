import type { DType, TensorSpec } from "../types.ts";
import { dtypeFor, RecordBuilder, widestGradient } from "./builder.ts";
import { LOGIT_BITS, LUT_ONE, LUT_SIZE } from "./lut.ts";
import { OP, ORDER } from "./opcodes.ts";
import { KIND, type Operand, type OpRecord, UNCHANGED } from "./records.ts";
import type { Program } from "./schema.ts";

/** Bits of a master weight without its sign. */
export const MASTER_BITS = 22;
const UPDATE_LIMIT = 2 ** 23;
const LOGIT_LIMIT = 32767;

/** What the fast executor needs to know of one layer; the same numbers stand in the records. */
export interface LayerPlan {
  inputs: number;
  units: number;
  /** |master| never exceeds this, so that the quantised weight needs no clip. */
  masterLimit: number;
  weightLimit: number;
  weightShift: number;
  /** Largest activation behind this layer's ReLU; 0 for the last layer. */
  activationLimit: number;
  gradientLimit: number;
  /** A-priori bound of the layer's weight gradient. */
  updateBound: number;
  /** Update shift = updateShift - (activation shifts before) - (gradient shifts behind). */
  updateShift: number;
}

export interface StepPlan {
  layers: LayerPlan[];
  inputLimit: number;
  /** Logit shift = logitShift - (all activation shifts). */
  logitShift: number;
  probability: number;
}

interface StepRecords {
  records: OpRecord[];
  stateOut: number[];
  plan: StepPlan;
}

/** Derives every constant of a step from the program; `halvings` = how often the rate has halved. */
export function planStep(program: Program, halvings: number): StepPlan {
  const { layers, batchSize, input } = program;
  const inputLimit = 2 ** input.bits - 1;
  const plans: LayerPlan[] = [];
  let exponent = input.bits;
  layers.forEach((layer, l) => {
    const inputs = l === 0 ? input.features : layers[l - 1]!.units;
    const operand = l === 0 ? inputLimit : plans[l - 1]!.activationLimit;
    const weightLimit = 2 ** layer.weightBits - 1;
    const backward = l === 0 ? 0 : layer.units * weightLimit;
    const gradientLimit =
      layer.gradientBits === undefined ? widestGradient([batchSize * operand, backward]) : 2 ** layer.gradientBits - 1;
    plans.push({
      inputs,
      units: layer.units,
      masterLimit: 2 ** MASTER_BITS - 2 ** (MASTER_BITS - 1 - layer.weightBits) - 1,
      weightLimit,
      weightShift: MASTER_BITS - layer.weightBits,
      activationLimit: l === layers.length - 1 ? 0 : 2 ** layer.activationBits - 1,
      gradientLimit,
      updateBound: batchSize * operand * gradientLimit,
      updateShift: exponent,
    });
    exponent += layer.weightExponent;
  });
  const probability = plans.at(-1)!.gradientLimit;
  const rate = program.optimizer.rateExponent - halvings;
  let behind = Math.log2(probability + 1);
  for (let l = layers.length - 1; l >= 0; l--) {
    const { weightBits, weightExponent } = layers[l]!;
    plans[l]!.updateShift += behind + Math.log2(batchSize) - rate - MASTER_BITS + weightBits - weightExponent;
    behind += weightExponent;
  }
  return { layers: plans, inputLimit, logitShift: exponent - LOGIT_BITS, probability };
}

/** The state tensors of a program: one master matrix per layer and, for inference, the list of logits. */
export function stateSpecs(program: Program, plan: StepPlan): TensorSpec[] {
  const masters = plan.layers.map(
    (layer, l): TensorSpec => ({
      name: `weights${l + 1}`,
      rows: layer.inputs,
      cols: layer.units,
      dtype: "int32",
      range: [-layer.masterLimit, layer.masterLimit],
    }),
  );
  if (program.kind === "train") return masters;
  const classes = plan.layers.at(-1)!.units;
  const rows = program.steps * program.batchSize;
  const range = [-LOGIT_LIMIT, LOGIT_LIMIT] as const;
  return [...masters, { name: "logits", rows, cols: classes, dtype: "int16", range, listRows: program.batchSize }];
}

function classCount(program: Program): number {
  return program.layers.at(-1)!.units;
}

function load(b: RecordBuilder, program: Program, column: number, cols: number, limit: number, note: string): Operand {
  const { rows, features } = program.input;
  const data: Operand = { kind: KIND.CONST, idx: 0, dtype: "int8", rows, cols: features + classCount(program) };
  const order = program.kind === "train" ? ORDER.SAMPLED : ORDER.SEQUENTIAL;
  const out = { dtype: "int8" as DType, rows: program.batchSize, cols };
  const raw = b.push(OP.DATALOAD, out, [data], [column, order], `load ${note}`);
  return b.clip(raw, 0, limit, `bound ${note}`);
}

interface Forward {
  masters: Operand[];
  weights: Operand[];
  /** Input of each layer. */
  inputs: Operand[];
  /** Sum of the shifts before each layer; undefined before the first. */
  shifts: (Operand | undefined)[];
  logits: Operand;
}

function forward(b: RecordBuilder, plan: StepPlan, features: Operand): Forward {
  const masters: Operand[] = [];
  const weights: Operand[] = [];
  plan.layers.forEach((layer, l) => {
    const state: Operand = { kind: KIND.STATE, idx: l, dtype: "int32", rows: layer.inputs, cols: layer.units };
    const name = `weights${l + 1}`;
    masters.push(b.clip(state, -layer.masterLimit, layer.masterLimit, `bound ${name}`));
    weights.push(b.shift(masters[l]!, dtypeFor(layer.weightLimit), `quantise ${name}`, { shift: layer.weightShift }));
  });
  const inputs = [features];
  const shifts: (Operand | undefined)[] = [undefined];
  plan.layers.slice(0, -1).forEach((layer, l) => {
    const name = `layer${l + 1}`;
    const z = b.matmul(inputs[l]!, weights[l]!, {}, `${name} forward`);
    const max = b.maximum(z, OP.TILEMAX, `${name} largest`);
    const scalar = b.normalise(max, layer.activationLimit, `${name} shift`);
    const limits = [0, layer.activationLimit] as const;
    inputs.push(b.shift(z, dtypeFor(layer.activationLimit), `${name} relu`, { shift: 0, scalar, limits }));
    shifts.push(b.exponents([shifts[l], scalar], `${name} shift sum`));
  });
  const last = plan.layers.length - 1;
  const z = b.matmul(inputs[last]!, weights[last]!, {}, `layer${last + 1} forward`);
  const logits = b.shift(z, "int16", "logits", {
    shift: plan.logitShift,
    scalar: shifts[last],
    sign: -1,
    limits: [-LOGIT_LIMIT, LOGIT_LIMIT],
  });
  return { masters, weights, inputs, shifts, logits };
}

/** Gradient of softmax cross-entropy at the logits, in units of 1 / (probability + 1). */
function softmaxGradient(b: RecordBuilder, plan: StepPlan, logits: Operand, labels: Operand): Operand {
  const table: Operand = { kind: KIND.CONST, idx: 1, dtype: "int16", rows: 1, cols: LUT_SIZE };
  const classes = plan.layers.at(-1)!.units;
  const largest = b.rows(logits, OP.ROWMAX16, "int16", "row maximum");
  const distance = b.binary(OP.SUB, largest, logits, "distance to maximum");
  const power = b.push(OP.LUT, { ...distance, dtype: "int16" }, [distance, table], [], "exponential");
  const raw = b.rows(power, OP.ROWSUM16, "int32", "row sum");
  // The row maximum contributes LUT_ONE, so this clip changes nothing; it lets the checker prove the division.
  const sum = b.clip(raw, LUT_ONE, LUT_ONE * classes, "bound row sum");
  const scaled = b.push(OP.MULC, { ...power, dtype: "int32" }, [power], [plan.probability], "scale");
  const half = b.shift(sum, "int32", "half of row sum", { shift: 1 });
  const rounded = b.binary(OP.ADD, scaled, half, "add half");
  const quotient = b.binary(OP.INTDIV, rounded, sum, "divide");
  const q = b.clip(quotient, 0, plan.probability, "probability", "int16");
  const target = b.push(OP.MULC, { ...labels, dtype: "int16" }, [labels], [plan.probability], "target");
  return b.binary(OP.SUB, q, target, "output gradient", "int16");
}

function backward(b: RecordBuilder, plan: StepPlan, pass: Forward, output: Operand): number[] {
  const stateOut: number[] = [];
  let gradient = output;
  let behind: Operand | undefined;
  for (let l = plan.layers.length - 1; l >= 0; l--) {
    const layer = plan.layers[l]!;
    const name = `layer${l + 1}`;
    const dw = b.matmul(pass.inputs[l]!, gradient, { ta: true }, `${name} weight gradient`);
    const scalar = b.exponents([pass.shifts[l], behind], `${name} update shift`);
    const limits = [-UPDATE_LIMIT, UPDATE_LIMIT] as const;
    const update = b.shift(dw, "int32", `${name} update`, { shift: layer.updateShift, scalar, sign: -1, limits });
    const next = b.binary(OP.SUB, pass.masters[l]!, update, `${name} descend`);
    stateOut[l] = b.clip(next, -layer.masterLimit, layer.masterLimit, `${name} new weights`).idx;
    if (l === 0) break;
    const limit = plan.layers[l - 1]!.gradientLimit;
    const dx = b.matmul(gradient, pass.weights[l]!, { tb: true }, `${name} input gradient`);
    const masked = b.binary(OP.MASKGT0, dx, pass.inputs[l]!, `${name} relu mask`);
    const max = b.maximum(masked, OP.TILEMAXABS, `${name} largest gradient`);
    const shift = b.normalise(max, limit, `${name} gradient shift`);
    const requantised = { shift: 0, scalar: shift, limits: [-limit, limit] as const };
    gradient = b.shift(masked, dtypeFor(limit), `${name} gradient`, requantised);
    behind = b.exponents([behind, shift], `${name} gradient shift sum`);
  }
  return stateOut;
}

/** The records of one step under the learning rate that holds after `halvings` halvings. */
export function buildStep(program: Program, halvings: number): StepRecords {
  const plan = planStep(program, halvings);
  const b = new RecordBuilder();
  const { features } = program.input;
  const x = load(b, program, 0, features, plan.inputLimit, "features");
  if (program.kind === "train") {
    const y = load(b, program, features, classCount(program), 1, "labels");
    const pass = forward(b, plan, x);
    const gradient = softmaxGradient(b, plan, pass.logits, y);
    return { records: b.records, stateOut: backward(b, plan, pass, gradient), plan };
  }
  const pass = forward(b, plan, x);
  const list: Operand = { ...pass.logits, kind: KIND.STATE, idx: plan.layers.length };
  const chain = b.push(OP.CHAIN, pass.logits, [list, pass.logits], [], "append logits");
  return { records: b.records, stateOut: [...plan.layers.map(() => UNCHANGED), chain.idx], plan };
}

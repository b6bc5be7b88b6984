import type { DType } from "../types.ts";
import { dtypeFor, RecordBuilder } from "./builder.ts";
import * as conv from "./convolution.ts";
import { LUT_ONE, LUT_SIZE } from "./lut.ts";
import { OP, ORDER } from "./opcodes.ts";
import { classCount, type LayerPlan, LOGIT_LIMIT, planStep, type StepPlan } from "./plan.ts";
import { KIND, type Operand, type OpRecord, UNCHANGED } from "./records.ts";
import type { Program } from "./schema.ts";
import { applyUpdate } from "./update.ts";

interface StepRecords {
  records: OpRecord[];
  stateOut: number[];
  plan: StepPlan;
}

/** Attributes of the DATALOAD that reads the features: column offset, order and, in training, augmentation. */
function featureAttrs({ input, kind }: Program): number[] {
  if (kind === "infer") return [0, ORDER.SEQUENTIAL];
  if (!input.image || input.augmentShift === 0) return [0, ORDER.SAMPLED];
  const { height, width, channels } = input.image;
  return [0, ORDER.SAMPLED, input.augmentShift, height, width, channels];
}

function load(b: RecordBuilder, program: Program, attrs: number[], cols: number, limit: number, note: string): Operand {
  const { rows, features } = program.input;
  const data: Operand = { kind: KIND.CONST, idx: 0, dtype: "int8", rows, cols: features + classCount(program) };
  const out = { dtype: "int8" as DType, rows: program.batchSize, cols };
  const raw = b.push(OP.DATALOAD, out, [data], attrs, `load ${note}`);
  return b.clip(raw, 0, limit, `bound ${note}`);
}

/** What the backward pass needs of one layer's forward pass. */
interface Trace {
  master: Operand;
  weights: Operand;
  /** The layer's input as its product reads it: [batch x width], or the patches of a convolution. */
  operand: Operand;
  /** The layer's input as the layer before it gave it. */
  input: Operand;
  pooled?: conv.Pooled;
  /** Sum of the shifts before this layer; undefined before the first. */
  shifts: Operand | undefined;
}

function layerWeights(b: RecordBuilder, layer: LayerPlan, l: number): Pick<Trace, "master" | "weights"> {
  const state: Operand = { kind: KIND.STATE, idx: l, dtype: "int32", rows: layer.inputs, cols: layer.units };
  const name = `weights${l + 1}`;
  const master = b.clip(state, -layer.masterLimit, layer.masterLimit, `bound ${name}`);
  const by = { shift: layer.weightShift };
  return { master, weights: b.shift(master, dtypeFor(layer.weightLimit), `quantise ${name}`, by) };
}

function forward(b: RecordBuilder, plan: StepPlan, features: Operand): { traces: Trace[]; logits: Operand } {
  const traces: Trace[] = [];
  const kernels = plan.layers.map((layer, l) => layerWeights(b, layer, l));
  let at = features;
  let shifts: Operand | undefined;
  for (const [l, layer] of plan.layers.entries()) {
    const name = `layer${l + 1}`;
    const { weights } = kernels[l]!;
    const operand = layer.conv
      ? conv.patches(b, at, layer.conv, name)
      : b.reshape(at, features.rows, layer.width, `${name} flatten`);
    const z = b.matmul(operand, weights, {}, `${name} forward`);
    const pooled = layer.conv ? conv.pool(b, z, layer.conv, name) : undefined;
    traces.push({ ...kernels[l]!, operand, input: at, shifts, ...(pooled ? { pooled } : {}) });
    if (l === plan.layers.length - 1) {
      const by = { shift: plan.logitShift, scalar: shifts, sign: -1, limits: [-LOGIT_LIMIT, LOGIT_LIMIT] } as const;
      return { traces, logits: b.shift(z, "int16", "logits", by) };
    }
    const sum = pooled?.max ?? z;
    const scalar = b.normalise(b.maximum(sum, OP.TILEMAX, `${name} largest`), layer.activationLimit, `${name} shift`);
    const limits = [0, layer.activationLimit] as const;
    at = b.shift(sum, dtypeFor(layer.activationLimit), `${name} relu`, { shift: 0, scalar, limits });
    shifts = b.exponents([shifts, scalar], `${name} shift sum`);
  }
  throw new RangeError("unreachable: a program has a last layer");
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

function backward(b: RecordBuilder, plan: StepPlan, traces: readonly Trace[], output: Operand): number[] {
  const stateOut: number[] = [];
  let gradient = output;
  let behind: Operand | undefined;
  for (let l = plan.layers.length - 1; l >= 0; l--) {
    const layer = plan.layers[l]!;
    const trace = traces[l]!;
    const name = `layer${l + 1}`;
    if (layer.conv) gradient = conv.unpool(b, gradient, trace.pooled!, name);
    const dw = layer.conv
      ? conv.weightGradient(b, trace.operand, gradient, layer, name)
      : b.matmul(trace.operand, gradient, { ta: true }, `${name} weight gradient`);
    const scalar = b.exponents([trace.shifts, behind], `${name} update shift`);
    const updated = applyUpdate(b, plan, l, trace.master, { dw, scalar });
    updated.forEach((value, k) => {
      stateOut[l + k * plan.layers.length] = value.idx;
    });
    if (l === 0) break;
    const limit = plan.layers[l - 1]!.gradientLimit;
    const product = layer.conv
      ? conv.inputGradient(b, gradient, trace.weights, layer.conv, name)
      : b.matmul(gradient, trace.weights, { tb: true }, `${name} input gradient`);
    const dx = b.reshape(product, trace.input.rows, trace.input.cols, `${name} unflatten`);
    const masked = b.binary(OP.MASKGT0, dx, trace.input, `${name} relu mask`);
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
  const x = load(b, program, featureAttrs(program), features, plan.inputLimit, "features");
  if (program.kind === "train") {
    const y = load(b, program, [features, ORDER.SAMPLED], classCount(program), 1, "labels");
    const { traces, logits } = forward(b, plan, x);
    const gradient = softmaxGradient(b, plan, logits, y);
    return { records: b.records, stateOut: backward(b, plan, traces, gradient), plan };
  }
  const { logits } = forward(b, plan, x);
  const list: Operand = { ...logits, kind: KIND.STATE, idx: plan.layers.length };
  const chain = b.push(OP.CHAIN, logits, [list, logits], [], "append logits");
  return { records: b.records, stateOut: [...plan.layers.map(() => UNCHANGED), chain.idx], plan };
}

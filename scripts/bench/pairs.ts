import {
  type CompiledProgram,
  compileProgram,
  copyMoved,
  evaluate,
  type Hex,
  type IntTensor,
  initialState,
  type LabelledImages,
  moveOf,
  type Program,
  phaseOf,
  runProgram,
  sampleDigest,
  sampleIndex,
  verifyDataset,
} from "../../exact/src/index.ts";
import { loadNodeBackend } from "../../exact/src/node.ts";
import { packDigits } from "../lib/digits.ts";
import { type FloatArm, type FloatLayer, floatAccuracy, tapeArm, twinArm } from "./float-arms.ts";
import { convolutionalTwin } from "./float-cnn.ts";

/** Milliseconds per step of one segment. */
export interface Round {
  exact: number;
  tape: number;
  twin: number;
}

/** One exact run and its float twin: held-out accuracies, times if they were asked for, what was committed. */
export interface Pair {
  exact: number;
  float: number;
  rounds: Round[];
  /** Time spent on commitments over the time of the same run without them. */
  overhead: number;
  runRoot: Hex;
  finalState: Hex;
}

export interface Bench {
  compiled: CompiledProgram;
  dataset: IntTensor;
  dataRoot: Hex;
  pair(seed: Hex, nonce: Hex, options: { timed: boolean }): Promise<Pair>;
}

interface Batch {
  features: Float32Array;
  labels: Float32Array;
}

/** Float weights equal to the exact run's start: masters times the value of one master unit. */
function floatStart(compiled: CompiledProgram, state: readonly IntTensor[]): FloatLayer[] {
  return state.slice(0, compiled.program.layers.length).map(({ rows, cols, data }, l) => {
    const { weightShift } = compiled.plans[0]!.layers[l]!;
    const unit = 2 ** -(weightShift + compiled.program.layers[l]!.weightExponent);
    return { rows, cols, data: Float32Array.from(data, (v) => v * unit) };
  });
}

/** The float twin of a program, and the tape where tfjs has the kernels for it. */
function floatArms(program: Program, layers: readonly FloatLayer[], timed: boolean) {
  const { momentumShift } = program.optimizer;
  const kernels = program.layers.flatMap((layer) => (layer.type === "conv2d" ? [layer.kernelSize] : []));
  if (kernels.length === 0) return { twin: twinArm(layers), tape: timed ? tapeArm(layers) : undefined };
  const { height: side, channels } = program.input.image!;
  const friction = momentumShift === undefined ? 0 : 1 - 2 ** -momentumShift;
  return { twin: convolutionalTwin(layers, kernels, { side, channels }, friction), tape: undefined };
}

/** Pairs of exact and float training of `program` on the digits. */
export async function createBench(
  program: Program,
  digits: { train: LabelledImages; heldOut: LabelledImages },
): Promise<Bench> {
  const compiled = compileProgram(program);
  const dataset = packDigits(digits.train, program.input.bits);
  const held = packDigits(digits.heldOut, program.input.bits);
  const { batchSize: batch } = program;
  const { features: width, image, augmentShift: reach } = program.input;

  // Drawn before the clock starts: a float user has no rows to draw by hash.
  function floatBatch(nonce: Hex, step: number): Batch {
    const features = new Float32Array(batch * width);
    const labels = new Float32Array(batch * 10);
    for (let b = 0; b < batch; b++) {
      const row = sampleIndex(nonce, step, b, dataset.rows);
      const pixels = digits.train.images[row]!;
      if (image && reach > 0)
        copyMoved(features, b * width, pixels, image, moveOf(sampleDigest(nonce, step, b), reach));
      else features.set(pixels, b * width);
      labels[b * 10 + digits.train.labels[row]!] = 1;
    }
    return { features, labels };
  }

  function train(arm: FloatArm, from: number, batches: readonly Batch[]): number {
    const began = performance.now();
    batches.forEach(({ features, labels }, i) => {
      const rate = 2 ** (program.optimizer.rateExponent - phaseOf(compiled.phases, from + i));
      arm.step(features, labels, batch, rate);
    });
    return (performance.now() - began) / batches.length;
  }

  async function pair(seed: Hex, nonce: Hex, { timed }: { timed: boolean }): Promise<Pair> {
    const backend = await loadNodeBackend("wasm");
    const state = initialState(compiled, seed);
    const layers = floatStart(compiled, state);
    const { twin, tape } = floatArms(program, layers, timed);
    const rounds: Round[] = [];
    let done = 0;
    let exactMs = 0;
    let began = performance.now();
    const result = await runProgram({
      compiled,
      backend,
      dataset,
      nonce,
      start: { step: 0, state, boundaries: [] },
      onSegment({ step }) {
        const took = performance.now() - began;
        exactMs += took;
        const batches = Array.from({ length: step - done }, (_, i) => floatBatch(nonce, done + i));
        const tapeMs = tape ? train(tape, done, batches) : 0;
        rounds.push({ exact: took / batches.length, tape: tapeMs, twin: train(twin, done, batches) });
        done = step;
        began = performance.now();
      },
    });
    const float = floatAccuracy(twin, digits.heldOut.images, digits.heldOut.labels);
    twin.dispose();
    tape?.dispose();
    const { accuracy: exact } = await evaluate(compiled, backend, result.state, held);
    const hashMs = 1000 * result.hashSeconds;
    const overhead = hashMs / (exactMs - hashMs);
    return { exact, float, rounds, overhead, runRoot: result.runRoot, finalState: result.finalState };
  }

  return { compiled, dataset, dataRoot: (await verifyDataset(compiled, dataset)).dataRoot, pair };
}

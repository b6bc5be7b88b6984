/**
 * Exact training against float training on the digits network, side by side in one run: after every segment of the
 * exact run the float arms take as many steps on the same batches, so that a busy machine slows all three alike.
 * `--json` prints one JSON object on one line; `--steps N` shortens the run.
 */
import { parseArgs } from "node:util";
import {
  compileProgram,
  constRoots,
  dataRoot,
  evaluate,
  type Hex,
  type IntTensor,
  initialState,
  packDataset,
  parseProgram,
  phaseOf,
  type RunResult,
  runProgram,
  sampleIndex,
  X24_DIGITS_SEED,
  x24Digits,
} from "../../exact/src/index.ts";
import { loadNodeBackend } from "../../exact/src/node.ts";
import { loadDigits } from "../digits.ts";
import { type FloatArm, floatAccuracy, tapeArm, twinArm } from "./float-arms.ts";

const { values: flags } = parseArgs({
  options: { json: { type: "boolean" }, steps: { type: "string" }, nonce: { type: "string" } },
});
const nonce: Hex = `0x${(flags.nonce ?? "1").padStart(64, "0")}`;
const recipe = x24Digits();
const program = parseProgram({ ...recipe, steps: Number(flags.steps ?? recipe.steps) });
const compiled = compileProgram(program);
const { train, heldOut } = loadDigits();
const pack = ({ images, labels }: typeof train): IntTensor =>
  packDataset(images, labels, { bits: program.input.bits, classes: 10 });
const [dataset, held] = [pack(train), pack(heldOut)];
const batch = program.batchSize;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const round = (value: number, digits = 4): number => Number(value.toFixed(digits));

/** Float weights equal to the exact run's start: masters times the value of one master unit. */
function floatStart(state: readonly IntTensor[]): { rows: number; cols: number; data: Float32Array }[] {
  return state.map(({ rows, cols, data }, l) => {
    const unit = 2 ** -(compiled.plans[0]!.layers[l]!.weightShift + program.layers[l]!.weightExponent);
    return { rows, cols, data: Float32Array.from(data, (v) => v * unit) };
  });
}

/** The rows of a step as floats, in the order the nonce gives. Drawn before the clock starts: a float user has none. */
function floatBatch(step: number): { features: Float32Array; labels: Float32Array } {
  const features = new Float32Array(batch * 784);
  const labels = new Float32Array(batch * 10);
  for (let b = 0; b < batch; b++) {
    const row = sampleIndex(nonce, step, b, dataset.rows);
    features.set(train.images[row]!, b * 784);
    labels[b * 10 + train.labels[row]!] = 1;
  }
  return { features, labels };
}

function timed(arm: FloatArm, from: number, batches: readonly ReturnType<typeof floatBatch>[]): number {
  const began = performance.now();
  batches.forEach(({ features, labels }, i) => {
    const rate = 2 ** (program.optimizer.rateExponent - phaseOf(compiled.phases, from + i));
    arm.step(features, labels, batch, rate);
  });
  return (performance.now() - began) / batches.length;
}

/** Short program for the bit-equality checks: several segments and all phases, also affordable on the cpu back end. */
async function identity(): Promise<{ hashes: Record<string, Hex>; identical: boolean }> {
  const short = compileProgram(parseProgram({ ...recipe, steps: 60, segmentLength: 16 }));
  const state = initialState(short, X24_DIGITS_SEED);
  const segments: { step: number; state: IntTensor[]; stateHash: Hex }[] = [];
  const run = async (name: "cpu" | "wasm", start = { step: 0, state, boundaries: [] as Hex[] }): Promise<RunResult> =>
    runProgram({
      compiled: short,
      backend: await loadNodeBackend(name),
      dataset,
      nonce,
      start,
      onSegment: (segment) => void segments.push(segment),
    });
  const results: Record<string, RunResult> = { wasm: await run("wasm") };
  const [first, second] = segments;
  const boundaries = [first!.stateHash, second!.stateHash];
  results.repeated = await run("wasm");
  results.resumed = await run("wasm", { step: second!.step, state: second!.state, boundaries });
  results.cpu = await run("cpu");
  const all = Object.values(results).map(({ runRoot, finalState }) => runRoot + finalState);
  const hashes = Object.fromEntries(Object.entries(results).map(([name, { finalState }]) => [name, finalState]));
  return { hashes, identical: all.every((hash) => hash === all[0]) };
}

async function main(): Promise<void> {
  const { hashes, identical } = await identity();
  const backend = await loadNodeBackend("wasm");
  const start = initialState(compiled, X24_DIGITS_SEED);
  const layers = floatStart(start);
  const [tape, twin] = [tapeArm(layers), twinArm(layers)];
  const rounds: { exact: number; tape: number; twin: number }[] = [];
  let done = 0;
  let began = performance.now();
  let exactSeconds = 0;
  const result = await runProgram({
    compiled,
    backend,
    dataset,
    nonce,
    start: { step: 0, state: start, boundaries: [] },
    onSegment({ step }) {
      const exact = performance.now() - began;
      exactSeconds += exact / 1000;
      const batches = Array.from({ length: step - done }, (_, i) => floatBatch(done + i));
      rounds.push({
        exact: exact / batches.length,
        tape: timed(tape, done, batches),
        twin: timed(twin, done, batches),
      });
      done = step;
      began = performance.now();
    },
  });
  const accuracyExact = evaluate(compiled, backend, result.state, held).accuracy;
  const accuracy = (arm: FloatArm): number => floatAccuracy(layers, arm.weights(), heldOut.images, heldOut.labels);
  const facts = {
    accuracyExact: round(accuracyExact),
    accuracyFloat: round(accuracy(tape)),
    accuracyTwin: round(accuracy(twin)),
    steps: program.steps,
    msPerStepExact: round(median(rounds.map((r) => r.exact)), 3),
    msPerStepTape: round(median(rounds.map((r) => r.tape)), 3),
    msPerStepTwin: round(median(rounds.map((r) => r.twin)), 3),
    ratioTape: round(median(rounds.map((r) => r.exact / r.tape)), 3),
    ratioTwin: round(median(rounds.map((r) => r.exact / r.twin)), 3),
    commitOverhead: round(result.hashSeconds / exactSeconds),
    hashes: {
      ...hashes,
      program: compiled.programHash,
      data: dataRoot(constRoots(compiled, dataset)),
      runRoot: result.runRoot,
      finalState: result.finalState,
    },
    identical,
  };
  tape.dispose();
  twin.dispose();
  if (flags.json) console.log(JSON.stringify(facts));
  else for (const [name, value] of Object.entries(facts)) console.log(name.padEnd(16), value);
}

await main();

/**
 * Exact training against float training on the digits networks, `--model mlp` (default) or `cnn`, which stock tfjs cannot
 * train on wasm, so that it has no tape. Every pair starts from the same weights and sees the same
 * batches; seeds and nonces are counted up from 1, not chosen. In the first pair the float arms take as many steps as the
 * exact run after each of its segments, so that a busy machine slows all alike: that gives the times and their ratios.
 * `--json` prints one JSON object on one line; `--pairs N` and `--steps N` make it longer or shorter.
 */
import { parseArgs } from "node:util";
import { type Hex, parseProgram, x24Digits, x24DigitsCnn } from "../../exact/src/index.ts";
import { loadDigits } from "../lib/digits.ts";
import { checkIdentity } from "./identity.ts";
import { createBench, type Pair } from "./pairs.ts";

const { values: flags } = parseArgs({
  options: {
    json: { type: "boolean" },
    model: { type: "string", default: "mlp" },
    steps: { type: "string" },
    pairs: { type: "string" },
  },
});
/** Recipe, pairs unless told otherwise, and steps that the check of equal bits takes; cpu has no fast convolution. */
const MODELS = {
  mlp: { recipe: x24Digits, pairs: 4, checkSteps: 60 },
  cnn: { recipe: x24DigitsCnn, pairs: 3, checkSteps: 12 },
};

const numbered = (n: number): Hex => `0x${n.toString(16).padStart(64, "0")}`;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const round = (value: number, digits = 4): number => Number(value.toFixed(digits));

function accuracyFacts(pairs: readonly Pair[]) {
  const [exact, float] = [pairs.map((p) => p.exact), pairs.map((p) => p.float)];
  return {
    accuracyExact: round(mean(exact)),
    accuracyFloat: round(mean(float)),
    accuracyDifference: round(mean(exact) - mean(float), 5),
    worstExact: round(Math.min(...exact)),
    worstFloat: round(Math.min(...float)),
    pairs: pairs.map((p) => [round(p.exact), round(p.float)]),
  };
}

function timeFacts(pairs: readonly Pair[]) {
  const { rounds } = pairs[0]!;
  const tape = rounds[0]!.tape > 0;
  return {
    msPerStepExact: round(median(rounds.map((r) => r.exact)), 3),
    msPerStepTape: tape ? round(median(rounds.map((r) => r.tape)), 3) : null,
    msPerStepTwin: round(median(rounds.map((r) => r.twin)), 3),
    ratioTape: tape ? round(median(rounds.map((r) => r.exact / r.tape)), 3) : null,
    ratioTwin: round(median(rounds.map((r) => r.exact / r.twin)), 3),
    commitOverhead: round(median(pairs.map((p) => p.overhead))),
  };
}

async function main(): Promise<void> {
  if (flags.model !== "mlp" && flags.model !== "cnn") throw new RangeError(`--model ${flags.model}: use mlp or cnn`);
  const model = MODELS[flags.model];
  const recipe = model.recipe();
  const program = parseProgram({ ...recipe, steps: Number(flags.steps ?? recipe.steps) });
  const bench = await createBench(program, loadDigits());
  const { hashes, identical } = await checkIdentity(program, bench.dataset, model.checkSteps);
  const pairs: Pair[] = [];
  for (let n = 1; n <= Number(flags.pairs ?? model.pairs); n++) {
    pairs.push(await bench.pair(numbered(n), numbered(n), { timed: n === 1 }));
  }
  const { runRoot, finalState } = pairs[0]!;
  const facts = {
    ...accuracyFacts(pairs),
    steps: program.steps,
    ...timeFacts(pairs),
    hashes: { ...hashes, program: bench.compiled.programHash, data: bench.dataRoot, runRoot, finalState },
    identical,
  };
  if (flags.json) console.log(JSON.stringify(facts));
  else for (const [name, value] of Object.entries(facts)) console.log(name.padEnd(20), value);
}

await main();

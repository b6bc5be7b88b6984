/**
 * What checking a claimed step of a digits network costs, beside computing it. For every product: the check over the
 * product in plain integers. For the step: `checkStep` (products by Freivalds' check, the rest computed), the step in
 * plain integers, the step on wasm, and the bytes that a trace of it holds. Times are medians in ms, taken in turns.
 * `--model mlp` (default) or `cnn`; `--rounds N`. Prints JSON.
 */
import { parseArgs } from "node:util";
import {
  checkProduct,
  checkStep,
  compileProgram,
  constTensors,
  evaluateQuickly,
  type Hex,
  type IntTensor,
  initialState,
  isProduct,
  KIND,
  runProgram,
  x24Digits,
  x24DigitsCnn,
} from "../../exact/src/index.ts";
import { loadNodeBackend } from "../../exact/src/node.ts";
import { loadDigits, packDigits } from "../lib/digits.ts";

const { values: flags } = parseArgs({
  options: { model: { type: "string", default: "mlp" }, rounds: { type: "string", default: "7" } },
});
const nonce: Hex = `0x${"1".padStart(64, "0")}`;
const rounds = Number(flags.rounds);
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const round = (value: number): number => Number(value.toPrecision(3));

/** Median times of several things done in turns, in ms. */
function inTurns(things: (() => unknown)[]): number[] {
  const times = things.map((): number[] => []);
  for (let n = 0; n < rounds; n++) {
    things.forEach((thing, i) => {
      const began = performance.now();
      thing();
      times[i]!.push(performance.now() - began);
    });
  }
  return times.map(median);
}

async function main(): Promise<void> {
  const compiled = compileProgram({ ...(flags.model === "cnn" ? x24DigitsCnn() : x24Digits()), steps: 256 });
  const dataset = packDigits(loadDigits().train, compiled.program.input.bits);
  const scope = { states: initialState(compiled, nonce), consts: constTensors(compiled, dataset), nonce, step: 0 };
  const { records } = compiled.phases[0]!;
  const inputsOf = (op: number, values: readonly IntTensor[]): IntTensor[] => {
    const pools = { [KIND.VALUE]: values, [KIND.STATE]: scope.states, [KIND.CONST]: scope.consts };
    return records[op]!.inputs.map(({ kind, idx }) => pools[kind][idx]!);
  };
  const trace = (): IntTensor[] => {
    const out: IntTensor[] = [];
    for (const [op, record] of records.entries()) out.push(evaluateQuickly(record, inputsOf(op, out), scope));
    return out;
  };
  const values = trace();
  if (checkStep(compiled, scope, values)) throw new Error("an honest step was refused");
  const products = records.flatMap((record, op) => {
    if (!isProduct(record)) return [];
    const [x, y] = inputsOf(op, values) as [IntTensor, IntTensor];
    const [product, check] = inTurns([
      () => evaluateQuickly(record, [x, y], scope),
      () => checkProduct(record, x, y, values[op]!),
    ]) as [number, number];
    const depth = (record.attrs[0] ? x.rows : x.cols) / Math.max(1, record.attrs[2] ?? 0);
    return [{ shape: `${record.rows}x${depth}x${record.cols}`, product: round(product), check: round(check) }];
  });
  const [check, plain] = inTurns([() => checkStep(compiled, scope, values), trace]) as [number, number];
  const start = { step: 0, state: scope.states, boundaries: [] };
  const { seconds } = await runProgram({ compiled, backend: await loadNodeBackend("wasm"), dataset, nonce, start });
  console.log(
    JSON.stringify({
      model: flags.model,
      products: products.map((item) => ({ ...item, ratio: round(item.check / item.product) })),
      checkStep: round(check),
      plainStep: round(plain),
      wasmStep: round((1000 * seconds) / compiled.steps),
      traceBytes: values.reduce((sum, { data }) => sum + data.byteLength, 0),
    }),
  );
}

await main();

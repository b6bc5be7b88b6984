import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { packDataset } from "../../exact/src/data/dataset.ts";
import { splitDigits } from "../../exact/src/data/digits.ts";
import { initialState } from "../../exact/src/data/init.ts";
import { loadNodeBackend } from "../../exact/src/node.ts";
import { compileProgram } from "../../exact/src/program/compile.ts";
import { x24Digits, x24DigitsCnn } from "../../exact/src/recipes.ts";
import type { Backend } from "../../exact/src/run/backend.ts";
import { exactnessProbe, type ProbeResult } from "../../exact/src/run/probe.ts";
import { compareRandomPrograms, type Tally } from "../../exact/src/run/random-programs.ts";
import { runProgram } from "../../exact/src/run/run.ts";
import { seed } from "../../exact/src/testing.ts";

/**
 * What webgpu computes, beside what wasm and the reference do: the script that the tests of webgpu run in a process of its
 * own. Arguments: the first random program, how many, steps of the digits networks (mlp, cnn). Prints one line of JSON.
 */
export interface WebgpuCheck {
  adapter: string;
  /** Error code of loading without `allowSoftwareAdapter`. */
  refusal: string;
  probe: ProbeResult;
  wasmDigest: string;
  tally: Tally;
  /** Run root and final state by network, of webgpu and of wasm. */
  digits: { network: string; steps: number; webgpu: string[]; wasm: string[]; seconds: number }[];
}

async function runDigits(backend: Backend, network: "mlp" | "cnn", steps: number): Promise<[string[], number]> {
  const folder = dirname(createRequire(import.meta.url).resolve("mnist/package.json"));
  const classes = Array.from({ length: 10 }, (_, digit) => {
    const file = join(folder, "src", "digits", `${digit}.json`);
    return (JSON.parse(readFileSync(file, "utf8")) as { data: number[] }).data;
  });
  const { train } = splitDigits(classes);
  const recipe = network === "mlp" ? x24Digits() : x24DigitsCnn();
  const compiled = compileProgram({ ...recipe, steps, segmentLength: Math.ceil(steps / 4) });
  const dataset = packDataset(train.images, train.labels, { bits: recipe.input.bits, classes: 10 });
  const start = { step: 0, state: initialState(compiled, seed(1)), boundaries: [] };
  const { runRoot, finalState, seconds } = await runProgram({ compiled, backend, dataset, nonce: seed(2), start });
  return [[runRoot, finalState], seconds];
}

async function check(first: number, programs: number, steps: { mlp: number; cnn: number }): Promise<WebgpuCheck> {
  const refusal = await loadNodeBackend("webgpu").then(
    () => "none",
    (error: { code?: string }) => String(error.code),
  );
  const webgpu = await loadNodeBackend("webgpu", { allowSoftwareAdapter: true });
  const probe = await exactnessProbe(webgpu);
  const tally = await compareRandomPrograms(first, programs, [webgpu]);
  const wasm = await loadNodeBackend("wasm");
  const digits: WebgpuCheck["digits"] = [];
  for (const network of ["mlp", "cnn"] as const) {
    const [found, seconds] = await runDigits(webgpu, network, steps[network]);
    const [wanted] = await runDigits(wasm, network, steps[network]);
    digits.push({ network, steps: steps[network], webgpu: found, wasm: wanted, seconds });
  }
  const { digest: wasmDigest } = await exactnessProbe(wasm);
  return { adapter: webgpu.adapter ?? "", refusal, probe, wasmDigest, tally, digits };
}

const [first = 1, programs = 0, mlp = 0, cnn = 0] = process.argv.slice(2).map(Number);
console.log(JSON.stringify(await check(first, programs, { mlp, cnn })));

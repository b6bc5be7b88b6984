import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { packDataset } from "../../exact/src/data/dataset.ts";
import { splitDigits } from "../../exact/src/data/digits.ts";
import { initialState } from "../../exact/src/data/init.ts";
import { loadNodeBackend, proveEngine } from "../../exact/src/node.ts";
import { compileProgram } from "../../exact/src/program/compile.ts";
import { x24Digits, x24DigitsCnn } from "../../exact/src/recipes.ts";
import type { Backend } from "../../exact/src/run/backend.ts";
import { compareRandomPrograms } from "../../exact/src/run/random-programs.ts";
import { runProgram } from "../../exact/src/run/run.ts";
import { seed } from "../../exact/src/testing.ts";
import { TFJS_NODE_FOLDER } from "../../scripts/engines/folder.ts";

const folder = process.env.ASSAY_TFJS_NODE ?? TFJS_NODE_FOLDER;
const built = existsSync(join(folder, "built.json"));

function readDigits(): number[][] {
  const root = dirname(createRequire(import.meta.url).resolve("mnist/package.json"));
  return Array.from({ length: 10 }, (_, digit) => {
    const file = join(root, "src", "digits", `${digit}.json`);
    return (JSON.parse(readFileSync(file, "utf8")) as { data: number[] }).data;
  });
}

async function train(backend: Backend, network: "mlp" | "cnn", steps: number): Promise<string[]> {
  const { train } = splitDigits(readDigits());
  const recipe = network === "mlp" ? x24Digits() : x24DigitsCnn();
  const compiled = compileProgram({ ...recipe, steps, segmentLength: Math.ceil(steps / 4) });
  const dataset = packDataset(train.images, train.labels, { bits: recipe.input.bits, classes: 10 });
  const start = { step: 0, state: initialState(compiled, seed(1)), boundaries: [] };
  const { runRoot, finalState } = await runProgram({ compiled, backend, dataset, nonce: seed(2), start });
  return [runRoot, finalState];
}

test("tfjs-node on TensorFlow's own library gives the bits of wasm; where it was not built, it says what is missing", async (t) => {
  if (!built) {
    t.diagnostic("tfjs-node was not built here (npm run engine:tfjs-node): only its refusal was tested");
    await assert.rejects(loadNodeBackend("tfjs-node", { folder }), {
      code: "EX-020",
      found: `no package @tensorflow/tfjs-node in ${folder}`,
    });
    return;
  }
  const wanted = await proveEngine("wasm");
  const { adapter, digest } = await proveEngine("tfjs-node", { folder });
  t.diagnostic(`tfjs-node: ${adapter}`);
  assert.match(adapter ?? "", /^TensorFlow \d/);
  assert.equal(digest, wanted.digest);
  const tensorflow = await loadNodeBackend("tfjs-node", { folder });
  const wasm = await loadNodeBackend("wasm");
  const tally = await compareRandomPrograms(1, 12, [tensorflow]);
  assert.deepEqual(tally.different, []);
  assert.equal(tally.ran, 12);
  for (const [network, steps] of [["mlp", 60] as const, ["cnn", 6] as const]) {
    assert.deepEqual(await train(tensorflow, network, steps), await train(wasm, network, steps), network);
  }
});

test("a package that is there without its addon is named as the reason", async () => {
  const empty = mkdtempSync(join(tmpdir(), "assay-engine-"));
  const home = join(empty, "node_modules", "@tensorflow", "tfjs-node-gpu");
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), JSON.stringify({ name: "@tensorflow/tfjs-node-gpu", main: "index.js" }));
  writeFileSync(join(home, "index.js"), 'throw new Error("the addon tfjs_binding.node can not be found\\nmore");');
  try {
    await assert.rejects(loadNodeBackend("tfjs-node-gpu", { folder: empty }), {
      code: "EX-020",
      found: "the addon tfjs_binding.node can not be found",
    });
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
});

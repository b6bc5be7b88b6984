import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ExactError } from "../errors.ts";
import type { BackendName } from "../run/backend-names.ts";
import { chooseEngine, ENGINES, type ProvenEngine } from "./choose.ts";

/** A folder in which both packages of TensorFlow's engine are installed. */
function packages(t: { after(run: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), "assay-engines-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["tfjs-node", "tfjs-node-gpu"]) {
    const home = join(folder, "node_modules", "@tensorflow", name);
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "package.json"), JSON.stringify({ name: `@tensorflow/${name}` }));
  }
  return folder;
}

/** Proves every engine but the named ones, and notes who was asked. */
function prover(failing: Partial<Record<BackendName, Error>>) {
  const asked: BackendName[] = [];
  const prove = async (engine: BackendName): Promise<ProvenEngine> => {
    asked.push(engine);
    const failure = failing[engine];
    if (failure) throw failure;
    return { engine, digest: "0x01", seconds: 0 };
  };
  return { asked, prove };
}

const inexact = new ExactError("EX-021", { path: "backend", found: "3", wanted: "4", hint: "use another" });

test("auto takes the first engine that passes and goes no further", async (t) => {
  const { asked, prove } = prover({ "tfjs-node-gpu": new Error("killed by SIGSEGV"), webgpu: inexact });
  const { proven, rejected } = await chooseEngine("auto", prove, { folder: packages(t) });
  assert.deepEqual(asked, ["tfjs-node-gpu", "webgpu", "tfjs-node"]);
  assert.deepEqual(
    proven.map(({ engine }) => engine),
    ["tfjs-node"],
  );
  assert.deepEqual(rejected, [
    { engine: "tfjs-node-gpu", code: "EX-020", reason: "killed by SIGSEGV", remedy: "see the message" },
    { engine: "webgpu", code: "EX-021", reason: "3", remedy: "use another" },
  ]);
});

test("an engine whose package is not installed is rejected without a process, with its remedy", async () => {
  const { asked, prove } = prover({});
  const { rejected } = await chooseEngine("auto", prove, { folder: "/nonexistent" });
  assert.deepEqual(asked, ["webgpu"]);
  assert.equal(rejected[0]?.reason, "no package @tensorflow/tfjs-node-gpu");
  assert.match(rejected[0]?.remedy ?? "", /docs\/operators\/engines\.md/);
});

test("a named engine is never replaced by another", async (t) => {
  const { asked, prove } = prover({ wasm: inexact });
  assert.deepEqual((await chooseEngine("wasm", prove, { folder: packages(t) })).proven, []);
  assert.deepEqual(asked, ["wasm"]);
});

test("with `all`, every engine is looked at once, the wanted one first", async (t) => {
  const { asked, prove } = prover({});
  const { proven } = await chooseEngine("cpu", prove, { folder: packages(t), all: true });
  assert.deepEqual(asked, ["cpu", ...ENGINES.filter((name) => name !== "cpu")]);
  assert.equal(proven.length, ENGINES.length);
});

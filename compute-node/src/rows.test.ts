import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  compileProgram,
  constRoots,
  dataRoot,
  decodeTensors,
  encodeManifest,
  encodeTensors,
  type IntTensor,
  initialState,
  initialStateHash,
  type JobManifest,
  parseProgram,
  runProgram,
  specFields,
  verifyDataset,
} from "@assay/exact";
import { loadExactBackend } from "@assay/exact/node";
import { createMemoryBlocks, digestOf, importToStore, startGateway } from "@assay/storage";
import { prepareInputs, runJob } from "./children.ts";
import { costOf } from "./cost.ts";
import type { InputsRequest } from "./tasks.ts";
import { SPEC, scratch, someConfig, word } from "./test-kit.ts";

const MIB = 2 ** 20;
const FEATURES = 1014;
const CLASSES = 10;
const NONCE = word(9);
const STEPS = 12;

function programOf(kind: "train" | "infer", rows: number) {
  return parseProgram({
    format: "assay-program",
    version: 1,
    kind,
    name: "rows",
    input: { features: FEATURES, bits: 5, rows },
    layers: [{ type: "dense", units: CLASSES, activation: "softmax", weightBits: 9, weightExponent: 8 }],
    loss: "softmax-cross-entropy",
    optimizer: { type: "sgd", rateExponent: -4, halveAtPercent: [50] },
    batchSize: 64,
    steps: STEPS,
    segmentLength: 4,
  });
}

function datasetOf(rows: number): IntTensor {
  const cols = FEATURES + CLASSES;
  const data = new Int8Array(rows * cols);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let col = 0; col < FEATURES; col++, i++) data[i] = Math.imul(i, 0x9e3779b1) >>> 27;
    for (let k = 0; k < CLASSES; k++, i++) data[i] = row % CLASSES === k ? 1 : 0;
  }
  return { name: "dataset", rows, cols, dtype: "int8", data };
}

/** A node and a gateway that holds the data set. */
async function setUp(t: TestContext, rows: number) {
  const origin = createMemoryBlocks();
  const gateway = await startGateway({ store: origin });
  t.after(() => gateway.close());
  const dataset = datasetOf(rows);
  const { cid } = await importToStore(origin, encodeTensors([dataset]));
  const { tree } = await verifyDataset(compileProgram(programOf("train", rows)), dataset);
  const dataDir = scratch(t);
  const post = async (kind: "train" | "infer") => {
    const manifest: JobManifest = {
      version: 1,
      program: programOf(kind, rows),
      dataset: { cid: cid.toString(), rows, columns: dataset.cols },
      init: { seed: SPEC.inputs },
    };
    const compiled = compileProgram(manifest.program);
    const initial = initialState(compiled, SPEC.inputs);
    const roots = { dataRoot: dataRoot(constRoots(compiled, tree)), initState: initialStateHash(initial) };
    const spec = specFields(compiled, roots);
    const { cid: named } = await importToStore(origin, encodeManifest(manifest));
    const inputs: InputsRequest = {
      gateways: [gateway.url],
      timeoutMs: 20_000,
      blocks: join(dataDir, "blocks"),
      spec: { ...SPEC, ...spec, inputs: digestOf(named) },
      maxBytes: 10 * rows * dataset.cols,
      kept: [],
    };
    const folder = join(dataDir, kind);
    mkdirSync(folder);
    return { compiled, initial, inputs, folder };
  };
  return { dataDir, dataset, post, logFile: join(dataDir, "log") };
}

const engine = { name: "wasm", folder: undefined, allowSoftwareAdapter: false } as const;

test("a job whose data set is read by rows has the bits of a run in memory, and blocks that were damaged since are fetched again", async (t) => {
  const rows = 10 * 1024;
  const { dataDir, dataset, post, logFile } = await setUp(t, rows);
  const config = someConfig({ dataDir });
  for (const kind of ["train", "infer"] as const) {
    const { compiled, initial, inputs, folder } = await post(kind);
    const found = await prepareInputs(config, inputs, { logFile });
    assert.deepEqual(found, { ...costOf(compiled), readSeconds: 0, fetched: true });
    if (kind === "infer") damage(inputs.blocks);
    const task = { task: "run", inputs, nonce: NONCE, folder, engine } as const;
    const result = await runJob(config, task, { logFile, wallClockMs: 120_000 });
    const own = await runProgram({
      compiled,
      dataset,
      nonce: NONCE,
      backend: await loadExactBackend("wasm"),
      start: { step: 0, state: initial, boundaries: [] },
    });
    assert.deepEqual([result.finalState, result.runRoot], [own.finalState, own.runRoot], kind);
    assert.deepEqual(decodeTensors(readFileSync(join(folder, "output.bin"))), own.state);
  }
});

/** Cuts a byte off some blocks of the data set: the run finds one broken, and they are fetched again. */
function damage(blocks: string): void {
  const files = readdirSync(blocks, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const whole = files.filter((file) => statSync(file).size === MIB);
  assert.equal(whole.length, 10);
  for (const file of whole.slice(0, 8)) truncateSync(file, MIB - 1);
}

test("of a job that needs too much memory, or whose inputs do not fit, no more is fetched than the manifest", async (t) => {
  const { dataDir, post, logFile } = await setUp(t, 64);
  const config = someConfig({ dataDir });
  const { compiled, inputs } = await post("train");
  const { memoryMb } = costOf(compiled);
  const blocks = () => readdirSync(inputs.blocks, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  const small = await prepareInputs(config, inputs, { logFile, runMemoryMb: memoryMb - 1 });
  assert.deepEqual([small.fetched, small.memoryMb, blocks().length], [false, memoryMb, 1]);
  await assert.rejects(prepareInputs(config, { ...inputs, maxBytes: 1000 }, { logFile }), { code: "CN-021" });
  assert.equal(blocks().length, 1);
  const large = await prepareInputs(config, inputs, { logFile, runMemoryMb: memoryMb });
  assert.deepEqual([large.fetched, blocks().length], [true, 2]);
});

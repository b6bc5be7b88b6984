import assert from "node:assert/strict";
import { test } from "node:test";
import { stateHash } from "../commit/run.ts";
import { tensorRoot } from "../commit/tensor.ts";
import { verifyDataset } from "../data/dataset.ts";
import { initialState } from "../data/init.ts";
import { ExactError } from "../errors.ts";
import { compileSmall, seed, smallProgram } from "../testing.ts";
import { decodeManifest, encodeManifest, type JobManifest, MAX_MANIFEST_BYTES } from "./manifest.ts";
import { assembleJob, specDifference, specFields } from "./spec.ts";

const CID = `b${"a".repeat(58)}`;

function sample(change: Partial<JobManifest> = {}): JobManifest {
  return {
    version: 1,
    program: smallProgram(),
    dataset: { cid: CID, rows: 40, columns: 24 },
    init: { seed: seed(1) },
    ...change,
  };
}

const fails = (path: string) => (error: unknown) =>
  error instanceof ExactError && error.code === "EX-001" && error.path === path;

test("a manifest survives its bytes, and the same manifest gives the same bytes", () => {
  const bytes = encodeManifest(sample({ note: "digits" }));
  assert.deepEqual(decodeManifest(bytes), sample({ note: "digits" }));
  assert.deepEqual(encodeManifest(decodeManifest(bytes)), bytes);
});

test("MAN-01, MAN-02, MAN-03: a wrong manifest is refused with the path of the wrong field", () => {
  const encode = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));
  const cases: [unknown, string][] = [
    [{ ...sample(), version: 2 }, "manifest.version"],
    [{ ...sample(), extra: 1 }, "manifest.extra"],
    [{ ...sample(), dataset: { cid: "nonsense", rows: 40, columns: 24 } }, "manifest.dataset.cid"],
    [{ ...sample(), dataset: { cid: CID, rows: 41, columns: 24 } }, "manifest.dataset"],
    [{ ...sample(), program: { ...smallProgram(), steps: 0 } }, "steps"],
    [{ ...sample(), program: undefined }, "manifest.program"],
    [null, "manifest"],
  ];
  for (const [json, path] of cases) assert.throws(() => decodeManifest(encode(json)), fails(path), path);
  assert.throws(() => decodeManifest(new Uint8Array([0xff, 0xfe])), fails("manifest"));
  assert.throws(() => decodeManifest(encodeManifest(sample()).subarray(0, 50)), fails("manifest"));
  assert.throws(() => decodeManifest(new Uint8Array(MAX_MANIFEST_BYTES + 1)), fails("manifest"));
});

test("MAN-07: a job assembled from its manifest has the spec of its program and inputs", async () => {
  const { compiled, dataset } = compileSmall();
  const job = await assembleJob(sample(), { dataset });
  const state = initialState(compiled, seed(1));
  const roots = {
    dataRoot: (await verifyDataset(compiled, dataset)).dataRoot,
    initState: stateHash(0, state.map(tensorRoot)),
  };
  assert.deepEqual(job.spec, specFields(compiled, roots));
  const posted = { ...job.spec, dataRoot: job.spec.dataRoot.toUpperCase().replace("0X", "0x"), refSeconds: 9 };
  assert.equal(specDifference(job.spec, posted), undefined);
  assert.deepEqual(specDifference(job.spec, { ...posted, steps: 3 }), {
    found: `steps ${job.spec.steps}`,
    wanted: "steps 3",
  });
  assert.equal(job.spec.programHash, compiled.programHash);
  assert.equal(job.spec.refSeconds, 1);
  assert.deepEqual(job.initial, state);
});

test("MAN-05: an initial state may come as tensors, and must fit the program", async () => {
  const { compiled, dataset } = compileSmall();
  const initial = initialState(compiled, seed(7));
  const manifest = sample({ init: { cid: CID } });
  assert.equal(
    (await assembleJob(manifest, { dataset, initial })).spec.initState,
    (await assembleJob(sample({ init: { seed: seed(7) } }), { dataset })).spec.initState,
  );
  const refused = (state: typeof initial) =>
    assert.rejects(
      assembleJob(manifest, { dataset, initial: state }),
      (error: unknown) => error instanceof ExactError && error.code === "EX-031",
    );
  await refused(initial.slice(1));
  await refused(initial.map((tensor, i) => (i === 0 ? { ...tensor, rows: tensor.rows + 1 } : tensor)));
  const beyond = initial[0]!.data.slice();
  beyond[3] = compiled.states[0]!.range[1] + 1;
  await refused(initial.map((tensor, i) => (i === 0 ? { ...tensor, data: beyond } : tensor)));
});

// A data set that is larger than all the memory its node gives to a run: the node's own children prepare and run the job, and
// the result is that of the engine with the data set in memory.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { compileProgram, decodeTensors, initialState, runProgram } from "../../exact/src/index.ts";
import { loadNodeBackend } from "../../exact/src/node.ts";
import { runStored, SEED, storeJob } from "../../scripts/bench/storage-job.ts";
import { openBlockFolder, startGateway } from "../../storage/src/index.ts";

const DATA_MIB = 640;
const MEMORY_MB = 560;
const STEPS = 48;

for (const kind of ["train", "infer"] as const) {
  test(`${kind}: ${DATA_MIB} MiB of data in processes of ${MEMORY_MB} MiB`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "assay-large-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const origin = await openBlockFolder(join(folder, "origin"));
    const { spec, manifest, file } = await storeJob(origin, kind, DATA_MIB, STEPS);
    const gateway = await startGateway({ store: origin });
    t.after(() => gateway.close());
    const { finalState, prepareMib, runMib } = await runStored(spec, gateway.url, join(folder, "node"), MEMORY_MB);
    t.diagnostic(`${Math.round(prepareMib)} MiB to prepare, ${Math.round(runMib)} MiB to run`);
    const [dataset] = decodeTensors(await file.read(0, file.size));
    assert.ok(dataset);
    const compiled = compileProgram(manifest.program);
    const start = { step: 0, state: initialState(compiled, SEED), boundaries: [] };
    const backend = await loadNodeBackend("wasm");
    assert.equal(finalState, (await runProgram({ compiled, backend, dataset, nonce: SEED, start })).finalState);
  });
}

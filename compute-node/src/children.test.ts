import assert from "node:assert/strict";
import { readdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findBwrap } from "@assay/daemon-kit";
import { storedJob } from "@assay/exact/testing";
import {
  type BlockStore,
  createMemoryBlocks,
  digestOf,
  importToStore,
  openBlockFolder,
  parseCid,
  startGateway,
} from "@assay/storage";
import { prepareInputs, probeEngine } from "./children.ts";
import { SPEC, scratch, someConfig } from "./test-kit.ts";

const CODE = "compiled";

test("a probe leaves compiled code, and a child that reads what a stranger wrote cannot add to it", async (t) => {
  const dataDir = scratch(t);
  const config = someConfig({ dataDir });
  const compiled = () => readdirSync(join(dataDir, CODE), { recursive: true });
  assert.equal((await probeEngine(config, "cpu")).engine, "cpu");
  assert.ok(compiled().length > 50, `the probe left ${compiled().length} files`);

  for (const name of readdirSync(join(dataDir, CODE))) rmSync(join(dataDir, CODE, name), { recursive: true });
  const inputs = {
    gateways: [],
    timeoutMs: 1000,
    blocks: join(dataDir, "blocks"),
    spec: SPEC,
    maxBytes: 1000,
    kept: [],
  };
  await assert.rejects(prepareInputs(config, inputs, { logFile: join(dataDir, "prepare.log") }), { code: "ST-009" });
  // Without a sandbox nothing keeps it from writing wherever the node may.
  if ("version" in findBwrap()) assert.deepEqual(compiled(), []);
});

test("fetching a job's inputs cuts a cache that has outgrown its limit: what was long unused goes, the job's blocks stay", async (t) => {
  const dataDir = scratch(t);
  const config = someConfig({ dataDir, cacheBytes: 20_000 });
  const cache = await openBlockFolder(join(dataDir, "blocks"));
  for (let n = 0; n < 30; n++) await cache.put(new Uint8Array(1000).fill(n));
  age(cache.dir);
  const origin = createMemoryBlocks();
  const gateway = await startGateway({ store: origin });
  t.after(() => gateway.close());
  const spec = await someInputs(origin);
  const inputs = { gateways: [gateway.url], timeoutMs: 5000, blocks: cache.dir, spec, maxBytes: 10_000, kept: [] };
  const options = { logFile: join(dataDir, "prepare.log") };
  await prepareInputs(config, inputs, options);
  const { bytes } = (await openBlockFolder(cache.dir)).usage();
  assert.ok(bytes <= 15_000 && bytes > 12_000, `${bytes} bytes are left`);
  await prepareInputs(config, { ...inputs, gateways: [] }, options);
  // Smaller than the job's own blocks: they stay all the same, or no run would find them.
  await prepareInputs({ ...config, cacheBytes: 10 }, { ...inputs, gateways: [] }, options);
  await prepareInputs(config, { ...inputs, gateways: [] }, options);
  assert.equal((await openBlockFolder(cache.dir)).usage().blocks, 2);
});

test("fetching a job's inputs does not cut those of the node's own jobs out of the cache, however long they were not read", async (t) => {
  const dataDir = scratch(t);
  const config = someConfig({ dataDir, cacheBytes: 10 });
  const cache = await openBlockFolder(join(dataDir, "blocks"));
  const own = await someInputs(cache, 1);
  await someInputs(cache, 2);
  age(cache.dir);
  const origin = createMemoryBlocks();
  const gateway = await startGateway({ store: origin });
  t.after(() => gateway.close());
  const spec = await someInputs(origin, 3);
  const inputs = { gateways: [gateway.url], timeoutMs: 5000, blocks: cache.dir, spec, maxBytes: 10_000 };
  const options = { logFile: join(dataDir, "prepare.log") };
  await prepareInputs(config, { ...inputs, kept: [own.inputs] }, options);
  assert.equal((await openBlockFolder(cache.dir)).usage().blocks, 4, "two of the own job, two of the new one");
  await prepareInputs(config, { ...inputs, gateways: [], spec: own, kept: [] }, options);
});

/** Everything in a folder was last used a day ago. */
function age(folder: string): void {
  const long = Date.now() / 1000 - 86_400;
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) utimesSync(join(file.parentPath, file.name), long, long);
  }
}

/** The data set and the manifest of a small job, stored. @returns its spec */
async function someInputs(store: BlockStore, salt = 0) {
  const put = async (file: Uint8Array) => String((await importToStore(store, file)).cid);
  const { spec, manifestCid } = await storedJob(put, { input: { features: 21, bits: 5, rows: 40 + salt } });
  return { ...SPEC, ...spec, inputs: digestOf(parseCid(manifestCid)) };
}

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { storedJob } from "@assay/exact/testing";
import { createMemoryBlocks, digestOf, importToStore, openBlockFolder, parseCid, startGateway } from "@assay/storage";
import { zeroAddress, zeroHash } from "viem";
import { runTask } from "./children.ts";

const LIMITS = { memoryMb: 2048, silenceSeconds: 60, sandbox: "off", diskMb: 1000, cacheBytes: 20_000 } as const;

test("a re-run whose inputs have to be fetched cuts a cache that has outgrown its limit, and finds what it needs", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "assay-challenger-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const cache = await openBlockFolder(join(dir, "blocks"));
  for (let n = 0; n < 30; n++) await cache.put(new Uint8Array(1000).fill(n));
  const long = Date.now() / 1000 - 86_400;
  for (const file of readdirSync(cache.dir, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) utimesSync(join(file.parentPath, file.name), long, long);
  }
  const origin = createMemoryBlocks();
  const gateway = await startGateway({ store: origin });
  t.after(() => gateway.close());
  const { spec, segments } = await someJob(origin);
  const inputs = { gateways: [gateway.url], blocks: cache.dir, spec, maxBytes: 10_000 };
  const run = { nonce: zeroHash, engine: { name: "cpu" }, folder: join(dir, "run"), inputs } as const;
  const options = { wallClockMs: 60_000, signal: t.signal };
  const outcome = await runTask(
    { ...LIMITS, engineFolder: undefined },
    { ...run, task: "check", fresh: true },
    options,
  );
  assert.deepEqual([outcome.boundaries.length, segments], [1, 2]);
  const { bytes } = (await openBlockFolder(cache.dir)).usage();
  assert.ok(bytes <= 15_000 && bytes > 12_000, `${bytes} bytes are left`);
});

/** The inputs of a small job of two segments, stored. */
async function someJob(store: ReturnType<typeof createMemoryBlocks>) {
  const put = async (file: Uint8Array) => String((await importToStore(store, file)).cid);
  const { compiled, spec, manifestCid } = await storedJob(put, { steps: 8, segmentLength: 4 });
  return {
    spec: { ...spec, judge: zeroAddress, inputs: digestOf(parseCid(manifestCid)) },
    segments: compiled.segments,
  };
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { DAG_PB, digestOf, RAW } from "../block.ts";
import { gatewayOf, noise, withCode } from "../test-kit.ts";
import { fetchByDigest } from "./fetch-by-digest.ts";
import { importToStore } from "./import-to-store.ts";
import { createMemoryBlocks } from "./memory-blocks.ts";

test("a digest finds a short file and a long one", async (t) => {
  const store = createMemoryBlocks();
  const { url } = await gatewayOf(t, { store });
  for (const [length, codec] of [
    [1000, RAW],
    [3_000_000, DAG_PB],
  ] as const) {
    const file = noise(length);
    const { cid } = await importToStore(store, file);
    const found = await fetchByDigest({ gateways: [url], digest: digestOf(cid) });
    assert.equal(found.cid.code, codec);
    assert.deepEqual(found.bytes, file);
  }
});

test("a digest nobody has, and one that is none, are refused", async (t) => {
  const { url } = await gatewayOf(t, { store: createMemoryBlocks() });
  const args = { gateways: [url], retries: 0 };
  await assert.rejects(fetchByDigest({ ...args, digest: `0x${"ab".repeat(32)}` }), withCode("ST-009"));
  await assert.rejects(fetchByDigest({ ...args, digest: "0x12" }), withCode("ST-001"));
});

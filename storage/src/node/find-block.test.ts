import assert from "node:assert/strict";
import { test } from "node:test";
import type { CID } from "multiformats/cid";
import { hashBlock } from "../block.ts";
import { createMemoryBlocks } from "../client/memory-blocks.ts";
import { StorageError } from "../errors.ts";
import { gatewayOf, noise, withCode } from "../test-kit.ts";
import { createFinder } from "./find-block.ts";

test("a block that many ask for is looked for once, and again when that has ended", async () => {
  const cid = await hashBlock(noise(10));
  const searches: ((bytes: Uint8Array) => void)[] = [];
  const find = createFinder(() => new Promise((resolve) => searches.push(resolve)), 10_000);
  const all = [find(cid), find(cid), find(cid)];
  assert.equal(searches.length, 1);
  searches[0]?.(noise(10));
  assert.deepEqual(await Promise.all(all), [noise(10), noise(10), noise(10)]);
  void find(cid);
  assert.equal(searches.length, 2);
});

test("no more than 64 blocks are looked for at once, and one that ends makes room", async () => {
  const ends: (() => void)[] = [];
  const find = createFinder(
    (cid) => new Promise((_, reject) => ends.push(() => reject(new Error(`not found: ${cid}`)))),
    10_000,
  );
  const searches: Promise<unknown>[] = [];
  for (let n = 0; n < 64; n++) searches.push(find(await hashBlock(noise(10, n))));
  const one = await hashBlock(noise(11));
  await assert.rejects(find(one), withCode("ST-017", /64 searches/));
  ends[0]?.();
  await assert.rejects(searches[0] as Promise<unknown>, /not found/);
  void find(one).catch(() => {});
  assert.equal(ends.length, 65);
  for (const end of ends) end();
  await Promise.allSettled(searches);
});

test("a gateway gives up a search in time, tells why, and does not search for an uploader", async (t) => {
  let searched = 0;
  const fetchMissing = (cid: CID, signal: AbortSignal) =>
    new Promise<Uint8Array>((_, reject) => {
      searched += 1;
      const error = new StorageError("ST-005", "no peer gave the block", {
        found: "silence",
        wanted: `${cid}`,
        hint: "",
      });
      signal.addEventListener("abort", () => reject(error));
    });
  const { url } = await gatewayOf(t, { store: createMemoryBlocks(), fetchMissing, fetchMs: 50 });
  const cid = await hashBlock(noise(10));
  const response = await fetch(`${url}/ipfs/${cid}?format=raw`);
  assert.deepEqual([response.status, ((await response.json()) as { found: string }).found], [404, "silence"]);
  assert.equal((await fetch(`${url}/ipfs/${cid}?format=raw`, { method: "HEAD" })).status, 404);
  assert.equal(searched, 1);
});

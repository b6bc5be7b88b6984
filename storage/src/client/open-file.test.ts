import assert from "node:assert/strict";
import { readdirSync, statSync, truncateSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { encode } from "@ipld/dag-pb";
import fc from "fast-check";
import { UnixFS } from "ipfs-unixfs";
import type { CID } from "multiformats/cid";
import { type BlockStore, DAG_PB, hashBlock, RAW } from "../block.ts";
import { openBlockFolder } from "../node/block-folder.ts";
import { gatewayOf, noise, scratch, withCode } from "../test-kit.ts";
import { fetchBytes } from "./fetch-file.ts";
import { importToStore } from "./import-to-store.ts";
import { createMemoryBlocks } from "./memory-blocks.ts";
import { openFile } from "./open-file.ts";

const MIB = 2 ** 20;

/** A store that counts what is asked of it. */
function counting(store: BlockStore): BlockStore & { asked: CID[] } {
  const asked: CID[] = [];
  return {
    ...store,
    asked,
    get: (cid) => {
      asked.push(cid);
      return store.get(cid);
    },
  };
}

/** Any shape of tree: leaves of several lengths, nodes with bytes of their own. */
type Shape = { own: number; below: Shape[] };
const shapes = fc.letrec<{ tree: Shape; leaf: Shape }>((tie) => ({
  leaf: fc.record({ own: fc.integer({ min: 1, max: 40 }), below: fc.constant([]) }),
  tree: fc.record({
    own: fc.nat(9),
    below: fc.array(fc.oneof({ maxDepth: 3 }, tie("leaf"), tie("tree")), { minLength: 1, maxLength: 5 }),
  }),
})).tree;

/** Stores a file of such a shape. @returns its root and its bytes */
async function build(store: BlockStore, shape: Shape, salt = { at: 0 }): Promise<{ cid: CID; bytes: Uint8Array }> {
  salt.at += 1;
  const own = noise(shape.own, salt.at);
  if (shape.below.length === 0) return { cid: await store.put(own, await hashBlock(own, RAW)), bytes: own };
  const parts: Awaited<ReturnType<typeof build>>[] = [];
  for (const below of shape.below) parts.push(await build(store, below, salt));
  const blockSizes = parts.map(({ bytes }) => BigInt(bytes.length));
  const block = encode({
    Data: new UnixFS({ type: "file", data: own, blockSizes }).marshal(),
    Links: parts.map(({ cid, bytes }) => ({ Name: "", Tsize: bytes.length, Hash: cid })),
  });
  const bytes = Buffer.concat([own, ...parts.map((part) => part.bytes)]);
  return { cid: await store.put(block, await hashBlock(block, DAG_PB)), bytes: new Uint8Array(bytes) };
}

test("any part of a file of any shape is read as it is, whatever the cache holds", async () => {
  const parts = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      shapes,
      parts,
      fc.constantFrom(0, 60, 3000, MIB),
      fc.boolean(),
      async (shape, asked, cacheBytes, at_once) => {
        const store = createMemoryBlocks();
        const { cid, bytes } = await build(store, shape);
        const file = await openFile({ gateways: [], store, cid, cacheBytes });
        assert.equal(file.size, bytes.length);
        const check = async ([a, b]: [number, number]) => {
          const at = a % (bytes.length + 1);
          const length = b % (bytes.length - at + 1);
          assert.deepEqual(await file.read(at, length), bytes.slice(at, at + length));
        };
        if (at_once) await Promise.all(asked.map(check));
        else for (const part of asked) await check(part);
        assert.deepEqual(await file.read(0, file.size), await fetchBytes({ gateways: [], store, cid }));
      },
    ),
  );
});

test("a file that fits the cache is read once; of one that does not, no more is held than the cache", async () => {
  const blocks = createMemoryBlocks();
  const whole = noise(6 * MIB + MIB / 2);
  const { cid } = await importToStore(blocks, whole);
  const rows = Array.from({ length: 200 }, (_, i) => (i * 7_654_321) % (whole.length - 5000));
  const readAll = async (cacheBytes: number) => {
    const store = counting(blocks);
    const file = await openFile({ gateways: [], store, cid, cacheBytes });
    for (const at of rows) assert.deepEqual(await file.read(at, 5000), whole.slice(at, at + 5000));
    return store.asked.length;
  };
  assert.equal(await readAll(8 * MIB), 8, "the root and seven leaves");
  assert.ok((await readAll(2 * MIB)) > 100);
});

test("what is missing is fetched and kept; without a gateway a block that is gone or broken is an error, never a wrong byte", async (t) => {
  const origin = createMemoryBlocks();
  const whole = noise(3 * MIB);
  const { cid } = await importToStore(origin, whole);
  const gateway = await gatewayOf(t, { store: origin });
  const dir = await scratch(t);
  const store = await openBlockFolder(dir);
  const online = await openFile({ gateways: [gateway.url], store, cid });
  assert.deepEqual(await online.read(MIB - 5, 10), whole.slice(MIB - 5, MIB + 5));
  assert.equal(store.usage().blocks, 3, "the root and two leaves");
  const offline = await openFile({ gateways: [], store, cid });
  assert.deepEqual(await offline.read(0, MIB), whole.slice(0, MIB));
  await assert.rejects(offline.read(2 * MIB, 1), withCode("ST-009", /no gateway given/));
  const [leaf] = filesOf(dir).filter((file) => statSync(file).size === MIB);
  truncateSync(leaf!, MIB - 1);
  const again = await openFile({ gateways: [], store, cid });
  await assert.rejects(again.read(0, 2 * MIB), withCode("ST-003"));
  const healed = await openFile({ gateways: [gateway.url], store, cid });
  assert.deepEqual(await healed.read(0, 3 * MIB), whole);
});

test("a tree whose sizes lie is refused where it is read, and a part beyond the end by its place", async () => {
  const store = createMemoryBlocks();
  const leaf = await store.put(noise(10), await hashBlock(noise(10), RAW));
  const block = encode({
    Data: new UnixFS({ type: "file", blockSizes: [10n, 11n] }).marshal(),
    Links: [leaf, leaf].map((Hash) => ({ Name: "", Tsize: 10, Hash })),
  });
  const cid = await store.put(block, await hashBlock(block, DAG_PB));
  const file = await openFile({ gateways: [], store, cid });
  assert.deepEqual(await file.read(0, 10), noise(10));
  await assert.rejects(file.read(9, 3), withCode("ST-011", /10 bytes/));
  for (const [at, length] of [
    [20, 2],
    [-1, 1],
    [0, Number.NaN],
  ] as const) {
    await assert.rejects(file.read(at, length), RangeError);
  }
});

test("a tree deeper or a file longer than allowed is refused, and an aborted reader reads no more", async () => {
  const store = createMemoryBlocks();
  const chain = (depth: number): Shape => ({ own: 1, below: depth === 0 ? [] : [chain(depth - 1)] });
  const { cid } = await build(store, chain(4));
  assert.equal((await (await openFile({ gateways: [], store, cid, maxDepth: 4 })).read(0, 5)).length, 5);
  const shallow = await openFile({ gateways: [], store, cid, maxDepth: 3 });
  await assert.rejects(shallow.read(0, 5), withCode("ST-010", /3 levels/));
  await assert.rejects(openFile({ gateways: [], store, cid, maxBytes: 4 }), withCode("ST-010", /5 bytes/));
  const stop = new AbortController();
  const file = await openFile({ gateways: [], store, cid, signal: stop.signal });
  stop.abort(new Error("enough"));
  await assert.rejects(file.read(0, 5), /enough/);
});

test("a block that is held for long is read again, so that its folder knows of the use", async (t) => {
  const dir = await scratch(t);
  const store = await openBlockFolder(dir);
  const { cid } = await importToStore(store, noise(2 * MIB));
  const file = await openFile({ gateways: [], store, cid, renewMs: -1 });
  await file.read(0, 2 * MIB);
  const long = Date.now() / 1000 - 86_400;
  for (const path of filesOf(dir)) utimesSync(path, long, long);
  await file.read(0, 2 * MIB);
  await store.prune(0, Date.now() - 3_600_000);
  assert.equal(store.usage().blocks, 3);
});

function filesOf(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { encode, type PBLink } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import { exporter } from "ipfs-unixfs-exporter";
import type { CID } from "multiformats/cid";
import { type BlockStore, DAG_PB, hashBlock } from "../block.ts";
import { requestBytes } from "../node/request-bytes.ts";
import { gatewayOf, noise, serverOf, withCode } from "../test-kit.ts";
import { fetchBytes, fetchFile } from "./fetch-file.ts";
import { importToStore } from "./import-to-store.ts";
import { createMemoryBlocks } from "./memory-blocks.ts";

const MIB = 1024 * 1024;
/** Both ways to ask for bytes: a browser's, and Node's own. */
const WAYS = { fetch: {}, requestBytes: { request: requestBytes } };
const quick = { retryDelayMs: 1, retries: 1 };

/** A store that counts what is asked of it. */
function counting(store: BlockStore): BlockStore & { asked: string[] } {
  const asked: string[] = [];
  return {
    ...store,
    asked,
    get: (cid) => {
      asked.push(cid.toString());
      return store.get(cid);
    },
  };
}

test("a file of many blocks arrives whole, in order, with progress", async (t) => {
  const store = createMemoryBlocks();
  const file = noise(5 * MIB + 123);
  const { cid, bytes, blocks } = await importToStore(store, file);
  assert.equal(bytes, file.length);
  assert.equal(blocks, 7);
  const { url } = await gatewayOf(t, { store });
  const steps: number[] = [];
  const got = await fetchBytes({
    gateways: [url],
    cid: cid.toString(),
    onProgress: ({ bytesDone, bytesTotal }) => {
      assert.equal(bytesTotal, file.length);
      steps.push(bytesDone);
    },
  });
  assert.deepEqual(got, file);
  assert.deepEqual(steps, [0, MIB, 2 * MIB, 3 * MIB, 4 * MIB, 5 * MIB, file.length]);
});

test("the IPFS exporter reads the same file from the same blocks", async () => {
  const store = createMemoryBlocks();
  const file = noise(2 * MIB + 7);
  const { cid } = await importToStore(store, file);
  const source = {
    async *get(name: CID) {
      yield await store.get(name);
    },
  };
  const entry = await exporter(cid, source);
  assert.equal(entry.type, "file");
  if (entry.type !== "file") return;
  const parts: Uint8Array[] = [];
  for await (const part of entry.content()) parts.push(part);
  assert.deepEqual(Buffer.concat(parts), Buffer.from(file));
});

for (const length of [0, 1, MIB, MIB + 1]) {
  test(`a file of ${length} bytes comes back`, async () => {
    const store = createMemoryBlocks();
    const { cid } = await importToStore(store, noise(length));
    assert.deepEqual(await fetchBytes({ gateways: [], cid, store }), noise(length));
  });
}

for (const [way, how] of Object.entries(WAYS)) {
  test(`of two gateways one lies: its blocks are refused, the other's are taken, it is asked once (${way})`, async (t) => {
    const store = createMemoryBlocks();
    const file = noise(3 * MIB);
    const { cid } = await importToStore(store, file);
    let lies = 0;
    const liar = await serverOf(t, (_, response) => {
      lies += 1;
      response.end(noise(1000, 666));
    });
    const { url } = await gatewayOf(t, { store });
    const got = await fetchBytes({ gateways: [liar, url], cid, concurrency: 1, ...quick, ...how });
    assert.deepEqual(got, file);
    assert.equal(lies, 1);
  });
}

test("when every gateway lies the error names them and the block", async (t) => {
  const liar = await serverOf(t, (_, response) => response.end(noise(10, 666)));
  const cid = await hashBlock(noise(10));
  const fetching = fetchBytes({ gateways: [liar], cid, ...quick });
  await assert.rejects(fetching, withCode("ST-002", new RegExp(`${liar}.*${cid}`)));
});

for (const [way, how] of Object.entries(WAYS)) {
  test(`a block cut short on the way is refused (${way})`, async (t) => {
    const cid = await hashBlock(noise(1000));
    const cutting = await serverOf(t, (_, response) => response.end(noise(1000).subarray(0, 999)));
    const dropping = await serverOf(t, (_, response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write(noise(1000).subarray(0, 500), () => response.destroy());
    });
    await assert.rejects(fetchBytes({ gateways: [cutting], cid, ...quick, ...how }), withCode("ST-002", /999 bytes/));
    await assert.rejects(fetchBytes({ gateways: [dropping], cid, ...quick, ...how }), withCode("ST-009"));
  });
}

for (const [way, how] of Object.entries(WAYS)) {
  test(`a gateway that never stops sending is cut off (${way})`, async (t) => {
    const endless = await serverOf(t, (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(new Uint8Array(65_536)));
      };
      response.on("drain", more);
      more();
    });
    const cid = await hashBlock(noise(10));
    await assert.rejects(fetchBytes({ gateways: [endless], cid, ...quick, ...how }), withCode("ST-009", /too large/));
  });
}

test("an absent block and an absent gateway are told apart, per gateway", async (t) => {
  const { url } = await gatewayOf(t, { store: createMemoryBlocks() });
  const cid = await hashBlock(noise(10));
  const gone = "http://127.0.0.1:1";
  const fetching = fetchBytes({ gateways: [url, gone], cid, ...quick });
  await assert.rejects(fetching, withCode("ST-009", new RegExp(`${url}: HTTP 404; ${gone}: .+${cid}`)));
});

for (const [way, how] of Object.entries(WAYS)) {
  test(`a gateway that fails for a moment is asked again (${way})`, async (t) => {
    const cid = await hashBlock(noise(10));
    let calls = 0;
    const shaky = await serverOf(t, (_, response) => {
      calls += 1;
      response.writeHead(calls === 1 ? 503 : 200).end(noise(10));
    });
    assert.deepEqual(await fetchBytes({ gateways: [shaky], cid, ...quick, ...how }), noise(10));
  });
}

test("a gateway that sends a byte now and then, and one that sends elsewhere, are given up", async (t) => {
  const cid = await hashBlock(noise(10));
  const slow = await serverOf(t, (_, response) => {
    response.writeHead(200, { "content-length": 10 });
    const timer = setInterval(() => response.write(noise(1)), 20);
    response.on("close", () => clearInterval(timer));
  });
  const elsewhere = await serverOf(t, (_, response) => response.writeHead(302, { location: slow }).end());
  for (const how of Object.values(WAYS)) {
    const late = fetchBytes({ gateways: [slow], cid, timeoutMs: 50, ...quick, ...how });
    await assert.rejects(late, withCode("ST-009", /timeout/));
    await assert.rejects(fetchBytes({ gateways: [elsewhere], cid, ...quick, ...how }), withCode("ST-009"));
  }
});

test("what a server unpacks into more than it sends is not unpacked", async (t) => {
  const cid = await hashBlock(noise(10));
  const zipped = gzipSync(Buffer.alloc(2 ** 24));
  const bomb = await serverOf(t, (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(zipped));
  const asked = (how: object) => fetchBytes({ gateways: [bomb], cid, ...quick, ...how });
  await assert.rejects(asked(WAYS.requestBytes), withCode("ST-002"));
  await assert.rejects(asked(WAYS.fetch), withCode("ST-009", /too large/));
});

test("blocks are asked for side by side, so many and no more", async (t) => {
  const store = createMemoryBlocks();
  const file = noise(11 * MIB);
  const { cid } = await importToStore(store, file);
  const { url } = await gatewayOf(t, { store });
  let waiting: (() => void)[] = [];
  let open = 0;
  let most = 0;
  // Answers leaves only when five are asked for at once.
  const together = await serverOf(t, async (request, response) => {
    open += 1;
    most = Math.max(most, open);
    response.on("close", () => {
      open -= 1;
    });
    const bytes = Buffer.from(await (await fetch(url + request.url)).arrayBuffer());
    waiting.push(() => response.end(bytes));
    if (waiting.length < 5 && !request.url?.includes(cid.toString())) return;
    for (const answer of waiting) answer();
    waiting = [];
  });
  // Ten leaves: the eleventh would wait for four more.
  const parts = fetchFile({ gateways: [together], cid, concurrency: 5, timeoutMs: 5000, retries: 0 });
  for (let n = 0; n < 6; n++) assert.equal((await parts.next()).value?.length, MIB);
  await parts.return();
  assert.equal(most, 5);
});

test("a gateway that does not answer costs a file one try, not one for each block", async (t) => {
  const store = createMemoryBlocks();
  const file = noise(6 * MIB);
  const { cid } = await importToStore(store, file);
  const { url } = await gatewayOf(t, { store });
  for (const how of Object.values(WAYS)) {
    let asked = 0;
    const mute = await serverOf(t, (request) => {
      asked += 1;
      request.socket.destroy();
    });
    const got = await fetchBytes({ gateways: [mute, url], cid, ...quick, ...how });
    assert.deepEqual(got, file);
    assert.equal(asked, 1);
  }
});

test("an aborted fetch goes on where it stopped", async (t) => {
  const held = createMemoryBlocks();
  const file = noise(6 * MIB);
  const { cid, blocks } = await importToStore(held, file);
  const store = counting(held);
  const { url } = await gatewayOf(t, { store });
  const cache = createMemoryBlocks();
  const controller = new AbortController();
  const reason = new Error("enough");
  const first = fetchBytes({
    gateways: [url],
    cid,
    store: cache,
    concurrency: 1,
    signal: controller.signal,
    onProgress: ({ bytesDone }) => {
      if (bytesDone >= 3 * MIB) controller.abort(reason);
    },
  });
  await assert.rejects(first, reason);
  const already = cache.size;
  assert.ok(already >= 4 && already < blocks);
  store.asked.length = 0;
  assert.deepEqual(await fetchBytes({ gateways: [url], cid, store: cache }), file);
  assert.equal(store.asked.length, blocks - already);
});

test("a reader that stops early stops the requests", async (t) => {
  const store = counting(createMemoryBlocks());
  const { cid } = await importToStore(store, noise(12 * MIB));
  const { url } = await gatewayOf(t, { store });
  for await (const part of fetchFile({ gateways: [url], cid, concurrency: 2 })) {
    assert.equal(part.length, MIB);
    break;
  }
  assert.ok(store.asked.length <= 4, `${store.asked.length} blocks asked for`);
});

test("a full local store ends the fetch with its own error", async (t) => {
  const store = createMemoryBlocks();
  const { cid } = await importToStore(store, noise(3 * MIB));
  const { url } = await gatewayOf(t, { store });
  const { openBlockFolder } = await import("../node/block-folder.ts");
  const { scratch } = await import("../test-kit.ts");
  const folder = await openBlockFolder(await scratch(t), { maxBytes: 2 * MIB });
  await assert.rejects(fetchBytes({ gateways: [url], cid, store: folder }), withCode("ST-004"));
});

type Child = { cid: CID; size: number };

async function putNode(store: BlockStore, children: Child[], type: "file" | "directory" = "file"): Promise<Child> {
  const unixfs = new UnixFS({ type, blockSizes: children.map((child) => BigInt(child.size)) });
  const Links: PBLink[] = children.map(({ cid }) => ({ Hash: cid, Name: "", Tsize: 0 }));
  const bytes = encode({ Data: unixfs.marshal(), Links });
  const cid = await store.put(bytes, await hashBlock(bytes, DAG_PB));
  return { cid, size: children.reduce((sum, child) => sum + child.size, 0) };
}

test("a hostile tree that doubles at each level is refused at its root", async () => {
  const store = counting(createMemoryBlocks());
  let node: Child = { cid: await store.put(noise(1000)), size: 1000 };
  for (let level = 0; level < 40; level++) node = await putNode(store, [node, node]);
  await assert.rejects(fetchBytes({ gateways: [], cid: node.cid, store }), withCode("ST-010", /bytes/));
  assert.equal(store.asked.length, 1);
});

test("a tree that is too deep, has too many blocks, or lies about sizes is refused", async () => {
  const store = createMemoryBlocks();
  const leaf: Child = { cid: await store.put(noise(1000)), size: 1000 };
  let deep = leaf;
  for (let level = 0; level < 20; level++) deep = await putNode(store, [deep]);
  const read = (cid: CID, limits = {}) => fetchBytes({ gateways: [], cid, store, ...limits });
  await assert.rejects(read(deep.cid), withCode("ST-010", /8 levels/));
  const wide = await putNode(store, Array(50).fill(leaf));
  await assert.rejects(read(wide.cid, { maxBlocks: 50 }), withCode("ST-010", /51 blocks/));
  assert.equal((await read(wide.cid, { maxBlocks: 51 })).length, 50_000);
  await assert.rejects(read(wide.cid, { maxBytes: 49_999 }), withCode("ST-010"));
  const modest = await putNode(store, [{ cid: wide.cid, size: 10 }]);
  await assert.rejects(read(modest.cid), withCode("ST-011", /50000 bytes/));
  const empty = await putNode(store, [leaf, { cid: wide.cid, size: 0 }]);
  await assert.rejects(read(empty.cid), withCode("ST-011", /0 bytes/));
});

test("a folder, and bytes that are no node, are refused", async () => {
  const store = createMemoryBlocks();
  const folder = await putNode(store, [], "directory");
  await assert.rejects(fetchBytes({ gateways: [], cid: folder.cid, store }), withCode("ST-011", /directory/));
  const junk = await store.put(noise(50), await hashBlock(noise(50), DAG_PB));
  await assert.rejects(fetchBytes({ gateways: [], cid: junk, store }), withCode("ST-011"));
  await assert.rejects(fetchBytes({ gateways: [], cid: "../../etc/passwd", store }), withCode("ST-001"));
});

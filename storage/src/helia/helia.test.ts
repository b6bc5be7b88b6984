// Helia as a source of a gateway's blocks. The real one is used where `npm run helia` has installed it; what is asked stays
// on this machine.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once as eventOf } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CID } from "multiformats/cid";
import { type BlockStore, DAG_PB, hashBlock } from "../block.ts";
import { fetchBytes, fetchFile } from "../client/fetch-file.ts";
import { importToStore } from "../client/import-to-store.ts";
import { createMemoryBlocks } from "../client/memory-blocks.ts";
import { uploadFile } from "../client/upload-file.ts";
import { boundedCache } from "../node/block-cache.ts";
import { openBlockFolder } from "../node/block-folder.ts";
import { gatewayOf, noise, scratch, serverOf, withCode } from "../test-kit.ts";
import { heliaBlocks } from "./helia-blocks.ts";
import { HELIA_FOLDER, loadHelia } from "./load-helia.ts";
import { type HeliaArgs, type HeliaStatus, openHelia } from "./open-helia.ts";

const MIB = 1024 * 1024;
const LOOPBACK = "/ip4/127.0.0.1/tcp/0";
const once = { retries: 0 };
const program = fileURLToPath(new URL("../../bin/assay-storage.mjs", import.meta.url));

/** A gateway with a Helia node, as `assay-storage --helia` makes it. */
async function nodeOf(t: TestContext, args: Omit<HeliaArgs, "stores" | "records">, limits: Limits = {}) {
  const dir = limits.dir ?? (await mkdtemp(join(tmpdir(), "assay-helia-")));
  const kept = await openBlockFolder(join(dir, "blocks"));
  const cache = await openBlockFolder(join(dir, "cache"));
  const helia = await openHelia({
    stores: [kept, boundedCache(cache, limits.cacheBytes ?? 2 ** 30)],
    records: join(dir, "helia"),
    redialMs: 50,
    ...args,
  });
  t.after(async () => {
    await helia.close();
    // Another node of the test may have its records there still.
    await rm(dir, { recursive: true, force: true, maxRetries: 10 });
  });
  const status = () => ({ helia: helia.status() });
  const { fetchMs = 5000 } = limits;
  const { url } = await gatewayOf(t, { store: kept, fetchMissing: helia.fetch, fetchMs, status });
  return { dir, url, kept, cache, helia };
}

type Limits = { dir?: string; cacheBytes?: number; fetchMs?: number };

/** Until `is` says so, or the test's patience ends. */
async function until(t: TestContext, is: () => boolean): Promise<void> {
  while (!is()) {
    t.signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function failureOf(url: string, cid: CID): Promise<{ status: number; code: string; found: string }> {
  const response = await fetch(`${url}/ipfs/${cid}?format=raw`);
  return { status: response.status, ...((await response.json()) as { code: string; found: string }) };
}

test("where Helia is not installed it is told how to install it", async (t) => {
  const folder = await scratch(t);
  await assert.rejects(loadHelia(folder), withCode("ST-015", /in .*assay-storage-/));
});

test("Helia sees the folders as one, by any identifier of the same hash, and takes in nothing that is not the block", async () => {
  const [kept, cache] = [createMemoryBlocks(), createMemoryBlocks()];
  const blocks = heliaBlocks([kept, cache]);
  const cid = await kept.put(noise(10));
  const read = async (name: CID) => {
    const parts: Uint8Array[] = [];
    for await (const part of blocks.get(name)) parts.push(part);
    return parts;
  };
  assert.deepEqual(await read(cid), [noise(10)]);
  assert.equal(await blocks.has(CID.createV1(0x71, cid.multihash)), false);
  await assert.rejects(read(CID.createV1(0x71, cid.multihash)), { name: "NotFoundError" });
  await assert.rejects(read(await hashBlock(noise(11))), { name: "NotFoundError" });
  await assert.rejects(blocks.put(await hashBlock(noise(11)), noise(12)), withCode("ST-002"));
  await blocks.put(await hashBlock(noise(11), DAG_PB), [noise(11).subarray(0, 4), noise(11).subarray(4)]);
  assert.deepEqual([kept.size, cache.size, await blocks.has(await hashBlock(noise(11)))], [1, 1, true]);
});

if (!existsSync(join(HELIA_FOLDER, "node_modules", "helia"))) {
  test("Helia itself was not run", (t) =>
    t.diagnostic("it is not installed here (npm run helia): only its refusal and its view of the folders were tested"));
} else {
  test("a file that was uploaded to one node comes from another by Bitswap, and stays there", async (t) => {
    const source = await nodeOf(t, { listen: [LOOPBACK] });
    const file = noise(3 * MIB + 7);
    const { cid } = await uploadFile({ gateway: source.url, bytes: file });
    const reader = await nodeOf(t, { peers: source.helia.status().addresses });
    await until(t, () => reader.helia.status().peers === 1);
    assert.deepEqual(await fetchBytes({ gateways: [reader.url], cid, ...once }), file);
    assert.deepEqual([reader.kept.usage().blocks, reader.cache.usage().blocks], [0, 5]);
    // And the other way over the same connection: the output of a job, for its requester.
    const output = await uploadFile({ gateway: reader.url, bytes: noise(MIB + 1, 7) });
    assert.deepEqual(await fetchBytes({ gateways: [source.url], cid: output.cid, ...once }), noise(MIB + 1, 7));
    await source.helia.close();
    assert.deepEqual(await fetchBytes({ gateways: [reader.url], cid, ...once }), file);
  });

  test("a peer that comes back is called again", async (t) => {
    const source = await nodeOf(t, { listen: [LOOPBACK] });
    const [address = ""] = source.helia.status().addresses;
    const failures: unknown[] = [];
    const reader = await nodeOf(t, { peers: [address], onError: (error) => failures.push(error) });
    await until(t, () => reader.helia.status().peers === 1);
    await source.helia.close();
    await until(t, () => reader.helia.status().peers === 0 && failures.length > 0);
    const { dir } = source;
    const again = await nodeOf(t, { listen: [address.replace(/\/p2p\/.*/, "")] }, { dir });
    assert.deepEqual(again.helia.status().addresses, [address]);
    await until(t, () => reader.helia.status().peers === 1);
    const { cid } = await uploadFile({ gateway: again.url, bytes: noise(9) });
    assert.deepEqual(await fetchBytes({ gateways: [reader.url], cid, ...once }), noise(9));
  });

  test("a router says who has a block, and no gateway of this machine is asked at its word", async (t) => {
    const source = await nodeOf(t, { listen: [LOOPBACK] });
    const { cid } = await uploadFile({ gateway: source.url, bytes: noise(20) });
    const [address = ""] = source.helia.status().addresses;
    let within = 0;
    const inner = await serverOf(t, (_, response) => {
      within += 1;
      response.end(noise(20));
    });
    const records = [
      { Schema: "peer", ID: PEER, Addrs: [`/ip4/127.0.0.1/tcp/${new URL(inner).port}/http`], Protocols: [HTTP] },
      { Schema: "peer", ID: address.split("/").at(-1), Addrs: [address], Protocols: ["transport-bitswap"] },
    ];
    const router = await serverOf(t, (_, response) => {
      response.setHeader("content-type", "application/json").end(JSON.stringify({ Providers: records }));
    });
    const reader = await nodeOf(t, { routers: [router] });
    assert.deepEqual(await fetchBytes({ gateways: [reader.url], cid, ...once }), noise(20));
    assert.equal(within, 0);
  });

  type Hostile = { send: (response: ServerResponse, block: Uint8Array) => void; said: RegExp; fetchMs?: number };
  const HOSTILE: Record<string, Hostile> = {
    "other bytes": { send: (response) => response.end(noise(1000, 666)), said: /from any gateway/ },
    "a block cut short": { send: (response, block) => response.end(block.subarray(0, 999)), said: /from any gateway/ },
    "nothing more after half of it": {
      send: (response, block) => {
        response.writeHead(200, { "content-length": block.length });
        response.write(block.subarray(0, 500), () => response.destroy());
      },
      said: /terminated/,
    },
    "bytes without end": {
      send: (response) => {
        const more = () => {
          while (!response.destroyed && response.write(new Uint8Array(65_536)));
        };
        response.on("drain", more);
        more();
      },
      said: /greater than the limit/,
    },
    "a byte now and then": {
      send: (response, block) => {
        response.writeHead(200, { "content-length": block.length });
        const timer = setInterval(() => response.write(block.subarray(0, 1)), 20);
        response.on("close", () => clearInterval(timer));
      },
      said: /abort/,
      fetchMs: 300,
    },
  };

  for (const [what, { send, said, fetchMs }] of Object.entries(HOSTILE)) {
    test(`a gateway that sends Helia ${what} is believed nothing`, async (t) => {
      const block = noise(1000);
      let sent = 0;
      let left = 0;
      const liar = await serverOf(t, (_, response) => {
        const { socket } = response;
        response.on("close", () => {
          left += 1;
          sent += socket?.bytesWritten ?? 0;
        });
        send(response, block);
      });
      const { url, cache } = await nodeOf(t, { upstreams: [liar] }, { fetchMs });
      const { status, code, found } = await failureOf(url, await hashBlock(block));
      assert.deepEqual([status, code, cache.usage().blocks], [404, "ST-005", 0]);
      assert.match(found, said);
      await until(t, () => left === 1);
      assert.ok(sent < 16 * MIB, `${sent} bytes taken in`);
    });
  }

  test("of two gateways one lies: the file comes from the other, and what had come is not asked for again", async (t) => {
    const origin = counting(createMemoryBlocks());
    const file = noise(6 * MIB);
    const { cid, blocks } = await importToStore(origin, file);
    const honest = await gatewayOf(t, { store: origin });
    const liar = await serverOf(t, (_, response) => response.end(noise(1000, 666)));
    const { url, cache, helia } = await nodeOf(t, { upstreams: [liar, honest.url] });
    const reading = fetchFile({ gateways: [url], cid, concurrency: 1, ...once });
    for (let n = 0; n < 3; n++) await reading.next();
    await reading.return();
    const already = cache.usage().blocks;
    assert.ok(already >= 4 && already < blocks, `${already} blocks`);
    assert.deepEqual(await fetchBytes({ gateways: [url], cid, ...once }), file);
    assert.equal(origin.asked.length, blocks);
    assert.deepEqual([helia.status().peers, helia.status().upstreams], [0, 2]);
  });

  test("what came from others is let go when there is too much of it, what was uploaded is not", async (t) => {
    const origin = counting(createMemoryBlocks());
    const { cid } = await importToStore(origin, noise(8 * MIB));
    const { url } = await gatewayOf(t, { store: origin });
    const node = await nodeOf(t, { upstreams: [url] }, { cacheBytes: 4 * MIB });
    const own = await uploadFile({ gateway: node.url, bytes: noise(2 * MIB, 5) });
    // One at a time: what comes together is cut together.
    for await (const part of fetchFile({ gateways: [node.url], cid, concurrency: 1, ...once })) {
      assert.equal(part.length, MIB);
      assert.ok(node.cache.usage().bytes <= 5 * MIB, `${node.cache.usage().bytes} bytes`);
    }
    assert.equal(node.kept.usage().blocks, own.blocks);
    assert.deepEqual(await fetchBytes({ gateways: [node.url], cid, ...once }), noise(8 * MIB));
    assert.ok(origin.asked.length > 9, "nothing was let go");
  });

  test("an upload is not skipped because others have the block, and a broken copy is had again", async (t) => {
    const origin = createMemoryBlocks();
    const cid = await origin.put(noise(500));
    const { url } = await gatewayOf(t, { store: origin });
    const node = await nodeOf(t, { upstreams: [url] });
    assert.deepEqual(await fetchBytes({ gateways: [node.url], cid, ...once }), noise(500));
    const head = await fetch(`${node.url}/ipfs/${cid}?format=raw`, { method: "HEAD" });
    assert.equal(head.status, 404);
    await uploadFile({ gateway: node.url, bytes: noise(500) });
    assert.deepEqual([node.kept.usage().blocks, node.cache.usage().blocks], [1, 1]);
    await spoil(node.kept.dir);
    await spoil(node.cache.dir);
    assert.deepEqual(await fetchBytes({ gateways: [node.url], cid, ...once }), noise(500));
  });

  test("as a process of its own: its blocks, its state, and its end", async (t) => {
    const origin = createMemoryBlocks();
    const { cid } = await importToStore(origin, noise(2 * MIB));
    const { url: upstream } = await gatewayOf(t, { store: origin });
    const args = ["--dir", join(await scratch(t), "blocks"), "--helia", "--upstream", upstream, "--listen", LOOPBACK];
    const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => child.kill("SIGKILL"));
    const [line] = (await eventOf(createInterface(child.stdout), "line")) as [string];
    const { url } = JSON.parse(line) as { url: string };
    assert.deepEqual(await fetchBytes({ gateways: [url], cid, ...once }), noise(2 * MIB));
    const { helia } = (await (await fetch(`${url}/healthz`)).json()) as { helia: HeliaStatus };
    assert.match(helia.version, /^\d+\.\d+\.\d+$/);
    assert.deepEqual([helia.peers, helia.upstreams, helia.routers, helia.addresses.length], [0, 1, 0, 1]);
    child.kill("SIGTERM");
    assert.deepEqual(await eventOf(child, "exit"), [0, null]);
  });

  test("an address that is none, and one that is taken, are told of", async (t) => {
    const open = (args: Omit<HeliaArgs, "stores" | "records">) => nodeOf(t, args);
    await assert.rejects(open({ peers: ["127.0.0.1:4001"] }), withCode("ST-014", /--peer 127/));
    await assert.rejects(open({ upstreams: ["ftp://127.0.0.1"] }), withCode("ST-014", /ftp/));
    await assert.rejects(open({ listen: ["/ip4/192.0.2.1/tcp/1"] }), withCode("ST-016"));
  });
}

const HTTP = "transport-ipfs-gateway-http";
const PEER = "12D3KooWGLSjR6pRfYnvHCmQZpS8JvkfrPJW8zVhPiyRyNKJgDfs";

function counting(store: BlockStore): BlockStore & { asked: string[] } {
  const asked: string[] = [];
  const get = (cid: CID) => {
    asked.push(cid.toString());
    return store.get(cid);
  };
  return { ...store, asked, get };
}

/** Cuts every block of a folder short. */
async function spoil(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await truncate(join(entry.parentPath, entry.name), 1);
  }
}

import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { CID } from "multiformats/cid";
import { DAG_PB, hashBlock } from "../block.ts";
import { createMemoryBlocks } from "../client/memory-blocks.ts";
import { gatewayOf, noise, scratch } from "../test-kit.ts";
import { openBlockFolder } from "./block-folder.ts";

type Failure = { code: string; found: string; wanted: string; hint: string };

async function failureOf(response: Response): Promise<Failure> {
  const body = (await response.json()) as Failure;
  for (const key of ["code", "found", "wanted", "hint"] as const) assert.equal(typeof body[key], "string");
  return body;
}

test("serves a block with the headers of a trustless gateway", async (t) => {
  const store = createMemoryBlocks();
  const cid = await store.put(noise(5000));
  const { url } = await gatewayOf(t, { store });
  const response = await fetch(`${url}/ipfs/${cid}?format=raw`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/vnd.ipld.raw");
  assert.equal(response.headers.get("content-length"), "5000");
  assert.match(response.headers.get("cache-control") ?? "", /immutable/);
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), noise(5000));
  const head = await fetch(`${url}/ipfs/${cid}`, { method: "HEAD", headers: { accept: "application/vnd.ipld.raw" } });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get("content-length"), "5000");
  const etag = response.headers.get("etag") ?? "";
  const cached = await fetch(`${url}/ipfs/${cid}?format=raw`, { headers: { "if-none-match": etag } });
  assert.equal(cached.status, 304);
});

test("the same bytes are served under their raw and their dag-pb identifier", async (t) => {
  const store = createMemoryBlocks();
  await store.put(noise(50));
  const { url } = await gatewayOf(t, { store });
  const response = await fetch(`${url}/ipfs/${await hashBlock(noise(50), DAG_PB)}?format=raw`);
  assert.equal(response.status, 200);
});

test("stores a block that hashes to its identifier, and no other", async (t) => {
  const store = createMemoryBlocks();
  const { url } = await gatewayOf(t, { store });
  const cid = await hashBlock(noise(100));
  const bad = await fetch(`${url}/ipfs/${cid}`, { method: "PUT", body: noise(100, 9) as BodyInit });
  assert.equal(bad.status, 400);
  const failure = await failureOf(bad);
  assert.equal(failure.code, "ST-002");
  assert.equal(failure.wanted, cid.toString());
  assert.equal(await store.has(cid), false);
  const good = await fetch(`${url}/ipfs/${cid}`, { method: "PUT", body: noise(100) as BodyInit });
  assert.equal(good.status, 201);
  assert.deepEqual(await store.get(cid), noise(100));
});

test("asks uploads for the token, and only uploads", async (t) => {
  const store = createMemoryBlocks();
  const { url } = await gatewayOf(t, { store, token: "s3cret" });
  const cid = await hashBlock(noise(100));
  const put = (authorization?: string) =>
    fetch(`${url}/ipfs/${cid}`, {
      method: "PUT",
      body: noise(100) as BodyInit,
      headers: authorization ? { authorization } : {},
    });
  for (const wrong of [undefined, "Bearer s3cre", "s3cret", "Basic s3cret"]) {
    const response = await put(wrong);
    assert.equal(response.status, 401);
    assert.equal((await failureOf(response)).code, "ST-007");
  }
  assert.equal((await put("Bearer s3cret")).status, 201);
  assert.equal((await fetch(`${url}/ipfs/${cid}?format=raw`)).status, 200);
});

test("refuses a block that is too large, declared or streamed", async (t) => {
  const store = createMemoryBlocks();
  const { url } = await gatewayOf(t, { store, maxUploadBytes: 1000 });
  const cid = await hashBlock(noise(1001));
  const declared = await fetch(`${url}/ipfs/${cid}`, { method: "PUT", body: noise(1001) as BodyInit });
  assert.equal(declared.status, 413);
  assert.equal((await failureOf(declared)).code, "ST-006");
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const upload = request(`${url}/ipfs/${cid}`, { method: "PUT" }, (r) => {
      r.resume();
      resolve(r.statusCode);
    });
    upload.on("error", reject);
    upload.write(noise(600));
    upload.write(noise(600));
    upload.end();
  });
  assert.equal(status, 413);
  assert.equal(store.size, 0);
});

test("no path leads out of the folder", async (t) => {
  const store = await openBlockFolder(await scratch(t));
  const { port } = await gatewayOf(t, { store });
  const paths = [
    "/ipfs/../../etc/passwd?format=raw",
    "/ipfs/%2e%2e%2f%2e%2e%2fetc%2fpasswd?format=raw",
    "/ipfs/..%2f..%2fetc%2fpasswd?format=raw",
    "/../../etc/passwd",
    "//etc/passwd?format=raw",
    "/ipfs/bafkreifoo/../../x?format=raw",
  ];
  for (const path of paths) {
    const [status, body] = await new Promise<[number | undefined, string]>((resolve, reject) => {
      request({ host: "127.0.0.1", port, path }, async (response) => {
        resolve([response.statusCode, Buffer.concat(await response.toArray()).toString()]);
      })
        .on("error", reject)
        .end();
    });
    assert.ok(status === 400 || status === 404, `${path} gave ${status}`);
    assert.match(JSON.parse(body).code, /^ST-00[18]$/);
  }
});

test("says what it does not serve", async (t) => {
  const store = createMemoryBlocks();
  const { url } = await gatewayOf(t, { store });
  const cid = await hashBlock(noise(1));
  const cases = [
    ["GET", `/ipfs/${cid}?format=raw`, 404, "ST-005"],
    ["GET", `/ipfs/${cid}`, 406, "ST-008"],
    ["GET", `/ipfs/${cid}?format=car`, 406, "ST-008"],
    ["POST", `/ipfs/${cid}`, 405, "ST-008"],
    ["GET", "/ipfs/nonsense?format=raw", 400, "ST-001"],
    ["GET", "/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG?format=raw", 400, "ST-001"],
    ["GET", "/", 404, "ST-008"],
  ] as const;
  for (const [method, path, status, code] of cases) {
    const response = await fetch(url + path, { method });
    assert.equal(response.status, status, path);
    assert.equal((await failureOf(response)).code, code);
  }
});

test("a full folder answers 507, health tells the usage", async (t) => {
  const store = await openBlockFolder(await scratch(t), { maxBytes: 150 });
  const failures: unknown[] = [];
  const { url } = await gatewayOf(t, { store, onError: (error) => failures.push(error) });
  const put = async (seed: number) => {
    const cid = await hashBlock(noise(100, seed));
    return await fetch(`${url}/ipfs/${cid}`, { method: "PUT", body: noise(100, seed) as BodyInit });
  };
  assert.equal((await put(1)).status, 201);
  const refused = await put(2);
  assert.equal(refused.status, 507);
  assert.equal((await failureOf(refused)).code, "ST-004");
  assert.equal(failures.length, 1);
  assert.deepEqual(await (await fetch(`${url}/healthz`)).json(), { ok: true, blocks: 1, bytes: 100 });
});

const HOSTILE = {
  "sends a byte now and then": (cid: CID) => `PUT /ipfs/${cid} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n`,
  "sends nothing": () => "",
  // More than the buffers between the two hold.
  "reads nothing": (cid: CID) => `GET /ipfs/${cid}?format=raw HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(16),
};

for (const [what, said] of Object.entries(HOSTILE)) {
  test(`a client that ${what} loses its place to the next`, async (t) => {
    const store = createMemoryBlocks();
    const cid = await store.put(noise(1024 * 1024));
    const { port, url } = await gatewayOf(t, { store, maxConnections: 1, patienceMs: 3000 });
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    t.after(() => socket.destroy());
    await once(socket, "connect");
    socket.pause().write(said(cid));
    const drip = setInterval(() => what.includes("now and then") && socket.write("x"), 20);
    t.after(() => clearInterval(drip));
    const health = () =>
      fetch(`${url}/healthz`).then(
        ({ status }) => status,
        () => undefined,
      );
    assert.equal(await health(), undefined);
    let status: number | undefined;
    while (status === undefined) {
      t.signal.throwIfAborted();
      status = await health();
    }
    assert.equal(status, 200);
    if (socket.destroyed) return;
    let got = 0;
    socket.on("data", (part: Buffer) => {
      got += part.length;
    });
    await once(socket.resume(), "close");
    assert.ok(got < 16 * 1024 * 1024, `${got} bytes were sent to one that did not read`);
  });
}

test("one connection holds one block in memory, however many it asks for at once", async (t) => {
  const store = createMemoryBlocks();
  const cid = await store.put(noise(1024 * 1024));
  let asked = 0;
  const counted = {
    ...store,
    get: (name: CID) => {
      asked += 1;
      return store.get(name);
    },
  };
  const { port, url } = await gatewayOf(t, { store: counted });
  const many = 300;
  const socket = connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.write(`GET /ipfs/${cid}?format=raw HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(many));
  socket.pause();
  let before = -1;
  // Until what fits between the two has been sent: others are served meanwhile.
  for (let same = 0; same < 20; same = asked === before ? same + 1 : 0) {
    before = asked;
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  }
  assert.ok(asked > 0 && asked < many / 3, `${asked} of ${many} blocks were read for one that takes none`);
  let got = 0;
  socket.on("data", (part: Buffer) => {
    got += part.length;
    if (got > many * 1024 * 1024) socket.destroy();
  });
  await once(socket.resume(), "close");
  assert.equal(asked, many);
});

test("an upload that is packed is taken as it comes, not unpacked", async (t) => {
  const store = createMemoryBlocks();
  const { url } = await gatewayOf(t, { store });
  const plain = Buffer.alloc(2 ** 24);
  const headers = { "content-encoding": "gzip", "content-type": "application/vnd.ipld.car" };
  const put = async (cid: CID) =>
    await fetch(`${url}/ipfs/${cid}`, { method: "PUT", headers, body: gzipSync(plain) as BodyInit });
  const response = await put(await hashBlock(plain));
  assert.equal(response.status, 400);
  assert.equal((await failureOf(response)).code, "ST-002");
  assert.equal((await put(await hashBlock(gzipSync(plain)))).status, 201);
  assert.equal(store.size, 1);
});

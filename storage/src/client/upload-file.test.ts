import assert from "node:assert/strict";
import { type AddressInfo, connect, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { openBlockFolder } from "../node/block-folder.ts";
import { gatewayOf, noise, scratch, serverOf, withCode } from "../test-kit.ts";
import { fetchBytes } from "./fetch-file.ts";
import { cidOfFile } from "./import-file.ts";
import { createMemoryBlocks } from "./memory-blocks.ts";
import type { Progress } from "./progress.ts";
import { uploadFile } from "./upload-file.ts";

const MIB = 1024 * 1024;
const quick = { retryDelayMs: 1, retries: 2 };

test("an uploaded file can be fetched, and its progress ends at its length", async (t) => {
  const store = createMemoryBlocks();
  const { url } = await gatewayOf(t, { store, token: "t" });
  const file = noise(4 * MIB + 5);
  const seen: Progress[] = [];
  const onProgress = (progress: Progress) => void seen.push(progress);
  const { cid, bytes, blocks } = await uploadFile({ gateway: url, bytes: file, token: "t", onProgress });
  assert.deepEqual([bytes, blocks, store.size], [file.length, 6, 6]);
  assert.deepEqual(seen.at(-1), { bytesDone: file.length, bytesTotal: file.length, blocks: 6 });
  assert.deepEqual(await fetchBytes({ gateways: [url], cid }), file);
});

test("the identifier depends on the bytes only, not on how a stream is sliced", async () => {
  const file = noise(2 * MIB + 100);
  const whole = (await cidOfFile(file)).toString();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: file.length }), { maxLength: 6 }), async (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), file.length];
      const slices = edges.slice(1).map((end, i) => file.subarray(edges[i], end));
      async function* stream() {
        yield* slices;
      }
      assert.equal((await cidOfFile(stream())).toString(), whole);
    }),
    { numRuns: 12 },
  );
});

test("the identifiers are those of the IPFS profile unixfs-v1-2025", async () => {
  // sha2-256 of nothing, and of "hello\n", as raw blocks: any IPFS tool prints these.
  assert.equal(`${await cidOfFile(new Uint8Array())}`, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
  const hello = new TextEncoder().encode("hello\n");
  assert.equal(`${await cidOfFile(hello)}`, "bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am");
  const { importer } = await import("ipfs-unixfs-importer");
  const file = noise(3 * MIB);
  const discard = { put: async (cid: Awaited<ReturnType<typeof cidOfFile>>) => cid };
  for await (const { cid } of importer([{ content: file }], discard, { profile: "unixfs-v1-2025" })) {
    assert.equal(`${await cidOfFile(file)}`, `${cid}`);
  }
});

test("blocks the gateway holds are not sent again", async (t) => {
  const store = createMemoryBlocks();
  const { url } = await gatewayOf(t, { store });
  let sent = 0;
  const relay = await serverOf(t, async (request, response) => {
    if (request.method === "PUT") sent += 1;
    const chunks = await request.toArray();
    const answer = await fetch(url + request.url, {
      method: request.method,
      body: request.method === "PUT" ? Buffer.concat(chunks) : undefined,
    });
    response.writeHead(answer.status).end();
  });
  await uploadFile({ gateway: relay, bytes: noise(3 * MIB) });
  assert.equal(sent, 4);
  await uploadFile({ gateway: relay, bytes: noise(3 * MIB) });
  assert.equal(sent, 4);
});

test("a connection that breaks is tried again", async (t) => {
  const store = createMemoryBlocks();
  let calls = 0;
  const shaky = await serverOf(t, async (request, response) => {
    calls += 1;
    if (calls === 1 || calls === 3) {
      request.socket.destroy();
      return;
    }
    const bytes = Buffer.concat(await request.toArray());
    if (request.method === "PUT") await store.put(bytes);
    response.writeHead(request.method === "PUT" ? 201 : 404).end();
  });
  const { cid } = await uploadFile({ gateway: shaky, bytes: noise(100), retries: 5, retryDelayMs: 1 });
  assert.deepEqual(await store.get(cid), noise(100));
});

test("an upload cut off in the middle of a block leaves no part of it, and goes on with what is missing", async (t) => {
  const store = await openBlockFolder(await scratch(t));
  const { port } = await gatewayOf(t, { store });
  let left = 5.5 * MIB;
  let sent = 0;
  const line = await lineTo(t, port, (bytes) => {
    sent += bytes;
    return sent <= left;
  });
  const file = noise(12 * MIB);
  const upload = () => uploadFile({ gateway: line, bytes: file, concurrency: 1, ...quick, retries: 0 });
  await assert.rejects(upload(), withCode("ST-012"));
  assert.deepEqual(store.usage(), { blocks: 5, bytes: 5 * MIB });
  left = Number.POSITIVE_INFINITY;
  sent = 0;
  const { cid, blocks } = await upload();
  assert.equal(store.usage().blocks, blocks);
  assert.ok(sent < 7 * MIB + 50_000, `${sent} bytes sent, although 5 MiB were there`);
  assert.deepEqual(await fetchBytes({ gateways: [], cid, store }), file);
});

test("a refusal names the gateway, the block, and what to do", async (t) => {
  const closed = await gatewayOf(t, { store: createMemoryBlocks(), token: "t" });
  const cid = await cidOfFile(noise(100));
  const refused = uploadFile({ gateway: closed.url, bytes: noise(100), ...quick });
  await assert.rejects(refused, withCode("ST-012", new RegExp(`${closed.url}: HTTP 401.*${cid}`, "s")));
  const small = await gatewayOf(t, { store: await openBlockFolder(await scratch(t), { maxBytes: 50 }) });
  const full = uploadFile({ gateway: small.url, bytes: noise(100), ...quick });
  await assert.rejects(full, withCode("ST-012", /HTTP 507.*ST-004/s));
  const nobody = uploadFile({ gateway: "http://127.0.0.1:1", bytes: noise(100), ...quick });
  await assert.rejects(nobody, withCode("ST-012"));
});

test("an aborted upload rejects with the reason", async (t) => {
  const { url } = await gatewayOf(t, { store: createMemoryBlocks() });
  const controller = new AbortController();
  const reason = new Error("enough");
  const onProgress = () => controller.abort(reason);
  const upload = uploadFile({
    gateway: url,
    bytes: noise(4 * MIB),
    concurrency: 1,
    signal: controller.signal,
    onProgress,
  });
  await assert.rejects(upload, reason);
});

/** A line to a port of this machine that is cut when `passes` says so of the next bytes on their way there. */
async function lineTo(t: TestContext, port: number, passes: (bytes: number) => boolean): Promise<string> {
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    const cut = () => {
      near.destroy();
      far.destroy();
    };
    near.on("data", (part) => (passes(part.length) ? void far.write(part) : cut()));
    far.on("data", (part) => void near.write(part));
    for (const end of [near, far]) end.on("error", cut).on("close", cut);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

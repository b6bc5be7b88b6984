// A Kubo daemon as a place for blocks. Its RPC is played by a server that answers as its reference says; where KUBO_BIN names
// a real daemon, the same is done with that one.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { CID } from "multiformats/cid";
import { type BlockStore, hashBlock } from "../block.ts";
import { isStorageError } from "../errors.ts";
import { requestBytes } from "../node/request-bytes.ts";
import { noise, scratch, serverOf, withCode } from "../test-kit.ts";
import { fetchBytes } from "./fetch-file.ts";
import { createMemoryBlocks } from "./memory-blocks.ts";
import { uploadFile } from "./upload-file.ts";

const MIB = 1024 * 1024;
const quick = { retryDelayMs: 1, retries: 1 };
const CODECS: Record<string, number> = { raw: 0x55, "dag-pb": 0x70 };

interface Played {
  address: string;
  store: BlockStore & { readonly size: number };
  /** Commands with their argument, in order. */
  asked: string[];
}

async function played(t: TestContext): Promise<Played> {
  const store = createMemoryBlocks();
  const asked: string[] = [];
  const url = await serverOf(t, (request, response) => {
    answer(store, asked, request, response).catch((error: unknown) => {
      response.writeHead(500, { "content-type": "application/json" });
      response.end(JSON.stringify({ Message: String(error), Code: 0, Type: "error" }));
    });
  });
  return { address: `kubo+${url}`, store, asked };
}

async function answer(store: BlockStore, asked: string[], request: IncomingMessage, response: ServerResponse) {
  if (request.method !== "POST") return void response.writeHead(405).end("405 - Method Not Allowed\n");
  const { pathname, searchParams: query } = new URL(request.url ?? "/", "http://kubo");
  const command = pathname.replace("/api/v0/", "");
  const arg = query.get("arg") ?? "";
  asked.push(`${command} ${arg}`.trim());
  const json = (body: object) => void response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  if (command === "block/get") return void response.end(await store.get(CID.parse(arg)));
  if (command === "block/stat") return json({ Key: arg, Size: (await store.get(CID.parse(arg))).length });
  if (command === "pin/add") return json({ Pins: [arg] });
  assert.equal(command, "block/put");
  const type = request.headers["content-type"] ?? "";
  const body = Buffer.concat(await request.toArray());
  const form = await new Response(body, { headers: { "content-type": type } }).formData();
  const file = form.get("data");
  assert.ok(file instanceof Blob);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const cid = await hashBlock(bytes, CODECS[query.get("cid-codec") ?? "raw"]);
  assert.equal(query.get("mhtype"), "sha2-256");
  await store.put(bytes, cid);
  json({ Key: cid.toString(), Size: bytes.length });
}

/** A daemon of one's own, without peers. */
async function real(t: TestContext, program: string): Promise<string> {
  const env = { ...process.env, IPFS_PATH: await scratch(t) };
  const run = async (...args: string[]) => {
    const [code] = await once(spawn(program, args, { env, stdio: "ignore" }), "exit");
    assert.equal(code, 0, args.join(" "));
  };
  await run("init", "--profile", "test");
  const daemon = spawn(program, ["daemon", "--offline"], { env, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => daemon.kill("SIGKILL"));
  let said = "";
  for await (const part of daemon.stdout) {
    said += part;
    const port = /RPC API server listening on \/ip4\/127\.0\.0\.1\/tcp\/(\d+)/.exec(said)?.[1];
    if (port) return `kubo+http://127.0.0.1:${port}`;
  }
  throw new Error(`the daemon ended: ${said}`);
}

/** What any daemon must do: take a file, hold it, give it back, and skip what it has. */
async function check(address: string): Promise<string> {
  const file = noise(2 * MIB + 9);
  const { cid, blocks } = await uploadFile({ gateway: address, bytes: file, ...quick });
  assert.equal(blocks, 4);
  for (const how of [{}, { request: requestBytes }]) {
    assert.deepEqual(await fetchBytes({ gateways: [address], cid, ...quick, ...how }), file);
  }
  await uploadFile({ gateway: address, bytes: file, ...quick });
  return cid.toString();
}

test("a file goes to a Kubo daemon, is pinned by its root, and comes back; what it holds is not sent again", async (t) => {
  const { address, asked, store } = await played(t);
  const root = await check(address);
  const count = (command: string) => asked.filter((text) => text.startsWith(command)).length;
  assert.deepEqual([count("block/put"), count("block/stat"), count("block/get"), store.size], [4, 8, 8, 4]);
  assert.deepEqual(
    asked.filter((text) => text.startsWith("pin/add")),
    [`pin/add ${root}`, `pin/add ${root}`],
  );
  assert.ok(asked.indexOf(`pin/add ${root}`) > asked.lastIndexOf("block/put"), "pinned before it was whole");
});

test("a Kubo daemon that has not got a block, lies, or does not pin, is told of", async (t) => {
  const { address, store } = await played(t);
  const cid = await hashBlock(noise(10));
  await assert.rejects(fetchBytes({ gateways: [address], cid, ...quick }), withCode("ST-009", /HTTP 500/));
  const liar = await serverOf(t, (_, response) => response.end(noise(10, 666)));
  await assert.rejects(fetchBytes({ gateways: [`kubo+${liar}`], cid, ...quick }), withCode("ST-002"));
  const forgetful = await serverOf(t, (request, response) => {
    const fails = request.url?.startsWith("/api/v0/pin/add");
    response.writeHead(fails ? 500 : 200).end('{"Message":"pin: context deadline exceeded"}');
  });
  const upload = uploadFile({ gateway: `kubo+${forgetful}`, bytes: noise(10), ...quick });
  await assert.rejects(upload, (error) => isStorageError(error, "ST-012") && /deadline exceeded/.test(error.found));
  assert.equal(store.size, 0);
});

const program = process.env.KUBO_BIN;
if (program) {
  test("the same with a real daemon", async (t) => {
    await check(await real(t, program));
  });
}

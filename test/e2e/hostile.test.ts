// Whatever a stranger puts into a job or between it and the node: one clear error with code and remedy, nothing sent, and the
// node goes on. What a hostile child does is in daemon-kit/src/run-child.hostile.test.ts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { encode } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import { assembleJob, encodeManifest, encodeTensors } from "../../exact/src/index.ts";
import type { JobId, SpecToPost } from "../../sdk/src/index.ts";
import { cidOfFile, DAG_PB, digestOf, hashBlock, parseCid, uploadFile } from "../../storage/src/index.ts";
import {
  errorsOf,
  type Market,
  openMarket,
  type PreparedInputs,
  post,
  smallManifest,
  startTestNode,
  type TestNode,
  uploadInputs,
  uploadManifest,
  waitFor,
} from "./harness.ts";
import { type HostileGateway, type Misdeed, sendDrop, sendWithoutEnd, startHostileGateway } from "./hostile-gateway.ts";

const ACCOUNT = 2;
let market: Market;
let gateway: HostileGateway;
let node: TestNode;
let inputs: PreparedInputs;
before(async () => {
  market = await openMarket();
  await market.enrol(ACCOUNT);
  gateway = await startHostileGateway(market.storage.url);
  inputs = await uploadInputs(market, 64, "honest");
  const env = { ASSAY_NODE_GATEWAYS: gateway.url, ASSAY_NODE_GATEWAY_TIMEOUT_SECONDS: "2" };
  node = await startTestNode(market, { account: ACCOUNT, env });
});
after(async () => {
  await market.close();
  await gateway.close();
});

type Json = Record<string, unknown>;
const bytesOf = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

/** The honest manifest with its program changed. */
async function program(change: (program: Json & { layers: Json[]; input: Json }) => void): Promise<SpecToPost> {
  const json = JSON.parse(new TextDecoder().decode(encodeManifest(inputs.manifest)));
  change(json.program);
  return { ...inputs.spec, inputs: await uploadManifest(market, bytesOf(json)) };
}

async function manifest(change: Json): Promise<SpecToPost> {
  const json = { ...JSON.parse(new TextDecoder().decode(encodeManifest(inputs.manifest))), ...change };
  return { ...inputs.spec, inputs: await uploadManifest(market, bytesOf(json)) };
}

let copies = 0;

/** A data set of its own, whose blocks the gateway misuses. */
async function data(misdeed: Misdeed): Promise<SpecToPost> {
  copies += 1;
  const tensor = { ...inputs.dataset, data: inputs.dataset.data.slice() };
  tensor.data[0] = copies;
  const { cid } = await uploadFile({ gateway: market.storage.url, bytes: encodeTensors([tensor]) });
  gateway.misdeeds.set(cid.toString(), misdeed);
  return await manifest({ dataset: { ...inputs.manifest.dataset, cid: cid.toString() } });
}

/** Blocks that a file's tree is made of, handed out by the gateway alone. */
const forged = new Map<string, Uint8Array>();
async function forge(bytes: Uint8Array, codec: number) {
  const cid = await hashBlock(bytes, codec);
  forged.set(cid.toString(), bytes);
  gateway.misdeeds.set(cid.toString(), (response) => response.writeHead(200).end(bytes));
  return cid;
}

/** A tree in which every node has the one below it twice: a kilobyte that says it is a million gigabytes. */
async function bomb(): Promise<SpecToPost> {
  let [cid, size] = [await forge(new Uint8Array(1000), 0x55), 1000n];
  for (let level = 0; level < 40; level++) {
    const unixfs = new UnixFS({ type: "file", blockSizes: [size, size] });
    const link = { Hash: cid, Name: "", Tsize: 0 };
    cid = await forge(encode({ Data: unixfs.marshal(), Links: [link, link] }), DAG_PB);
    size *= 2n;
  }
  return await manifest({ dataset: { ...inputs.manifest.dataset, cid: cid.toString() } });
}

/** Bytes in the place of a manifest, which the gateway alone has. */
async function instead(bytes: Uint8Array): Promise<SpecToPost> {
  return { ...inputs.spec, inputs: digestOf(await forge(bytes, 0x55)) };
}

/** Takes a block of the manifest itself away from the gateway. */
async function manifestBlock(misdeed: Misdeed): Promise<SpecToPost> {
  const spec = await manifest({ note: `block ${++copies}` });
  const cid = await cidOfFile(
    bytesOf({ ...JSON.parse(new TextDecoder().decode(encodeManifest(inputs.manifest))), note: `block ${copies}` }),
  );
  assert.equal(digestOf(parseCid(cid.toString())), spec.inputs);
  gateway.misdeeds.set(cid.toString(), misdeed);
  return spec;
}

interface Row {
  name: string;
  spec: () => Promise<SpecToPost>;
  /** Of the refused inputs; where the inputs are sound, the reason for which the job is not taken. */
  code: string;
  found: RegExp;
}

const ROWS: Row[] = [
  {
    name: "a program of huge shapes",
    spec: () => program(({ layers }) => Object.assign(layers[0]!, { units: 2 ** 31 })),
    code: "EX-001",
    found: /layers\.0\.units|2147483648/,
  },
  {
    name: "a data set of huge shape",
    spec: () => program(({ input }) => Object.assign(input, { rows: 2 ** 24 })),
    code: "EX-001",
    found: /64x20/,
  },
  { name: "zero batch", spec: () => program((p) => Object.assign(p, { batchSize: 0 })), code: "EX-001", found: /0/ },
  {
    name: "a cyclic graph",
    spec: () => program(({ layers }) => Object.assign(layers[0]!, { input: "layers.1" })),
    code: "EX-001",
    found: /layers\.1/,
  },
  {
    name: "a path in the place of an identifier",
    spec: () => manifest({ dataset: { ...inputs.manifest.dataset, cid: "../../../../etc/passwd" } }),
    code: "EX-001",
    found: /etc\/passwd/,
  },
  {
    name: "a path in a field that no manifest has",
    spec: () => manifest({ output: "/etc/cron.d/node" }),
    code: "EX-001",
    found: /a field that no manifest has/,
  },
  {
    name: "JSON of very many entries",
    spec: () => instead(new TextEncoder().encode(`[${"0,".repeat(2 ** 19)}0]`)),
    code: "ST-010",
    found: /1048579 bytes/,
  },
  {
    name: "JSON that is nested very deep",
    spec: () => instead(new TextEncoder().encode("[".repeat(2 ** 20))),
    code: "EX-001",
    found: /./,
  },
  {
    name: "data cut short",
    spec: () => data((response, block) => response.end(block.subarray(0, block.length / 2))),
    code: "ST-002",
    found: /hash to/,
  },
  {
    name: "data of another hash",
    spec: () => data((response, block) => response.end(block.toReversed())),
    code: "ST-002",
    found: /hash to/,
  },
  { name: "a tree that unfolds without end", spec: bomb, code: "ST-010", found: /1099511627776000 bytes/ },
  {
    name: "a compressed answer that unfolds to 64 MiB",
    spec: () => data((response) => response.writeHead(200, { "content-encoding": "gzip" }).end(zeros())),
    code: "ST-002",
    found: /hash to/,
  },
  { name: "a gateway that sends a byte now and then", spec: () => data(sendDrop), code: "ST-009", found: /timeout/ },
  { name: "a stream without end", spec: () => manifestBlock(sendWithoutEnd), code: "ST-009", found: /too large/ },
  {
    name: "a gateway that sends its readers elsewhere",
    spec: () => data((response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end()),
    code: "ST-009",
    found: /HTTP 302/,
  },
];

let zipped: Uint8Array | undefined;
function zeros(): Uint8Array {
  zipped ??= gzipSync(Buffer.alloc(2 ** 26));
  return zipped;
}

test("every hostile input is refused with its code and a remedy, nothing is sent, and the next good job is done", async (t) => {
  const provider = market.chain.wallet(ACCOUNT).account.address;
  const posted = new Map<Row, JobId>();
  for (const row of ROWS) posted.set(row, (await post(market, await row.spec(), { provider })).id);
  for (const [row, id] of posted) {
    await t.test(row.name, async () => {
      const line = await node.logged("inputs refused", ({ jobId }) => jobId === id);
      assert.equal(line.code, row.code, String(line.found));
      assert.match(String(line.found), row.found);
      for (const fact of ["message", "wanted", "hint"]) assert.ok(String(line[fact] ?? "").length > 0, fact);
      const skip = await node.logged("job skipped", ({ jobId }) => jobId === id);
      assert.equal(skip.reason, "SKIP_INPUTS");
    });
  }
  await t.test("10^9 steps", async () => {
    const { program, dataset } = smallManifest(1e9);
    const long = { ...inputs.manifest, program };
    const digest = await uploadManifest(market, encodeManifest(long));
    const { id } = await post(market, { ...(await assembleJob(long, { dataset })).spec, inputs: digest }, { provider });
    // Nothing is wrong with it, but nobody has that disk, and nobody has that time.
    const skip = await node.logged("job skipped", ({ jobId }) => jobId === id);
    assert.match(String(skip.reason), /^SKIP_(DISK|RUN_TIME_TOO_SHORT)$/);
  });
  const operator = market.chain.wallet(ACCOUNT + 1).account.address;
  assert.equal(await market.chain.publicClient.getTransactionCount({ address: operator }), 0, "nothing was sent");
  const { id } = await post(market, inputs.spec, { provider });
  await waitFor(market, id, "submitted");
  assert.deepEqual(errorsOf(node), []);
});

// Everything that can be wrong with a job, a key or an endpoint: one clear error each, and nothing lost.
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { numberToHex } from "viem";
import { findBwrap, writeKeystore } from "../../daemon-kit/src/index.ts";
import { encodeManifest, encodeTensors } from "../../exact/src/index.ts";
import { freePort } from "../../scripts/lib/devnet.ts";
import { startProcess } from "../../scripts/lib/processes.ts";
import type { SpecToPost } from "../../sdk/src/index.ts";
import { uploadFile } from "../../storage/src/index.ts";
import {
  ASY,
  errorsOf,
  type Market,
  openMarket,
  post,
  startTestNode,
  type TestNode,
  uploadInputs,
  uploadManifest,
  waitFor,
} from "./harness.ts";
import { startRpcProxy } from "./rpc-proxy.ts";

const BIN = fileURLToPath(new URL("../../compute-node/bin/assay-node.mjs", import.meta.url));
const ACCOUNT = 2;
let market: Market;
let node: TestNode;
let me: `0x${string}`;
before(async () => {
  market = await openMarket();
  await market.enrol(ACCOUNT);
  me = market.chain.wallet(ACCOUNT).account.address;
  node = await startTestNode(market, { account: ACCOUNT });
});
after(() => market.close());

const operator = () => market.chain.wallet(ACCOUNT + 1).account.address;
const transactions = () => market.chain.publicClient.getTransactionCount({ address: operator() });

/** Posts a job that must be refused, and checks what the node says of it. */
async function refused(spec: SpecToPost, code: string, found: RegExp): Promise<void> {
  const before = await transactions();
  const { id, terms } = await post(market, spec, { provider: me });
  const line = await node.logged("inputs refused", ({ jobId }) => jobId === id);
  assert.equal(line.code, code);
  for (const fact of ["found", "wanted", "hint"])
    assert.ok(String(line[fact] ?? "").length > 0, `${fact}: ${line[fact]}`);
  assert.match(String(line.found), found);
  const skip = await node.logged("job skipped", ({ jobId }) => jobId === id);
  assert.equal(skip.reason, "SKIP_INPUTS");
  assert.equal(await transactions(), before, "nothing was sent");
  const { available } = await market.requester.getBalance();
  await market.requester.cancelJob({ terms });
  assert.equal((await market.requester.getBalance()).available, available + ASY("50"), "the escrow comes back whole");
}

test("a malformed program in the manifest is refused with the path of its wrong field", async () => {
  const { manifest, spec } = await uploadInputs(market, 64);
  const text = new TextDecoder().decode(encodeManifest(manifest)).replace('"batchSize":16', '"batchSize":17');
  const inputs = await uploadManifest(market, new TextEncoder().encode(text));
  await refused({ ...spec, inputs }, "EX-001", /17/);
});

test("a manifest that is no JSON is refused", async () => {
  const { spec } = await uploadInputs(market, 64);
  await refused({ ...spec, inputs: await uploadManifest(market, new Uint8Array([0, 1, 2, 255])) }, "EX-001", /.+/);
});

test("a data set whose hash is not the spec's is refused", async () => {
  const { manifest, dataset, spec } = await uploadInputs(market, 64);
  const other = { ...dataset, data: dataset.data.slice() };
  other.data[0] = (other.data[0]! + 1) % 32;
  const { cid } = await uploadFile({ gateway: market.storage.url, bytes: encodeTensors([other]) });
  const changed = { ...manifest, dataset: { ...manifest.dataset, cid: cid.toString() } };
  const inputs = await uploadManifest(market, encodeManifest(changed));
  await refused({ ...spec, inputs }, "CN-020", /dataRoot 0x/);
});

test("MAN-04: a data set of two tensors is refused", async () => {
  const { manifest, dataset, spec } = await uploadInputs(market, 64);
  const { cid } = await uploadFile({ gateway: market.storage.url, bytes: encodeTensors([dataset, dataset]) });
  const doubled = { ...manifest, dataset: { ...manifest.dataset, cid: cid.toString() } };
  await refused({ ...spec, inputs: await uploadManifest(market, encodeManifest(doubled)) }, "ST-010", /bytes/);
});

test("MAN-06: a spec that is not its program's is refused", async () => {
  const { spec } = await uploadInputs(market, 64);
  await refused({ ...spec, steps: 65 }, "CN-020", /steps 64/);
});

test("a truncated block is never served and never believed", async () => {
  const { spec, manifest } = await uploadInputs(market, 64, "truncated");
  const note = { ...manifest, note: "truncated on the disk of the gateway" };
  const inputs = await uploadManifest(market, encodeManifest(note));
  truncateNewest(join(market.dir, "blocks"), new TextEncoder().encode(note.note));
  await refused({ ...spec, inputs }, "ST-009", /HTTP 404/);
});

/** Cuts the block that contains these bytes in half. */
function truncateNewest(folder: string, content: Uint8Array): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    const bytes = readFileSync(path);
    if (!bytes.includes(Buffer.from(content))) continue;
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    return;
  }
  assert.fail("found no block with this content");
}

test("a provider without the stake for the bond skips the job and says why", async () => {
  const { spec } = await uploadInputs(market, 64);
  const { id, terms } = await post(market, spec, { provider: me, bond: ASY("5000") });
  const line = await node.logged("job skipped", ({ jobId }) => jobId === id);
  assert.equal(line.reason, "SKIP_STAKE");
  assert.match(String(line.detail), /1000000000000000000000 free, bond 5000000000000000000000/);
  await market.requester.cancelJob({ terms });
});

test("a provider that never staked and named no operator: doctor tells both, with the remedy", async () => {
  const account = 6;
  const { code, stdout } = await runNode("doctor", account, { args: ["--json"] });
  assert.equal(code, 1);
  const { checks } = JSON.parse(stdout) as {
    checks: { name: string; status: string; code?: string; remedy?: string }[];
  };
  const find = (name: string) => checks.find((check) => check.name === name);
  assert.deepEqual([find("operator")?.status, find("operator")?.code], ["fail", "CN-041"]);
  assert.match(find("operator")?.remedy ?? "", /assay-node stake operator 0x/);
  assert.deepEqual([find("stake")?.status, find("stake")?.code], ["fail", "CN-040"]);
  for (const name of ["rpc", "deployment", "key", "contracts", "gas", "storage", "engine"]) {
    assert.equal(find(name)?.status, "ok", name);
  }
  const engines = checks.filter(({ name }) => name === "engine");
  assert.equal(engines.length, 5, "a line for each engine, the rejected ones with a remedy");
  for (const { status, remedy } of engines) assert.ok(status === "ok" || (status === "note" && remedy));
});

test("a wrong password of the keystore: one error, exit code 1", async () => {
  const keystore = join(market.dir, "keystore.json");
  const passwordFile = join(market.dir, "password.txt");
  await writeKeystore({ path: keystore, privateKey: market.chain.key(9), password: "right", scryptN: 1024 });
  writeFileSync(passwordFile, "wrong\n", { mode: 0o600 });
  const env = {
    ASSAY_NODE_PRIVATE_KEY: undefined,
    ASSAY_NODE_KEYSTORE: keystore,
    ASSAY_NODE_PASSWORD_FILE: passwordFile,
  };
  const { code, stderr } = await runNode("start", 8, { env });
  assert.equal(code, 1);
  checkFourLines(stderr, "DK-012");
});

test("an endpoint that does not answer: one error, exit code 75 (try again)", async () => {
  const { code, stderr } = await runNode("start", 8, { rpcUrl: `http://127.0.0.1:${await freePort()}` });
  assert.equal(code, 75);
  checkFourLines(stderr, "DK-040");
});

test("an endpoint that refuses in the middle of a start: one error, exit code 75 (try again)", async () => {
  for (const method of ["eth_getBlockByNumber", "eth_call"]) {
    const busy = { kind: "status", status: 503 } as const;
    const faultOf = (call: { method: string }) => (call.method === method ? busy : undefined);
    const proxy = await startRpcProxy(market.chain.url, () => "forward", undefined, faultOf);
    try {
      const { code, stderr } = await runNode("start", 8, { rpcUrl: proxy.url });
      assert.equal(code, 75, stderr);
      checkFourLines(stderr, "SDK-041");
    } finally {
      await proxy.close();
    }
  }
});

test("a misspelt setting: one error that names the right one", async () => {
  const { code, stderr } = await runNode("start", 8, { env: { ASSAY_NODE_GATEWAY: "http://127.0.0.1:1" } });
  assert.equal(code, 1);
  checkFourLines(stderr, "DK-003");
  assert.match(stderr, /ASSAY_NODE_GATEWAYS/);
});

const hasBwrap = "version" in findBwrap();
const NO_BWRAP = "not tested: it wants a mount of its own, and there is no bubblewrap here";
/** A mount over a folder that only the wrapped program sees. */
const mounted = (...mount: string[]) => ["bwrap", "--dev-bind", "/", "/", "--die-with-parent", ...mount, "--"];

/** What a node may be started into. One clear error each, before anything is sent. */
const SURROUNDINGS: { name: string; code: string; found: RegExp; start: (folder: string) => Override }[] = [
  {
    name: "another network",
    code: "DK-041",
    found: /chain 31337/,
    start: (folder) => ({
      env: { ASSAY_NODE_CHAIN_ID: "1", ASSAY_NODE_DEPLOYMENT: deploymentOf(1, folder) },
    }),
  },
  {
    name: "a data folder that cannot be",
    code: "DK-067",
    found: /ENOENT/,
    start: () => ({ env: { ASSAY_NODE_DATA_DIR: "/proc/none/data" } }),
  },
  {
    name: "a home that is read-only",
    code: "DK-067",
    found: /EROFS/,
    start: (folder) => ({ env: { ASSAY_NODE_DATA_DIR: folder }, wrapper: mounted("--ro-bind", folder, folder) }),
  },
  {
    name: "a disk that is full",
    code: "DK-067",
    found: /ENOSPC/,
    start: (folder) => ({
      env: { ASSAY_NODE_DATA_DIR: folder },
      wrapper: mounted("--size", "4096", "--tmpfs", folder),
    }),
  },
];

/** The market's deployment, as if it were on another chain. */
function deploymentOf(chainId: number, folder: string): string {
  const path = join(folder, "deployment.json");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(market.deploymentPath, "utf8")), chainId }));
  return path;
}

for (const { name, code, found, start } of SURROUNDINGS) {
  test(`started into ${name}: one error, exit code 1`, async (t) => {
    const folder = join(market.dir, name.replaceAll(" ", "-"));
    mkdirSync(folder);
    const override = start(folder);
    if (override.wrapper && !hasBwrap) return t.diagnostic(NO_BWRAP);
    const { code: exit, stderr } = await runNode("start", 8, override);
    assert.equal(exit, 1, stderr);
    checkFourLines(stderr, code);
    assert.match(stderr, found);
  });
}

test("a clock that is behind the chain: doctor and the node tell, and the node lives", async () => {
  // The local chain's own time may be anywhere: one that says to be another, and whose newest block is of tomorrow.
  const tomorrow = numberToHex(Math.floor(Date.now() / 1000) + 86_400);
  const changes: Record<string, (result: unknown) => unknown> = {
    eth_chainId: () => "0x1",
    eth_getBlockByNumber: (block) => ({ ...(block as object), timestamp: tomorrow }),
  };
  const proxy = await startRpcProxy(
    market.chain.url,
    () => "forward",
    undefined,
    ({ method }) => changes[method] && { kind: "answer", change: changes[method] },
  );
  const folder = join(market.dir, "skewed");
  mkdirSync(folder);
  const env = { ASSAY_NODE_CHAIN_ID: "1", ASSAY_NODE_DEPLOYMENT: deploymentOf(1, folder), ASSAY_NODE_POLL_MS: "200" };
  const { code, stdout } = await runNode("doctor", 8, { args: ["--json"], rpcUrl: proxy.url, env });
  const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; code: string; remedy: string }[] };
  const [rpc] = checks;
  assert.deepEqual([code, rpc?.name, rpc?.status, rpc?.code], [1, "rpc", "fail", "CN-034"]);
  assert.match(rpc?.remedy ?? "", /NTP/);
  const late = await startTestNode(market, { account: 8, rpcUrl: proxy.url, env });
  const line = await late.logged("the clock is behind the chain");
  assert.deepEqual([line.code, /^set the clock by NTP/.test(String(line.hint))], ["CN-034", true]);
  delete changes.eth_getBlockByNumber;
  await late.logged("the clock is right again");
  assert.equal((await fetch(`${late.url}/healthz`)).status, 200);
  await late.process.stop();
  await proxy.close();
});

test("a disk that becomes full while the node works: it says so, lives, and goes on when there is room", async (t) => {
  if (!hasBwrap) return t.diagnostic(NO_BWRAP);
  const account = 10;
  await market.enrol(account);
  const folder = join(market.dir, "filled");
  mkdirSync(folder);
  const wrapper = mounted("--size", String(8 * 2 ** 20), "--tmpfs", folder);
  const tight = await startTestNode(market, { account, dataDir: "filled", wrapper });
  const { pid } = await tight.logged("node started");
  // Seen through the node's own mounts.
  const filler = `/proc/${pid}/root${folder}/filler`;
  fill(filler);
  const { spec } = await uploadInputs(market, 64, "filled");
  const { id } = await post(market, spec, { provider: market.chain.wallet(account).account.address });
  const line = await tight.logged("no decision");
  assert.deepEqual([line.code, line.message], ["DK-068", "the disk is full"]);
  assert.equal((await fetch(`${tight.url}/readyz`)).status, 503);
  assert.equal((await fetch(`${tight.url}/healthz`)).status, 200);
  rmSync(filler);
  await waitFor(market, id, "submitted");

  // In the middle of a run, too: its attempts are not used up, its bond is not lost.
  const long = await uploadInputs(market, 1920, "filled in the middle");
  const next = await post(market, long.spec, { provider: market.chain.wallet(account).account.address });
  await tight.logged("checkpoint written", ({ jobId }) => jobId === next.id);
  fill(filler);
  const waits = await tight.logged("the run waits for its inputs, or for room on the disk");
  assert.deepEqual([waits.jobId, waits.code], [next.id, "DK-068"]);
  rmSync(filler);
  await waitFor(market, next.id, "submitted");
  assert.deepEqual(
    tight.lines.filter(({ msg }) => msg === "run failed"),
    [],
  );
  await tight.process.stop();
});

/** Takes every byte that is left. */
function fill(path: string): void {
  for (const size of [65_536, 1]) {
    try {
      for (;;) appendFileSync(path, Buffer.alloc(size));
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
    }
  }
}

test("mech #493: after all of it the node still takes a good job", async () => {
  const { spec } = await uploadInputs(market, 64, "good");
  const { id } = await post(market, spec, { provider: me });
  await waitFor(market, id, "submitted");
  assert.deepEqual(errorsOf(node), []);
});

function checkFourLines(stderr: string, code: string): void {
  assert.match(stderr, new RegExp(`^${code}: .+\\n  found:  .+\\n  wanted: .+\\n  do:     .+`, "m"));
}

interface Override {
  args?: string[];
  rpcUrl?: string;
  env?: Record<string, string | undefined>;
  wrapper?: readonly string[];
}

/** Runs a command of the node to its end. */
async function runNode(command: string, account: number, { args = [], rpcUrl, env, wrapper = [] }: Override) {
  const child = startProcess({
    name: command,
    script: BIN,
    args: [command, ...args],
    wrapper,
    env: {
      ASSAY_NODE_RPC_URLS: rpcUrl ?? market.chain.url,
      ASSAY_NODE_DEPLOYMENT: market.deploymentPath,
      ASSAY_NODE_GATEWAYS: market.storage.url,
      ASSAY_NODE_DATA_DIR: join(market.dir, `command-${account}`),
      ASSAY_NODE_OWNER: market.chain.wallet(account).account.address,
      ASSAY_NODE_PRIVATE_KEY: market.chain.key(account + 1),
      ASSAY_NODE_HTTP_PORT: "0",
      ...env,
    },
  });
  const { code } = await child.exited;
  return { code, stdout: child.tail[0] ?? "", stderr: child.tail.join("\n") };
}

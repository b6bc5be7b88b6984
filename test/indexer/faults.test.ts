// An endpoint that falls behind, and a disk that fills up, under a running indexer.
import assert from "node:assert/strict";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { numberToHex } from "viem";
import { deployLocally, type LocalChain, startChain } from "../../scripts/lib/devnet.ts";
import { SHARED_BUILDS } from "../../scripts/lib/indexer.ts";
import { jsonLine, type LocalProcess, startProcess } from "../../scripts/lib/processes.ts";
import { type AssayClient, AssayError, createAssayClient } from "../../sdk/src/index.ts";
import { type RpcProxy, startRpcProxy } from "../e2e/rpc-proxy.ts";
import { tempFolder } from "./harness.ts";

const BIN = fileURLToPath(new URL("../../indexer/bin/assay-indexer.mjs", import.meta.url));
/** A file system of its own for the data; when the indexer ends, what fills it goes away, and the indexer is started again. */
const ON_SMALL_DISK =
  'folder="$1"; shift; mount -t tmpfs -o size=300m none "$folder" || exit 9; "$@"; echo "{\\"ended\\":$?}"; ' +
  'rm -f "$folder/filler"; exec "$@"';
const START_MS = 300_000;

let chain: LocalChain;
let proxy: RpcProxy;
let folder: string;
let indexer: LocalProcess;
let url = "";
let account: AssayClient;
/** The last block that the endpoint shows; undefined: all. */
let shown: bigint | undefined;

before(async () => {
  folder = tempFolder();
  chain = await startChain();
  const deploymentPath = join(folder, "deployment.json");
  const deployment = await deployLocally(chain, deploymentPath);
  account = createAssayClient({ publicClient: chain.publicClient, walletClient: chain.wallet(0), deployment });
  proxy = await startRpcProxy(chain.url, () => "forward", behind);
  const disk = join(folder, "disk");
  mkdirSync(disk);
  const user = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  indexer = startProcess({
    name: "indexer",
    script: BIN,
    wrapper: ["unshare", ...user, "--mount", "sh", "-c", ON_SMALL_DISK, "sh", disk],
    args: [
      ...["up", "--json", "--port", "0", "--data-dir", disk, "--builds", SHARED_BUILDS],
      ...["--rpc-url", proxy.url, "--deployment", deploymentPath],
    ],
    env: { ASSAY_INDEXER_OPEN_PORTS: "1", GND_BIN: process.env.GND_BIN, POSTGRES_BIN: process.env.POSTGRES_BIN },
  });
  url = await indexer.waitForLine(urlIn, START_MS);
});
after(async () => {
  await indexer?.stop(60_000);
  await proxy?.close();
  await chain?.process.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

function urlIn(line: string): string | undefined {
  return jsonLine(line)?.url as string | undefined;
}

/** What an endpoint that has seen blocks up to `shown` only is able to answer. */
function behind(call: { method: string; params: unknown[] }) {
  if (shown === undefined) return call;
  const [first, ...rest] = call.params;
  if (call.method === "eth_getBlockByNumber" && first === "latest") {
    return { ...call, params: [numberToHex(shown), ...rest] };
  }
  if (call.method !== "eth_getLogs") return call;
  const filter = first as { toBlock?: string };
  const known = filter.toBlock && BigInt(filter.toBlock) <= shown;
  return known ? call : { ...call, params: [{ ...filter, toBlock: numberToHex(shown) }] };
}

function indexed(): AssayClient {
  return createAssayClient({ publicClient: chain.publicClient, deployment: account.deployment, index: { url } });
}

async function balance(): Promise<bigint | undefined> {
  const block = await chain.publicClient.getBlockNumber({ cacheTime: 0 });
  await indexed().query.waitForBlock({ block, timeout: START_MS });
  const { items } = await indexed().query.balances({ account: account.walletClient!.account!.address });
  return items[0]?.amount;
}

test("an endpoint that falls behind: what is stale is refused where it counts, and nothing is missed", async () => {
  await account.deposit({ amount: 5n });
  assert.equal(await balance(), 5n);
  shown = await chain.publicClient.getBlockNumber({ cacheTime: 0 });
  for (let i = 0; i < 12; i++) await account.deposit({ amount: 1n });
  await assert.rejects(indexed().query.openJobs({ now: 0 }), (error) => {
    assert.ok(error instanceof AssayError, String(error));
    assert.equal(error.code, "SDK-063", error.message);
    return true;
  });
  shown = undefined;
  assert.equal(await balance(), 17n);
});

test("a disk that fills up ends the indexer with a reason; with room again it goes on, and nothing is lost", async () => {
  fill(`/proc/${indexer.pid}/root${join(folder, "disk", "filler")}`);
  const ended = indexer.waitForLine((line) => jsonLine(line)?.ended as number | undefined, START_MS);
  let code: number | undefined;
  void ended.then((found) => {
    code = found;
  });
  let deposits = 0n;
  for (; code === undefined; deposits++) await account.deposit({ amount: 1n });
  assert.equal(code, 75, indexer.tail.slice(-20).join("\n"));
  assert.match(
    indexer.tail.join("\n"),
    /IX-019[\s\S]*(No space left on device|Disk quota exceeded)[\s\S]*free some disk/i,
  );
  const before = url;
  url = await indexer.waitForLine((line) => {
    const found = urlIn(line);
    return found === before ? undefined : found;
  }, START_MS);
  assert.equal(await balance(), 17n + deposits);
});

/** Leaves no room on the disk of a file. */
function fill(path: string): void {
  const file = openSync(path, "w");
  try {
    for (let size = 1 << 20; size >= 1 << 12; size >>= 1) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
      }
    }
  } finally {
    closeSync(file);
  }
}

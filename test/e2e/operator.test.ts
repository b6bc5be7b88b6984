// An operator at the keyboard: approving a job, looking at what befell it, taking the money, leaving.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { signatureOf } from "../../daemon-kit/src/index.ts";
import { startProcess } from "../../scripts/lib/processes.ts";
import { assayTokenAbi } from "../../sdk/src/index.ts";
import { fetchBytes } from "../../storage/src/index.ts";
import {
  ASY,
  errorsOf,
  type Market,
  openMarket,
  post,
  startTestNode,
  uploadInputs,
  waitFor,
  waitForPayment,
} from "./harness.ts";
import { receiver } from "./receiver.ts";

const BIN = fileURLToPath(new URL("../../compute-node/bin/assay-node.mjs", import.meta.url));
const OWNER = 2;
let market: Market;
before(async () => {
  market = await openMarket();
});
after(() => market.close());

/** The command line on the data folder of the test's node. */
async function assayNode(args: readonly string[], env: Record<string, string> = {}) {
  const { chain, deploymentPath } = market;
  const child = startProcess({
    name: args.join(" "),
    script: BIN,
    args,
    env: {
      ASSAY_NODE_RPC_URLS: chain.url,
      ASSAY_NODE_DEPLOYMENT: deploymentPath,
      ASSAY_NODE_DATA_DIR: join(market.dir, "node-operator"),
      ASSAY_NODE_OWNER: chain.wallet(OWNER).account.address,
      ASSAY_NODE_PRIVATE_KEY: chain.key(OWNER + 1),
      ...env,
    },
  });
  const { code } = await child.exited;
  return { code, text: child.tail.join("\n") };
}

const ownerKey = () => ({ ASSAY_NODE_OWNER_KEY: market.chain.key(OWNER) });

test("oversight: a job waits for approval; then it is run, told about, paid out, and the operator leaves", async (t) => {
  await market.enrol(OWNER);
  const inputs = await uploadInputs(market, 64, "oversight");
  const hanging = await receiver(t, () => {});
  const good = await receiver(t, (response) => void response.writeHead(204).end());
  const node = await startTestNode(market, {
    account: OWNER,
    dataDir: "node-operator",
    env: {
      ASSAY_NODE_MODE: "oversight",
      ASSAY_NODE_WEBHOOKS__RECEIVERS: `${hanging.url},${good.url}`,
      ASSAY_NODE_WEBHOOK_SECRET: "of the receivers",
    },
  });
  await node.logged("node started");
  const { id } = await post(market, inputs.spec);
  await node.logged("job skipped", ({ reason }) => reason === "SKIP_AWAITS_APPROVAL");
  const waiting = await assayNode(["explain", id.slice(0, 12), "--json"]);
  const reasons = (JSON.parse(waiting.text) as { reason: string }[]).map(({ reason }) => reason);
  assert.deepEqual(reasons, ["INPUTS_VERIFIED", "SKIP_AWAITS_APPROVAL"]);

  const approved = await assayNode(["jobs", "approve", id]);
  assert.deepEqual([approved.code, approved.text], [0, `${id} approved`]);
  await waitForPayment(market, id);
  await node.logged("job finalized");
  // One receiver hung all the time.
  const [won] = good.heard;
  assert.deepEqual([won?.headers["x-assay-event"], JSON.parse(won?.body ?? "{}").facts.jobId], ["JOB_WON", id]);
  const time = String(won?.headers["x-assay-time"]);
  assert.equal(won?.headers["x-assay-signature"], signatureOf("of the receivers", time, won?.body ?? ""));
  // Tried again where this took longer than a receiver may: it is the same delivery then.
  assert.equal(new Set(hanging.heard.map(({ headers }) => headers["x-assay-delivery"])).size, 1);
  assert.ok(!JSON.stringify(node.lines).includes("/hook"), "the path of a receiver is in the log");

  const jobs = await assayNode(["jobs", "--mine"]);
  assert.match(jobs.text, new RegExp(`^${id} .* own .* ENDED +finalized$`, "m"));
  const told = await assayNode(["explain", id]);
  assert.match(told.text, /CLAIMED: the claim is in a block[\s\S]*RUN_FINISHED[\s\S]*SUBMITTED[\s\S]*FINALIZED/);
  assert.match((await assayNode(["jobs", "logs", id])).text, /^== prepare\.log$[\s\S]*^== run-[0-9a-f]{8}\.log$/m);
  const shared = await assayNode(["jobs", "share", id], { ASSAY_NODE_GATEWAYS: market.storage.url });
  const [cid = ""] = shared.text.split("\n");
  const logText = new TextDecoder().decode(await fetchBytes({ gateways: [market.storage.url], cid }));
  assert.match(logText, new RegExp(`^job ${id}$[\\s\\S]*^== run-[0-9a-f]{8}\\.log$`, "m"));
  assert.ok(!logText.includes(market.dir), "the place of the data folder is in a shared log");
  const unknown = await assayNode(["explain", "0x123456"]);
  assert.deepEqual([unknown.code, /^CN-061: /m.test(unknown.text)], [1, true]);

  const list = JSON.parse((await assayNode(["tx", "list", "--json"])).text) as { key: string; status: string }[];
  assert.deepEqual(
    list.map(({ key, status }) => [key.split(":")[0], status]),
    [
      ["claim", "mined"],
      ["submit", "mined"],
      ["finalize", "mined"],
    ],
  );
  const late = await assayNode(["tx", "cancel", list[0]?.key ?? ""]);
  assert.deepEqual([late.code, /^DK-039: /m.test(late.text)], [1, true]);
  const table = await assayNode(["status"]);
  assert.match(table.text, /^node +ready, engine wasm, oversight$/m);
  assert.match(table.text, /^earned +50 ASY since the start$/m);

  const before = await balanceOf(OWNER);
  const paid = await assayNode(["withdraw"], ownerKey());
  assert.match(paid.text, /^paid out 48\.75 ASY/m, "50 less the fee");
  assert.equal((await balanceOf(OWNER)) - before, ASY("48.75"));
  const nothing = await assayNode(["withdraw"], ownerKey());
  assert.deepEqual([nothing.code, /^CN-064: /m.test(nothing.text)], [1, true]);
  assert.equal((await assayNode(["withdraw"])).code, 1, "the operator's key moves no money");

  const leaving = await assayNode(["exit"], ownerKey());
  assert.equal(leaving.code, 75, leaving.text);
  assert.match(leaving.text, /claims nothing more[\s\S]*1000 ASY of stake thaw until/);
  const ignored = await post(market, inputs.spec);
  await node.logged("job skipped", ({ jobId, reason }) => jobId === ignored.id && reason === "SKIP_LEAVING");
  const { thawPeriod } = await market.requester.getStake({ provider: market.chain.wallet(OWNER).account.address });
  await market.pass(thawPeriod + 1);
  const left = await assayNode(["exit"], ownerKey());
  assert.equal(left.code, 0, left.text);
  assert.match(left.text, /took 1000 ASY of thawed stake[\s\S]*swept 9999\./);
  assert.deepEqual(errorsOf(node), []);
  await node.process.stop();
  assert.equal((await assayNode(["jobs"])).code, 0, "records are read without a running node too");
});

test("a second daemon on the same key is refused, on another data folder too; the first takes over a changed file", async () => {
  const account = 6;
  await market.enrol(account);
  // Its settings are in a file, which is read again on a signal.
  const folder = join(market.dir, "settings");
  mkdirSync(folder);
  const settings = (mode: string) => writeFileSync(join(folder, "assay-node.yaml"), `version: 1\nmode: ${mode}\n`);
  settings("manual");
  const node = await startTestNode(market, { account, wrapper: ["env", `--chdir=${folder}`] });
  await node.logged("node started");
  const second = await startTestNode(market, { account, dataDir: "elsewhere" });
  const { code } = await second.process.exited;
  assert.equal(code, 1);
  assert.match(second.process.tail.join("\n"), /^DK-031: /m);
  const inputs = await uploadInputs(market, 64, "still there");
  const { id } = await post(market, inputs.spec, { provider: market.chain.wallet(account).account.address });
  await node.logged("job skipped", ({ jobId, reason }) => jobId === id && reason === "SKIP_NOT_NAMED");
  settings("what nobody knows");
  node.process.kill("SIGHUP");
  assert.equal((await node.logged("settings not read again")).code, "DK-004");
  settings("auto");
  node.process.kill("SIGHUP");
  assert.deepEqual((await node.logged("settings read again")).changed, ["mode"]);
  await waitFor(market, id, "submitted");
  await node.process.stop();
});

async function balanceOf(account: number): Promise<bigint> {
  const { chain, deployment } = market;
  return chain.publicClient.readContract({
    abi: assayTokenAbi,
    address: deployment.contracts.AssayToken.address,
    functionName: "balanceOf",
    args: [chain.wallet(account).account.address],
  });
}

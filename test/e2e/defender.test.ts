// The node defends its results against challengers that are wrong, and loses those that are.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { finalizableAt, type SubmittedJob } from "../../sdk/src/index.ts";
import {
  courtOf,
  creditOf,
  type DisputableJob,
  docketOf,
  FalseAccuser,
  type LocalCourt,
  REFEREE,
  uploadDisputable,
} from "./court-harness.ts";
import { ASY, errorsOf, type Market, openMarket, post, startTestNode, type TestNode, waitFor } from "./harness.ts";
import { receiver } from "./receiver.ts";
import { startRpcProxy } from "./rpc-proxy.ts";

const PROVIDER = 2;
const TEST_MS = 240_000;
let market: Market;
let court: LocalCourt;
let inputs: DisputableJob;
before(async () => {
  market = await openMarket({ referee: REFEREE });
  court = courtOf(market);
  await market.enrol(PROVIDER, ASY("10000"));
  inputs = await uploadDisputable(market);
});
after(() => market.close());

async function delivered(): Promise<SubmittedJob> {
  const provider = market.chain.wallet(PROVIDER).account.address;
  const { id } = await post(market, inputs.spec, { provider, bond: ASY("100") });
  return (await waitFor(market, id, "submitted")) as SubmittedJob;
}

/** Lets the challenger's clock and the window run out; the node ends the game, is paid, and gets its share of the bond. */
async function standsAndIsPaid(node: TestNode, job: SubmittedJob): Promise<void> {
  await market.pass(REFEREE.minBudget + 1);
  await node.logged("challenger was silent: its bond is lost");
  await market.pass(Math.max(1, finalizableAt(job) + REFEREE.minWindow - job.submittedAt));
  await waitFor(market, job.id, "finalized");
  await node.logged("lost bond settled");
  assert.equal((await docketOf(market, court, job.commitment)).rejected, false);
  assert.equal(await creditOf(market, court, PROVIDER), (ASY("2") * 60n) / 100n);
}

test("a false accuser is answered at every level, loses its bond, and the job is paid", {
  timeout: TEST_MS,
}, async (t) => {
  const { url, heard } = await receiver(t, (response) => void response.writeHead(204).end());
  const env = { ASSAY_NODE_WEBHOOKS__RECEIVERS: url };
  // An endpoint that has the challenge, and for a while nothing of the job.
  const hidden = { id: "", answers: 0 };
  const isHidden = ({ method, params }: { method: string; params: unknown[] }) =>
    hidden.answers < 3 && method === "eth_getLogs" && hidden.id !== "" && JSON.stringify(params).includes(hidden.id);
  const nothing = () => {
    hidden.answers += 1;
    return [];
  };
  const faultOf = (call: { method: string; params: unknown[] }) =>
    isHidden(call) ? ({ kind: "answer", change: nothing } as const) : undefined;
  const proxy = await startRpcProxy(market.chain.url, () => "forward", undefined, faultOf);
  t.after(() => proxy.close());
  const node = await startTestNode(market, { account: PROVIDER, env, rpcUrl: proxy.url });
  const job = await delivered();
  await node.logged("result submitted");
  const accuser = new FalseAccuser(market, court, 5);
  hidden.id = job.id;
  const levels = await accuser.play(inputs, job);
  // questions that were under way at the third are answered so, too
  assert.ok(hidden.answers >= 3, String(hidden.answers));
  assert.deepEqual(
    [...new Set(levels)],
    ["tree", "segment", "ops", "tiles", "tile", "prefix"].filter((l) => levels.includes(l)),
  );
  assert.ok(levels.includes("ops") && levels.includes("tile"), levels.join());
  await standsAndIsPaid(node, job);
  const told = heard.map(({ body }) => JSON.parse(body) as { event: string; facts: { jobId: string } });
  assert.deepEqual(
    told.filter(({ event }) => event === "DISPUTE_OPENED").map(({ facts }) => facts.jobId),
    [job.id],
  );
  assert.deepEqual(
    errorsOf(node).filter(({ msg }) => !String(msg).includes("% of the clock")),
    [],
  );
  await node.process.stop();
});

test("kill -9 after every answer, and lost checkpoints: each question is answered once", {
  timeout: TEST_MS,
}, async () => {
  let node = await startTestNode(market, { account: PROVIDER });
  const job = await delivered();
  const accuser = new FalseAccuser(market, court, 6);
  let kills = 0;
  await accuser.play(inputs, job, async () => {
    node.process.kill("SIGKILL");
    await node.process.exited;
    kills += 1;
    // the run's folder may be lost: everything in it can be computed again
    if (kills === 2) await rm(join(market.dir, `node-${PROVIDER}`, "jobs"), { recursive: true, force: true });
    node = await startTestNode(market, { account: PROVIDER });
  });
  assert.ok(kills >= 3, `${kills} kills`);
  await market.pass(REFEREE.minBudget + 1);
  await node.logged("challenger was silent: its bond is lost");
  assert.equal((await docketOf(market, court, job.commitment)).rejected, false);
  await node.process.stop();
});

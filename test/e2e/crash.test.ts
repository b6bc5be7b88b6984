// kill -9 at every step: after a restart the job is paid once and submitted once.
import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { numberToHex } from "viem";
import type { SubmittedJob } from "../../sdk/src/index.ts";
import {
  countOf,
  endOf,
  errorsOf,
  independentResult,
  type Market,
  openMarket,
  type PreparedInputs,
  post,
  startTestNode,
  type TestNode,
  untilReady,
  uploadInputs,
  waitFor,
  waitForPayment,
} from "./harness.ts";
import { type RpcProxy, startRpcProxy, type Verdict } from "./rpc-proxy.ts";

/** Steps of a run that is far from its end when a process is killed in its middle: a fast machine does 5,000 a second. */
const LONG_RUN = 10_240;
/** Steps of a run that is not to end in a test. */
const ENDLESS_RUN = 200_000;
const INTERRUPTED_AT = 320;

let market: Market;
before(async () => {
  market = await openMarket();
});
after(() => market.close());

/** Starts a node behind a proxy that kills it, once, at its first transaction of this kind. */
async function nodeKilledAt(account: number, functionName: string, verdict: Verdict) {
  let victim: TestNode | undefined;
  let killed = false;
  const proxy = await startRpcProxy(market.chain.url, async (name) => {
    if (killed || name !== functionName || !victim) return "forward";
    killed = true;
    if (verdict === "dropBefore") await kill(victim);
    // After: the chain gets the transaction, and nobody is left to hear the answer.
    else setImmediate(() => victim?.process.kill("SIGKILL"));
    return verdict;
  });
  victim = await startTestNode(market, { account, rpcUrl: proxy.url });
  return { node: victim, proxy };
}

/** Waits until the chain has a transaction of this kind; not for ever. */
async function reached(proxy: RpcProxy, functionName: string): Promise<void> {
  for (let tries = 0; tries < 3000 && !proxy.forwarded.includes(functionName); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function kill(node: TestNode): Promise<void> {
  node.process.kill("SIGKILL");
  assert.equal((await endOf(node)).signal, "SIGKILL");
}

/** Paid once, submitted once, claimed once, with the result the engine itself computes; nothing left locked. */
async function checkPaidOnce(inputs: PreparedInputs, job: SubmittedJob, account: number): Promise<void> {
  const counts = (["JobClaimed", "ResultSubmitted", "JobFinalized"] as const).map((name) => countOf(job, name));
  assert.deepEqual(counts, [1, 1, 1]);
  assert.equal(job.commitment, (await independentResult(inputs, job)).commitment);
  const provider = market.chain.wallet(account).account.address;
  const { earnedGross } = await market.requester.getBalance({ account: provider });
  assert.equal(earnedGross, job.price);
  assert.equal((await market.requester.getStake({ provider })).locked, 0n);
  // Three transactions and no fourth: nothing was sent twice, nothing reverted.
  const operator = market.chain.wallet(account + 1).account.address;
  assert.equal(await market.chain.publicClient.getTransactionCount({ address: operator }), 3);
}

/** What a provider may lose without harm: everything in the data folder but the guard. */
function loseAllButGuard(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (!name.startsWith("guard.sqlite")) rmSync(join(dataDir, name), { recursive: true });
  }
}

for (const [index, [functionName, verdict, when, lost]] of (
  [
    ["claim", "dropBefore", "just before its claim reaches the chain", false],
    ["claim", "dropAfter", "just after its claim reached the chain", false],
    ["submit", "dropBefore", "just before its result reaches the chain", false],
    ["submit", "dropAfter", "just after its result reached the chain", false],
    ["submit", "dropBefore", "before its result reaches the chain, with all data lost but the guard", true],
  ] as const
).entries()) {
  test(`kill -9 ${when}: the job is paid once and submitted once`, async () => {
    const account = 2 + 2 * index;
    await market.enrol(account);
    const inputs = await uploadInputs(market, 192, when);
    const { node, proxy } = await nodeKilledAt(account, functionName, verdict);
    const provider = market.chain.wallet(account).account.address;
    const { id } = await post(market, inputs.spec, { provider });
    assert.equal((await endOf(node)).signal, "SIGKILL");
    // The node may be dead before the chain has answered.
    if (verdict === "dropAfter") await reached(proxy, functionName);
    assert.equal(proxy.forwarded.includes(functionName), verdict === "dropAfter");

    if (lost) loseAllButGuard(join(market.dir, `node-${account}`));
    const again = await startTestNode(market, { account, rpcUrl: proxy.url });
    const job = await waitForPayment(market, id);
    await again.logged("job finalized");
    await checkPaidOnce(inputs, job, account);
    assert.deepEqual(errorsOf(again), []);
    await again.process.stop();
    await proxy.close();
  });
}

test("kill -9 in the middle of the training: the run resumes from a checkpoint, to the same bits", async () => {
  const account = 12;
  await market.enrol(account);
  const inputs = await uploadInputs(market, LONG_RUN, "middle");
  const node = await startTestNode(market, { account });
  const { id } = await post(market, inputs.spec, { provider: market.chain.wallet(account).account.address });
  await node.logged("checkpoint written", (line) => Number(line.step) >= INTERRUPTED_AT);
  await kill(node);

  const again = await startTestNode(market, { account });
  const resumed = await again.logged("run resumed from checkpoint");
  assert.ok(Number(resumed.fromStep) >= INTERRUPTED_AT, `from step ${resumed.fromStep}`);
  assert.ok(Number(resumed.fromStep) < LONG_RUN, `from step ${resumed.fromStep}`);
  const job = await waitForPayment(market, id);
  await again.logged("job finalized");
  await checkPaidOnce(inputs, job, account);
  assert.deepEqual(errorsOf(again), []);
  await again.process.stop();
});

test("started again behind an endpoint that lags: what was run of a job that it does not know yet is kept", async () => {
  const account = 18;
  await market.enrol(account);
  const inputs = await uploadInputs(market, LONG_RUN, "lag");
  const behind = await market.chain.publicClient.getBlockNumber({ cacheTime: 0 });
  const node = await startTestNode(market, { account });
  const { id } = await post(market, inputs.spec, { provider: market.chain.wallet(account).account.address });
  await node.logged("checkpoint written", (line) => Number(line.step) >= INTERRUPTED_AT);
  await kill(node);

  let lags = true;
  const proxy = await startRpcProxy(
    market.chain.url,
    () => "forward",
    (call) => {
      const isNewest = lags && call.method === "eth_getBlockByNumber" && call.params[0] === "latest";
      return isNewest ? { ...call, params: [numberToHex(behind), call.params[1]] } : call;
    },
    ({ method }) =>
      lags && method === "eth_blockNumber" ? { kind: "answer", change: () => numberToHex(behind) } : undefined,
  );
  const again = await startTestNode(market, { account, rpcUrl: proxy.url });
  await untilReady(again);
  lags = false;
  const resumed = await again.logged("run resumed from checkpoint");
  assert.ok(Number(resumed.fromStep) >= INTERRUPTED_AT, `from step ${resumed.fromStep}`);
  await checkPaidOnce(inputs, await waitForPayment(market, id), account);
  await again.process.stop();
  await proxy.close();
});

test("a run whose child dies is resumed; one that dies every time is given up, and the node goes on", async () => {
  const account = 14;
  await market.enrol(account);
  const inputs = await uploadInputs(market, ENDLESS_RUN, "child");
  const node = await startTestNode(market, { account, env: { ASSAY_NODE_MAX_ATTEMPTS: "2" } });
  const provider = market.chain.wallet(account).account.address;
  const { id } = await post(market, inputs.spec, { provider });
  const started = await node.logged("run started");
  await node.logged("checkpoint written");
  process.kill(Number(started.child), "SIGKILL");
  const failed = await node.logged("run failed");
  assert.equal(failed.code, "DK-062");
  const resumed = await node.logged("run resumed from checkpoint");
  assert.ok(Number(resumed.fromStep) > 0);
  process.kill(Number(resumed.child), "SIGKILL");
  const gaveUp = await node.logged("job given up");
  assert.deepEqual([gaveUp.jobId, (gaveUp.err as { code: string }).code], [id, "CN-030"]);

  const small = await uploadInputs(market, 64, "after");
  const next = await post(market, small.spec, { provider });
  await waitFor(market, next.id, "submitted");
  await node.process.stop();
});

test("SIGTERM in the middle of the training: a clean end, and the next start goes on", async () => {
  const account = 16;
  await market.enrol(account);
  const inputs = await uploadInputs(market, LONG_RUN, "term");
  const node = await startTestNode(market, { account });
  const { id } = await post(market, inputs.spec, { provider: market.chain.wallet(account).account.address });
  await node.logged("checkpoint written", (line) => Number(line.step) >= INTERRUPTED_AT);
  await node.process.stop();
  assert.deepEqual(await endOf(node), { code: 0, signal: null });
  assert.deepEqual(errorsOf(node), []);

  const again = await startTestNode(market, { account });
  assert.ok(Number((await again.logged("run resumed from checkpoint")).fromStep) >= INTERRUPTED_AT);
  const job = await waitForPayment(market, id);
  await again.logged("job finalized");
  await checkPaidOnce(inputs, job, account);
  await again.process.stop();
});

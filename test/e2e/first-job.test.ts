// A job's whole life with real processes: chain, block store, node.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { claimSlot } from "../../compute-node/src/index.ts";
import { decodeTensors } from "../../exact/src/index.ts";
import type { SubmittedJob } from "../../sdk/src/index.ts";
import { fetchByDigest } from "../../storage/src/index.ts";
import {
  ASY,
  countOf,
  endOf,
  errorsOf,
  independentResult,
  type Market,
  openMarket,
  post,
  startTestNode,
  type TestNode,
  uploadInputs,
  waitFor,
  waitForPayment,
} from "./harness.ts";
import { startRpcProxy } from "./rpc-proxy.ts";

let market: Market;
before(async () => {
  market = await openMarket();
});
after(() => market.close());

test("MAN-08: a job is posted, claimed, run, submitted, finalized and paid; its result is what the engine computes", async () => {
  const provider = market.chain.wallet(2).account.address;
  await market.enrol(2);
  const inputs = await uploadInputs(market, 200);
  const node = await startTestNode(market, { account: 2, env: { ASSAY_NODE_COLLECT: "true" } });
  const { id } = await post(market, inputs.spec);

  const job = await waitForPayment(market, id);
  const own = await independentResult(inputs, job);
  assert.equal(job.commitment, own.commitment);
  assert.equal(job.finalState, own.finalState);
  assert.equal(job.provider, provider);
  const { bytes } = await fetchByDigest({ gateways: [market.storage.url], digest: job.outputDigest });
  assert.deepEqual(decodeTensors(bytes), own.state);

  await node.logged("earnings collected");
  const fee = (ASY("50") * BigInt(job.terms.feeBps)) / 10_000n;
  const balance = await market.requester.getBalance({ account: provider });
  assert.deepEqual([balance.available, balance.earnedGross], [ASY("50") - fee, 0n]);
  const stake = await market.requester.getStake({ provider });
  assert.equal(stake.locked, 0n, "the bond is released");

  const metrics = await (await fetch(`${node.url}/metrics`)).text();
  assert.match(metrics, /^assay_node_earned_asy_total 50$/m);
  assert.match(metrics, /^assay_node_runs_total\{end="finished"\} 1$/m);
  assert.equal((await fetch(`${node.url}/healthz`)).status, 200);
  assert.deepEqual(errorsOf(node), []);
  await node.process.stop();
  assert.equal((await endOf(node)).code, 0, "a clean end");
});

test("two nodes race for one job: one claims, the other sends nothing and moves on to the next job", async () => {
  const accounts = [4, 6] as const;
  for (const account of accounts) await market.enrol(account);
  const inputs = await uploadInputs(market, 128, "race");
  // Turns as far apart as they get: what is asserted must not hang on the machine's load.
  const claimBy = await claimByWithDistantTurns(inputs.spec, accounts);
  const env = { ASSAY_NODE_CLAIM_SPREAD_MS: "4000" };
  const nodes = await Promise.all(accounts.map((account) => startTestNode(market, { account, env })));
  await Promise.all(nodes.map((node) => node.logged("node started")));
  const { id } = await post(market, inputs.spec, { claimBy });

  const claimed = await waitFor(market, id, "claimed");
  const winner = accounts.findIndex((account) => claimed.provider === market.chain.wallet(account).account.address);
  assert.ok(winner >= 0);
  const loser = nodes[1 - winner]!;
  await loser.logged("job forgotten", (line) => line.jobId === id);
  const loserOperator = market.chain.wallet(accounts[1 - winner]! + 1).account.address;
  assert.equal(await market.chain.publicClient.getTransactionCount({ address: loserOperator }), 0);
  assert.deepEqual(
    loser.lines.filter(({ level }) => Number(level) >= 40),
    [],
    "no warning, no error",
  );

  // A job that only the loser may take shows that it is alive and well.
  const next = await post(market, inputs.spec, {
    provider: market.chain.wallet(accounts[1 - winner]!).account.address,
  });
  const [first, second] = await Promise.all([waitFor(market, id, "submitted"), waitFor(market, next.id, "submitted")]);
  assert.notEqual(first.provider, second.provider);
  assert.equal(countOf(first, "JobClaimed"), 1);
  for (const node of nodes) assert.deepEqual(errorsOf(node), []);
  await Promise.all(nodes.map((node) => node.process.stop()));
});

/** A claimBy for which the two providers' turns are half a round apart. */
async function claimByWithDistantTurns(
  spec: Parameters<typeof post>[1],
  [a, b]: readonly [number, number],
): Promise<number> {
  const { timestamp } = await market.chain.publicClient.getBlock();
  for (let claimBy = Number(timestamp) + 3600; ; claimBy++) {
    const { id } = await market.requester.preparePostJob({ spec, price: ASY("50"), claimBy });
    const [first, second] = [a, b].map((account) => claimSlot(id, market.chain.wallet(account).account.address));
    if (Math.abs(first! - second!) === 4) return claimBy;
  }
}

/** As the local chain is started with. */
const BLOCK_MS = 1000;

/** Lets what reaches the pool wait there until `mine`, so that a test decides who is first. */
async function holdBlocks() {
  const rpc = (method: string, params: unknown[]) =>
    market.chain.publicClient.request({ method: method as "eth_chainId", params: params as never });
  await rpc("evm_setAutomine", [false]);
  await rpc("evm_setIntervalMining", [0]);
  return {
    mine: async () => {
      await rpc("evm_mine", []);
      await rpc("evm_setAutomine", [true]);
      await rpc("evm_setIntervalMining", [BLOCK_MS]);
    },
  };
}

const claimSent = (node: TestNode) => node.logged("transaction sent", ({ key }) => String(key).startsWith("claim:"));
const sentBy = (operator: number) =>
  market.chain.publicClient.getTransactionCount({ address: market.chain.wallet(operator).account.address });

test("two nodes of one turn: the simulation against the pending state keeps the slower one from sending", async () => {
  const accounts = [8, 10] as const;
  for (const account of accounts) await market.enrol(account);
  const inputs = await uploadInputs(market, 64, "tie");
  const { id } = await post(market, inputs.spec);
  const pool = await holdBlocks();
  const first = await startTestNode(market, { account: 8 });
  await claimSent(first);
  const second = await startTestNode(market, { account: 10 });
  const lost = await second.logged("another provider was faster", ({ jobId }) => jobId === id);
  assert.deepEqual([lost.reason, lost.at], ["CLAIM_LOST", "simulation"]);
  await pool.mine();

  const job = (await waitForPayment(market, id)) as SubmittedJob;
  assert.equal(job.provider, market.chain.wallet(8).account.address);
  assert.deepEqual(
    [countOf(job, "JobClaimed"), countOf(job, "ResultSubmitted"), countOf(job, "JobFinalized")],
    [1, 1, 1],
  );
  assert.equal(await sentBy(11), 0, "the slower one has sent nothing");
  for (const node of [first, second]) assert.deepEqual(errorsOf(node), []);
  await Promise.all([first, second].map((node) => node.process.stop()));
});

test("a race lost on chain is an expected end: a reason and a count, no error, and the node goes on", async () => {
  const accounts = [12, 14] as const;
  for (const account of accounts) await market.enrol(account);
  const inputs = await uploadInputs(market, 64, "lost race");
  const { id } = await post(market, inputs.spec);
  const pool = await holdBlocks();
  const first = await startTestNode(market, { account: 12 });
  await claimSent(first);
  // An endpoint that does not show its pool: the second node cannot see the claim that is under way.
  const blind = await startRpcProxy(
    market.chain.url,
    () => "forward",
    ({ params = [], ...call }) => ({
      ...call,
      params: ["eth_call", "eth_estimateGas"].includes(call.method) ? [params[0], "latest"] : params,
    }),
  );
  try {
    const second = await startTestNode(market, { account: 14, rpcUrl: blind.url });
    await claimSent(second);
    await pool.mine();
    const { provider } = await waitFor(market, id, "claimed");
    const winner = [12, 14].findIndex((account) => provider === market.chain.wallet(account).account.address);
    const [loser, account] = winner === 0 ? [second, 14] : [first, 12];
    const lost = await loser.logged("another provider was faster", ({ jobId }) => jobId === id);
    assert.deepEqual([lost.reason, lost.at], ["CLAIM_LOST", "chain"]);
    assert.match(await (await fetch(`${loser.url}/metrics`)).text(), /^assay_node_claims_lost_total\{at="chain"\} 1$/m);
    const next = await post(market, inputs.spec, { provider: market.chain.wallet(account).account.address });
    await waitFor(market, next.id, "submitted");
    for (const node of [first, second]) assert.deepEqual(errorsOf(node), []);
    await Promise.all([first, second].map((node) => node.process.stop()));
  } finally {
    await blind.close();
  }
});

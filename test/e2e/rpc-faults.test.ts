// An endpoint that refuses, is late, cuts off, lags, forgets what it took, and a chain that reorganises: the node may be
// slow, it may not do anything wrong.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Hex } from "viem";
import { finalizableAt, type SubmittedJob } from "../../sdk/src/index.ts";
import { randomOf } from "./crash-run.ts";
import {
  countOf,
  independentResult,
  type Market,
  openMarket,
  post,
  startTestNode,
  uploadInputs,
  waitFor,
} from "./harness.ts";
import { randomFaults, startRpcProxy } from "./rpc-proxy.ts";

let market: Market;
before(async () => {
  market = await openMarket();
});
after(() => market.close());

const SEED = 11;
const JOBS = 2;
/** Of all calls, how many go wrong. */
const SHARE = 0.08;

const rpc = <T>(method: string, params: unknown[]): Promise<T> =>
  market.chain.publicClient.request({ method: method as "eth_chainId", params: params as never }) as Promise<T>;

/**
 * Waits for the node's next transaction, lets the chain grow to the depth, and takes all of it back.
 * @returns how many blocks were taken back
 */
async function reorganise(depth: number, operator: number): Promise<number> {
  const { publicClient } = market.chain;
  const { address } = market.chain.wallet(operator).account;
  const height = () => publicClient.getBlockNumber({ cacheTime: 0 });
  const before = await rpc<string>("evm_snapshot", []);
  const [start, sent] = [await height(), await publicClient.getTransactionCount({ address })];
  for (let looks = 0; looks < 300 && (await publicClient.getTransactionCount({ address })) === sent; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  while ((await height()) < start + BigInt(depth)) await rpc("evm_mine", []);
  const blocks = Number((await height()) - start);
  await rpc("evm_revert", [before]);
  await rpc("evm_mine", []); // another chain from here on
  return blocks;
}

test("a misbehaving endpoint and reorganisations of depth 1 to 5: each job is claimed, submitted and paid once", async () => {
  const account = 2;
  await market.enrol(account);
  const inputs = await uploadInputs(market, 192, "faults");
  const provider = market.chain.wallet(account).account.address;
  const ids: Hex[] = [];
  for (let n = 0; n < JOBS; n++) ids.push((await post(market, inputs.spec, { provider, runTime: 36_000 })).id);

  const random = randomOf(SEED);
  const faults = randomFaults(random, SHARE);
  const proxy = await startRpcProxy(market.chain.url, () => "forward", undefined, faults.of);
  const node = await startTestNode(market, { account, rpcUrl: proxy.url, env: { ASSAY_NODE_MAX_PARALLEL_JOBS: "2" } });
  const depths: number[] = [];
  const submitted: SubmittedJob[] = [];
  try {
    for (const depth of [1, 2, 3, 4, 5]) depths.push(await reorganise(depth, account + 1));
    for (const id of ids) submitted.push((await waitFor(market, id, "submitted")) as SubmittedJob);
    const { timestamp } = await market.chain.publicClient.getBlock();
    const due = Math.max(...submitted.map((job) => finalizableAt(job)));
    await market.pass(Math.max(1, due - Number(timestamp)));
    for (const id of ids) {
      const job = (await waitFor(market, id, "finalized")) as SubmittedJob;
      const counts = (["JobClaimed", "ResultSubmitted", "JobFinalized"] as const).map((name) => countOf(job, name));
      assert.deepEqual(counts, [1, 1, 1]);
      assert.equal(job.commitment, (await independentResult(inputs, job)).commitment);
    }
    const operator = market.chain.wallet(account + 1).account.address;
    const sent = await market.chain.publicClient.getTransactionCount({ address: operator });
    assert.equal(sent, 3 * JOBS, "nothing was sent twice, nothing reverted, no nonce was wasted");
    assert.ok(depths.every((blocks, index) => blocks >= index + 1));
    assert.ok((faults.seen.get("status") ?? 0) > 0 && (faults.seen.get("dropAfter") ?? 0) > 0, "the faults did happen");
  } finally {
    await node.process.stop();
    await proxy.close();
  }
});

// A reorganisation takes the claim back: the nonce of the new claim is another one, and so is the run.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ClaimedJob } from "../../sdk/src/index.ts";
import {
  countOf,
  errorsOf,
  independentResult,
  type Market,
  openMarket,
  post,
  startTestNode,
  uploadInputs,
  waitFor,
  waitForPayment,
} from "./harness.ts";

/** Far from its end when the claim is taken back: a fast machine does 5,000 steps a second. */
const LONG_RUN = 10_240;

let market: Market;
before(async () => {
  market = await openMarket();
});
after(() => market.close());

test("DSP-93: when the claim moves to another block, the run starts again with the new nonce", async () => {
  const account = 2;
  await market.enrol(account);
  const inputs = await uploadInputs(market, LONG_RUN, "reorg");
  const rpc = (method: string, params: unknown[]) =>
    market.chain.publicClient.request({ method: method as "eth_chainId", params: params as never });
  const { id } = await post(market, inputs.spec);
  const beforeClaim = await rpc("evm_snapshot", []);
  const node = await startTestNode(market, { account });
  const first = (await waitFor(market, id, "claimed")) as ClaimedJob;
  await node.logged("checkpoint written");
  await rpc("evm_revert", [beforeClaim]);
  // Another chain from here on: the same transaction lands in a block with another parent.
  await rpc("evm_mine", []);

  const job = await waitForPayment(market, id);
  assert.notEqual(job.nonce, first.nonce);
  assert.equal(job.commitment, (await independentResult(inputs, job)).commitment);
  assert.equal(countOf(job, "ResultSubmitted"), 1);
  await node.logged("run ended, its claim is gone", (line) => line.nonce === first.nonce);
  await node.logged("job finalized");
  assert.deepEqual(errorsOf(node), []);
});

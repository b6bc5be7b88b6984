import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpRequestError, ResponseBodyTooLargeError } from "viem";
import { AssayError } from "../errors.ts";
import { FakeChain, marketLog, rpcError } from "../testing/chain.ts";
import { fetchLogs } from "./logs.ts";

const ID = `0x${"01".repeat(32)}` as const;

function chainOf(blocks: number): FakeChain {
  const chain = new FakeChain();
  const args = { id: ID, requester: `0x${"22".repeat(20)}`, refund: 1n };
  for (let block = 1; block < blocks; block++) chain.mine([marketLog(chain.deployment, "JobCancelled", args)]);
  return chain;
}

const filterOf = (chain: FakeChain) => ({
  address: chain.deployment.contracts.JobMarketplace.address,
  topics: [],
  fromBlock: 0n,
  toBlock: BigInt(chain.head.number),
});

test("logs come complete, once and in order whatever range the endpoint grants", async () => {
  for (const maxRange of [1, 2, 7, 64, 1000]) {
    const chain = chainOf(150);
    chain.maxRange = maxRange;
    const logs = await fetchLogs(chain.context(), filterOf(chain));
    assert.deepEqual(
      logs.map((log) => Number(log.blockNumber)),
      Array.from({ length: 149 }, (_, index) => index + 1),
    );
    assert.ok(chain.ranges.every(([from, to]) => to - from < maxRange));
  }
});

test("the range grows again after an endpoint has refused once", async () => {
  const chain = chainOf(40);
  const context = chain.context();
  await fetchLogs(context, { ...filterOf(chain), toBlock: 0n });
  chain.failures.push(rpcError(-32602, "no"), rpcError(-32602, "no"));
  await fetchLogs(context, filterOf(chain));
  assert.deepEqual(chain.ranges.slice(1), [
    [0, 7],
    [8, 23],
    [24, 39],
  ]);
});

test("where blocks are full, ranges shrink, so that a reader holds a bounded part", async () => {
  const chain = new FakeChain();
  const args = { id: ID, requester: `0x${"22".repeat(20)}`, refund: 1n };
  const logs = Array.from({ length: 400 }, () => marketLog(chain.deployment, "JobCancelled", args));
  for (let block = 1; block < 60; block++) chain.mine(logs);
  assert.equal((await fetchLogs(chain.context(), filterOf(chain))).length, 59 * 400);
  const [, ...later] = chain.ranges.map(([from, to]) => (to - from + 1) * logs.length);
  assert.ok(later.length > 1 && later.every((found) => found <= 6_400), later.join());
});

test("an answer above the transport's own limit is asked for in smaller ranges", async () => {
  const chain = chainOf(40);
  const context = chain.context();
  await fetchLogs(context, { ...filterOf(chain), toBlock: 0n });
  // the transport asks once more by itself
  const tooLarge = new ResponseBodyTooLargeError({ maxSize: 1, size: 2 });
  chain.failures.push(tooLarge, tooLarge);
  const logs = await fetchLogs(context, filterOf(chain));
  assert.equal(logs.length, 39);
  assert.deepEqual(chain.ranges[1], [0, 15]);
});

test("an endpoint that refuses even one block is reported, with its own words", async () => {
  const chain = chainOf(5);
  chain.maxRange = 0;
  await assert.rejects(fetchLogs(chain.context(), filterOf(chain)), (error) => {
    assert.ok(error instanceof AssayError);
    assert.equal(error.code, "SDK-042");
    assert.match(error.message, /block 0 alone.*range too large/);
    return true;
  });
});

test("an endpoint that cannot be reached is not asked for smaller ranges", async () => {
  const chain = chainOf(5);
  const context = chain.context();
  await fetchLogs(context, filterOf(chain));
  const asked = chain.ranges.length;
  const silence = new HttpRequestError({ url: "http://127.0.0.1:1", cause: new Error("ECONNREFUSED") });
  chain.failures.push(silence, silence, silence, silence);
  await assert.rejects(fetchLogs(context, filterOf(chain)), /SDK-040/);
  assert.equal(chain.ranges.length, asked);
});

test("an aborted fetch stops before the next request", async () => {
  const chain = chainOf(5);
  await assert.rejects(
    fetchLogs(chain.context(), { ...filterOf(chain), signal: AbortSignal.abort("enough") }),
    /SDK-023/,
  );
  assert.equal(chain.ranges.length, 0);
});

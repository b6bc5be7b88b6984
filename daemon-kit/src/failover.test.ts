import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { createPublicClient, numberToHex } from "viem";
import { createFailover } from "./failover.ts";

type Behaviour = {
  chainId: number;
  head: number;
  status: number;
  refusal: object | undefined;
  /** The head is told only then. */
  slow: Promise<void> | undefined;
};

/** A JSON-RPC endpoint that answers as it is told. */
async function endpoint(t: TestContext, change: Partial<Behaviour> = {}) {
  const behaviour: Behaviour = { chainId: 7, head: 100, status: 200, refusal: undefined, slow: undefined, ...change };
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const { id, method } = JSON.parse(body) as { id: number; method: string };
    asked.push(method);
    if (behaviour.status !== 200) return void response.writeHead(behaviour.status).end("no");
    if (method === "eth_blockNumber") await behaviour.slow;
    const result = method === "eth_chainId" ? behaviour.chainId : behaviour.head;
    const error = method === "eth_gasPrice" || method === "eth_getLogs" ? behaviour.refusal : undefined;
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ jsonrpc: "2.0", id, ...(error ? { error } : { result: numberToHex(result) }) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, behaviour };
}

const price = (asked: readonly string[]) => asked.filter((method) => method === "eth_gasPrice").length;

function clientOf(urls: string[], now: () => number = Date.now) {
  const failover = createFailover({ urls, chainId: 7, checkMs: 1000, now });
  return { failover, client: createPublicClient({ transport: failover.transport }) };
}

test("an endpoint that is behind, refuses or serves another chain is passed over", async (t) => {
  const late = await endpoint(t, { head: 90 });
  const limited = await endpoint(t, { status: 429 });
  const other = await endpoint(t, { chainId: 8, head: 5000 });
  const good = await endpoint(t);
  const { client, failover } = clientOf([late.url, limited.url, other.url, good.url]);
  assert.equal(await client.getGasPrice(), 100n);
  assert.deepEqual(
    [late, limited, other, good].map(({ asked }) => price(asked)),
    [0, 0, 0, 1],
  );
  // A stranger's height is no measure; the late one is 10 behind the good one.
  assert.deepEqual(
    failover.health().map(({ state }) => state),
    ["behind", "failing", "wrongChain", "good"],
  );
});

test("what fails is asked again after a rest, and comes back", async (t) => {
  const first = await endpoint(t);
  const second = await endpoint(t, { head: 101 });
  let now = 0;
  const { client, failover } = clientOf([first.url, second.url], () => now);
  await failover.check();
  first.behaviour.status = 503;
  second.behaviour.status = 503;
  await assert.rejects(client.getGasPrice());
  first.behaviour.status = 200;
  now += 60_000;
  await failover.check();
  assert.equal(await client.getGasPrice(), 100n);
  assert.equal(failover.health()[0]?.state, "good");
});

test("a revert is an answer: no other endpoint is asked", async (t) => {
  const first = await endpoint(t, { refusal: { code: 3, message: "execution reverted", data: "0x" } });
  const second = await endpoint(t, { refusal: { code: 3, message: "execution reverted", data: "0x" } });
  const { client } = clientOf([first.url, second.url]);
  await assert.rejects(client.getGasPrice(), /reverted/);
  assert.equal(price(first.asked) + price(second.asked), 1);
});

test("where every endpoint serves another chain, that chain is named", async (t) => {
  const urls = await Promise.all([1, 2].map(async () => (await endpoint(t, { chainId: 8 })).url));
  const { client } = clientOf(urls);
  assert.equal(await client.getChainId(), 8);
  await assert.rejects(client.getGasPrice(), /another chain/);
});

test("an endpoint that was asked too often is passed over, whatever it says; of logs, less is to be asked for", async (t) => {
  for (const code of [-32005, -32007, 429]) {
    const busy = await endpoint(t, { refusal: { code, message: "too many" } });
    const idle = await endpoint(t);
    // No time passes: none is the quicker one, and the order given counts.
    const { client } = clientOf([busy.url, idle.url], () => 0);
    await assert.rejects(client.getLogs({ fromBlock: 1n, toBlock: 100n }), /too many/);
    assert.equal(await client.getGasPrice(), 100n);
  }
});

for (const [latencies, asked] of [
  [[1, 0], 0],
  [[15, 14], 0],
  [[30, 12], 0],
  [[200, 110], 0],
  [[200, 90], 1],
  // The first of those that are quick enough, not the quickest of all.
  [[200, 60, 50], 1],
] as const) {
  test(`of endpoints that take ${latencies.join(", ")} ms, number ${asked} is asked: one is quicker only by half`, async (t) => {
    const answers = latencies.map(() => Promise.withResolvers<void>());
    const endpoints = await Promise.all(answers.map(({ promise }) => endpoint(t, { slow: promise })));
    let now = 0;
    const urls = endpoints.map(({ url }) => url);
    const { client, failover } = clientOf(urls, () => now);
    const checked = failover.check();
    for (const [index, ms] of [...latencies.entries()].toSorted(([, a], [, b]) => a - b)) {
      now = ms;
      answers[index]?.resolve();
      while (failover.health()[index]?.latencyMs === undefined) await new Promise((resolve) => setImmediate(resolve));
    }
    await checked;
    assert.deepEqual(
      failover.health().map(({ latencyMs }) => latencyMs),
      latencies,
    );
    await client.getGasPrice();
    assert.deepEqual(
      endpoints.map((one) => price(one.asked)),
      latencies.map((_, index) => (index === asked ? 1 : 0)),
    );
  });
}

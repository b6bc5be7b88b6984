import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { encodeAbiParameters, numberToHex, parseAbiItem, toEventSelector } from "viem";
import { createRpc } from "./create-rpc.ts";
import { checkRpc, getLogsChunked } from "./rpc.ts";
import { chainOf, withCode } from "./test-kit.ts";

const EVENT = parseAbiItem("event Ping(uint256 n)");
const ADDRESS = "0x00000000000000000000000000000000000000aa";

/** An RPC that refuses more than `limit` blocks of logs at once, and has one log in every block. */
async function strictRpc(t: TestContext, limit: number) {
  const ranges: number[] = [];
  const server = createServer(async (request, response) => {
    const { id, params } = JSON.parse(Buffer.concat(await request.toArray()).toString());
    const [from, to] = [Number(params[0].fromBlock), Number(params[0].toBlock)];
    ranges.push(to - from + 1);
    const log = (block: number) => ({
      address: ADDRESS,
      topics: [toEventSelector(EVENT)],
      data: encodeAbiParameters([{ type: "uint256" }], [BigInt(block)]),
      blockNumber: numberToHex(block),
      blockHash: `0x${"00".repeat(32)}`,
      transactionHash: `0x${"00".repeat(32)}`,
      transactionIndex: "0x0",
      logIndex: "0x0",
      removed: false,
    });
    const result = Array.from({ length: to - from + 1 }, (_, i) => log(from + i));
    const error = { code: -32005, message: "too much" };
    response.end(JSON.stringify({ jsonrpc: "2.0", id, ...(to - from + 1 > limit ? { error } : { result }) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { ranges, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("logs come complete and in order however small the ranges an RPC allows", async (t) => {
  const { url, ranges } = await strictRpc(t, 7);
  const client = createRpc({ urls: [url], retryCount: 0 });
  const numbers: bigint[] = [];
  for await (const { logs } of getLogsChunked(client, {
    address: ADDRESS,
    events: [EVENT],
    fromBlock: 3n,
    toBlock: 60n,
    maxRange: 64n,
  })) {
    numbers.push(...logs.map((log) => log.args.n));
  }
  assert.deepEqual(
    numbers,
    Array.from({ length: 58 }, (_, i) => BigInt(i + 3)),
  );
  assert.ok(ranges.length < 40, `${ranges.length} requests`);
});

test("an RPC that refuses a single block ends the walk with its own error", async (t) => {
  const { url } = await strictRpc(t, 0);
  const client = createRpc({ urls: [url], retryCount: 0 });
  const walk = getLogsChunked(client, { address: ADDRESS, events: [EVENT], fromBlock: 0n, toBlock: 9n });
  await assert.rejects(walk.next(), /Request exceeds defined limit|too much/);
});

test("an unreachable RPC is one clear, retryable error without the key in the URL", async () => {
  const urls = ["http://127.0.0.1:1/v2/secretsecret12345678"];
  const client = createRpc({ urls, retryCount: 0 });
  await assert.rejects(checkRpc(client, urls), (error: Error) => {
    assert.ok(!JSON.stringify(error).includes("secretsecret"));
    return withCode("DK-040", /127\.0\.0\.1:1/)(error) && (error as Error & { kind: string }).kind === "Retryable";
  });
  assert.throws(() => createRpc({ urls: [] }), withCode("DK-042"));
  assert.throws(() => createRpc({ urls: ["localhost:8545"] }), withCode("DK-042"));
});

test("falls back to the next URL, and refuses another chain", async (t) => {
  const chain = await chainOf(t);
  const urls = ["http://127.0.0.1:1", chain.url];
  const client = createRpc({ urls, retryCount: 0 });
  assert.equal(await checkRpc(client, urls, 31337), 31337);
  await assert.rejects(checkRpc(client, urls, 1), withCode("DK-041", /chain 31337/));
});

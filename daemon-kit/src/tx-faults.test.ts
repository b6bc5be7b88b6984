// Endpoints that keep their answers to themselves, or name blocks that nobody has: what was sent is followed all the same, once.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { numberToHex } from "viem";
import { hardhat } from "viem/chains";
import { createRpc } from "./create-rpc.ts";
import { type Journal, openJournal } from "./journal.ts";
import { chainOf, memoryLog, type TestChain, withCode } from "./test-kit.ts";
import { createTxSender } from "./tx-sender.ts";

const TO = "0x00000000000000000000000000000000000a55a1";

/** What becomes of a call: undefined: nothing amiss. */
type Fault = "never answered" | "done, never answered" | ((result: unknown) => unknown) | undefined;

/** An endpoint in front of the chain. @param faultOf asked for each call, with how often its method was called before */
async function endpointOf(t: TestContext, chain: TestChain, faultOf: (method: string, before: number) => Fault) {
  const calls = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const { method } = JSON.parse(body) as { method: string };
    const before = calls.get(method) ?? 0;
    calls.set(method, before + 1);
    const fault = faultOf(method, before);
    if (fault === "never answered") return;
    const headers = { "content-type": "application/json" };
    const answer = (await (await fetch(chain.url, { method: "POST", headers, body })).json()) as { result?: unknown };
    if (fault === "done, never answered") return;
    if (fault && "result" in answer) answer.result = fault(answer.result);
    response.writeHead(200, headers).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

function senderAt(url: string, { account }: TestChain, journal = openJournal(":memory:")) {
  const publicClient = createRpc({
    urls: [url],
    chain: hardhat,
    timeoutMs: 2000,
    retryCount: 0,
    pollingIntervalMs: 20,
  });
  const { log } = memoryLog();
  return { journal, sender: createTxSender({ journal, publicClient, account, log, pollMs: 20 }) };
}

async function sendThrough(t: TestContext, faultOf: (method: string, before: number) => Fault) {
  const chain = await chainOf(t);
  const { url, calls } = await endpointOf(t, chain, faultOf);
  const { sender, journal } = senderAt(url, chain);
  const receipt = await sender.send({ key: "pay", to: TO, value: 7n });
  const { address } = chain.account;
  assert.equal(await chain.client.getTransactionCount({ address }), 1, "sent once");
  assert.equal(await chain.client.getBalance({ address: TO }), 7n);
  assert.deepEqual([receipt.status, journal.get("pay")?.status], ["success", "mined"]);
  return calls;
}

test("a transaction that the chain has, though nobody said so in time, is not sent anew", async (t) => {
  const calls = await sendThrough(t, (method, before) => {
    if (method === "eth_sendRawTransaction") return "done, never answered";
    return method === "eth_getTransactionReceipt" && before === 0 ? "never answered" : undefined;
  });
  assert.equal(calls.get("eth_sendRawTransaction"), 1);
});

test("a transaction that never arrived is sent again, as it was signed", async (t) => {
  const lose = (method: string, before: number) =>
    method === "eth_sendRawTransaction" && before < 2 ? "never answered" : undefined;
  assert.equal((await sendThrough(t, lose)).get("eth_sendRawTransaction"), 3);
});

test("a transaction whose receipt nobody has for long is not taken for replaced", async (t) => {
  const none = () => null;
  await sendThrough(t, (method, before) => (method === "eth_getTransactionReceipt" && before < 40 ? none : undefined));
});

test("a head that nobody else has is waited for, and is no failure", async (t) => {
  const ahead = (head: unknown) => numberToHex(Number(head) + 5);
  await sendThrough(t, (method, before) => (method === "eth_blockNumber" && before < 6 ? ahead : undefined));
});

test("at a start, too: what cannot be compared with the chain now is asked again, and at last is told as a passing failure", async (t) => {
  const chain = await chainOf(t);
  await chain.node.setAutomine(false);
  const ahead = (head: unknown) => numberToHex(Number(head) + 5);
  let wrong = 0;
  const { url } = await endpointOf(t, chain, (method) =>
    method === "eth_blockNumber" && wrong-- > 0 ? ahead : undefined,
  );
  const first = senderAt(url, chain);
  const sent = first.sender.send({ key: "pay", to: TO, value: 7n });
  const { key } = await untilSent(first.journal);
  const second = senderAt(url, chain, first.journal);
  wrong = 1000;
  await assert.rejects(second.sender.reconcile(), withCode("DK-040", /refuses to answer.*block/));
  wrong = 6;
  assert.deepEqual(await second.sender.reconcile(), [{ key, status: "sent" }]);
  wrong = 0;
  await chain.node.mine({ blocks: 1 });
  assert.equal((await sent).status, "success");
});

async function untilSent(journal: Journal) {
  for (;;) {
    const [entry] = journal.list("sent");
    if (entry) return entry;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

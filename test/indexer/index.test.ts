// The subgraph on the real graph-node and PostgreSQL, against the real contracts.
import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { after, before, test } from "node:test";
import { toEventSelector } from "viem";
import { logsBetween } from "../../scripts/lib/logs.ts";
import { query, waitForIndex } from "../../scripts/subgraph/query.ts";
import { verifyIndex } from "../../scripts/subgraph/verify.ts";
import { Random } from "../support/random.ts";
import { type IndexedMarket, openIndexedMarket } from "./harness.ts";
import { playRounds } from "./rounds.ts";
import { playAll } from "./scene.ts";
import { sources } from "./units/gnd.ts";

let market: IndexedMarket;
before(async () => {
  market = await openIndexedMarket(playAll);
});
after(() => market?.close());

async function verified() {
  const { publicClient } = market.chain;
  const block = await publicClient.getBlockNumber();
  await waitForIndex(market.url, publicClient, block);
  return verifyIndex({ url: market.url, publicClient, deployment: market.deployment, block });
}

test("after random actions with reorganisations, every entity is what contracts and raw logs say", async () => {
  const done = await playRounds(market, new Random(7), { rounds: 6, actions: 20 });
  const { mismatches, uncovered, entities } = await verified();
  assert.deepEqual(mismatches, []);
  assert.deepEqual(uncovered, [], "every stored field has a second source");
  assert.ok(entities > 200, `${entities} entities, after ${JSON.stringify([...done])}`);
});

test("every event that the subgraph listens to has happened, so that all of it was compared", async () => {
  const { publicClient } = market.chain;
  const toBlock = await publicClient.getBlockNumber({ cacheTime: 0 });
  const never: string[] = [];
  for (const { name, mapping } of sources()) {
    // the bridge and remote jobs are compared in bridge.test.ts
    const address = market.deployment.contracts[name as keyof typeof market.deployment.contracts]?.address;
    if (!address) continue;
    for (const { event } of mapping.eventHandlers) {
      const events = [toEventSelector(`event ${event.replaceAll("indexed ", "")}`)];
      const logs = await logsBetween(publicClient, { address, events, fromBlock: 0n, toBlock });
      if (logs.length === 0) never.push(`${name}.${event}`);
    }
  }
  assert.deepEqual(never, []);
});

test("a reorganisation of five blocks is right in the index as soon as it is at the new head", async () => {
  const person = market.people[0]!;
  const amountNow = async () => {
    const id = market.deployment.contracts.AssayToken.address + person.walletClient!.account!.address.slice(2);
    const text = `{ marketBalance(id: "${id.toLowerCase()}") { amount } }`;
    return BigInt((await query<{ marketBalance: { amount: string } }>(market.url, text)).marketBalance.amount);
  };
  const snapshot = await market.rpc("evm_snapshot");
  const before = (await person.getBalance()).available;
  for (let i = 0; i < 5; i++) await person.deposit({ amount: 10n });
  await waitForIndex(market.url, market.chain.publicClient, await market.chain.publicClient.getBlockNumber());
  assert.equal(await amountNow(), before + 50n, "the index has seen what will not have happened");

  await market.rpc("evm_revert", [snapshot]);
  for (let i = 0; i < 7; i++) await person.deposit({ amount: 1n });
  const { mismatches } = await verified();
  assert.deepEqual(mismatches, []);
  assert.equal(await amountNow(), before + 7n);
});

test("killed and started again, the indexer goes on where it was", async () => {
  const { publicClient } = market.chain;
  await waitForIndex(market.url, publicClient, await publicClient.getBlockNumber());
  market.indexer.kill("SIGKILL");
  await market.indexer.exited;
  const late = market.people[1]!;
  await late.deposit({ amount: 5n });
  const blocks = `{ protocol(id: "protocol") { jobs { posted } } _meta { deployment } }`;
  await market.startIndexer();
  const { mismatches } = await verified();
  assert.deepEqual(mismatches, []);
  const { _meta } = await query<{ _meta: { deployment: string } }>(market.url, blocks);
  assert.match(_meta.deployment, /^\S+$/);
});

test("only the gateway of 127.0.0.1 can be reached, and only with queries", async (t) => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((found) => found?.family === "IPv4" && !found.internal);
  if (!outside) return t.diagnostic("this machine has no address but the loopback");
  const port = new URL(market.url).port;
  await assert.rejects(fetch(`http://${outside.address}:${port}/`), "not from outside");
  assert.equal((await fetch(`${market.url}/admin`, { method: "POST", body: "{}" })).status, 404);
  assert.equal((await fetch(market.url, { method: "POST", body: "x".repeat(70_000) })).status, 413);
});

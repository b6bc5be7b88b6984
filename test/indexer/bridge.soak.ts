// Transfers over a real bridge and a real relay, and what the index of the home chain knows of them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SHARED_BUILDS, startLocalIndexer } from "../../scripts/lib/indexer.ts";
import type { LocalProcess } from "../../scripts/lib/processes.ts";
import { query, waitForIndex } from "../../scripts/subgraph/query.ts";
import { verifyIndex } from "../../scripts/subgraph/verify.ts";
import { POLICY } from "../../sdk/src/index.ts";
import { SPEC } from "../e2e/many-jobs.ts";
import { ASY, openPair, type Pair } from "../e2e/relay-harness.ts";

const USER = 1;
let pair: Pair;
let indexer: LocalProcess | undefined;
before(async () => {
  pair = await openPair();
});
after(async () => {
  await indexer?.stop(60_000);
  await pair?.close();
});

/** There, back, one that home refuses, and one for which too little was paid. */
async function cross(): Promise<void> {
  const me = pair.home.wallet(USER).account.address;
  const user = pair.remote(USER);
  const has = (amount: string) => async () => (await pair.balance("satellite", me)) === ASY(amount);
  await pair.give(me, ASY("1000"));
  await pair.startRelay();
  await user.bridge.transfer({ from: "home", amount: ASY("300") });
  await pair.until("it has arrived", has("300"));
  const back = await user.bridge.transfer({ from: "satellite", amount: ASY("50") });
  await pair.until(
    "it is back",
    async () => (await user.bridge.status({ from: "satellite", number: back.number })).done,
  );
  // a window below the market's minimum
  await user.remoteJob.post({ spec: SPEC, price: ASY("10"), policy: POLICY.window, window: 1 });
  await pair.until("the job's money is back", has("250"));
  await user.bridge.transfer({ from: "home", amount: ASY("5"), fee: 1n });
}

test("the index knows every transfer and every message of the bridge as the bridge itself does", async () => {
  await cross();
  const { publicClient, url: rpcUrl } = pair.home;
  const started = await startLocalIndexer({
    ...{ rpcUrl, deploymentPath: join(pair.dir, "home.json"), dataDir: join(pair.dir, "indexer") },
    ...{ builds: SHARED_BUILDS, env: { ASSAY_INDEXER_OPEN_PORTS: "1" } },
  });
  indexer = started.process;
  const block = await publicClient.getBlockNumber();
  await waitForIndex(started.url, publicClient, block);
  const checked = { url: started.url, publicClient, deployment: pair.homeDeployment, block };
  assert.deepEqual((await verifyIndex(checked)).mismatches, []);

  interface Found {
    bridgeTransfers: { direction: string; status: string; amount: string }[];
    bridgeMessages: { kind: string }[];
  }
  const text = "{ bridgeTransfers(orderBy: startedAt) { direction status amount } bridgeMessages { kind } }";
  const { bridgeTransfers, bridgeMessages } = await query<Found>(started.url, text);
  const count = (direction: string, status: string) =>
    bridgeTransfers.filter((each) => each.direction === direction && each.status === status).length;
  assert.ok(count("OUT", "SENT") >= 1, "the one that nobody carries");
  assert.ok(count("IN", "ACCEPTED") === 1 && count("IN", "REFUSED") === 1, JSON.stringify(bridgeTransfers));
  const kinds = new Set(bridgeMessages.map(({ kind }) => kind));
  for (const kind of ["SENT", "ACCEPTED", "REFUSED"]) assert.ok(kinds.has(kind), `${kind} in ${[...kinds]}`);
});

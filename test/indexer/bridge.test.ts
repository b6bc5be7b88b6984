// Transfers over a real bridge and a real relay, and what the index of the home chain knows of them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SHARED_BUILDS, startLocalIndexer } from "../../scripts/lib/indexer.ts";
import type { LocalProcess } from "../../scripts/lib/processes.ts";
import { query, waitForIndex } from "../../scripts/subgraph/query.ts";
import { verifyIndex } from "../../scripts/subgraph/verify.ts";
import { homeBridgeAbi, POLICY } from "../../sdk/src/index.ts";
import { SPEC } from "../e2e/many-jobs.ts";
import { ASY, openPair, type Pair } from "../e2e/relay-harness.ts";

const USER = 1;
/** The bit of LinkedBridge's pause that stops deliveries. */
const PAUSE_DELIVER = 2;
let pair: Pair;
let home: Awaited<ReturnType<typeof indexOf>>;
const indexers: LocalProcess[] = [];
before(async () => {
  pair = await openPair();
});
after(async () => {
  for (const indexer of indexers) await indexer.stop(60_000);
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
  const job = { spec: SPEC, price: ASY("10"), policy: POLICY.window, window: 3_600, runTime: 86_400 };
  const [taken, open] = [await user.remoteJob.post(job), await user.remoteJob.post(job)];
  const posted = (index: bigint) => async () => (await user.remoteJob.status({ index })).job !== undefined;
  for (const { ticket } of [taken, open]) await pair.until("it is posted at home", posted(ticket.index));
  await user.remoteJob.cancel({ index: taken.ticket.index });
  await pair.until("the cancelled job's money is back", has("240"));
  await user.bridge.transfer({ from: "home", amount: ASY("5"), fee: 1n });
  await waits();
}

/** One more way back, to a bridge that delivers nothing for the time being: it waits there. */
async function waits(): Promise<void> {
  const { publicClient } = pair.home;
  const bridge = { address: pair.homeDeployment.contracts.HomeBridge!.address, abi: homeBridgeAbi } as const;
  const pause = { ...bridge, functionName: "setPause", args: [PAUSE_DELIVER] } as const;
  await publicClient.waitForTransactionReceipt({ hash: await pair.home.wallet(0).writeContract(pause) });
  await pair.remote(USER).bridge.transfer({ from: "satellite", amount: ASY("7") });
  const queued = { ...bridge, eventName: "TransferQueued", fromBlock: 0n } as const;
  await pair.until("it waits", async () => (await publicClient.getContractEvents(queued)).length === 1);
}

/** Indexes one of the chains, up to its head. */
async function indexOf(side: "home" | "satellite") {
  const { publicClient, url: rpcUrl } = pair[side];
  const started = await startLocalIndexer({
    ...{ rpcUrl, deploymentPath: join(pair.dir, `${side}.json`), dataDir: join(pair.dir, `indexer-${side}`) },
    ...{ builds: SHARED_BUILDS, env: { ASSAY_INDEXER_OPEN_PORTS: "1" } },
  });
  indexers.push(started.process);
  const block = await publicClient.getBlockNumber({ cacheTime: 0 });
  await waitForIndex(started.url, publicClient, block);
  const deployment = side === "home" ? pair.homeDeployment : pair.satelliteDeployment;
  return { url: started.url, publicClient, deployment, block };
}

test("the index knows every transfer and every message of the bridge as the bridge itself does", async () => {
  await cross();
  home = await indexOf("home");
  assert.deepEqual((await verifyIndex(home)).mismatches, []);
  interface Found {
    bridgeTransfers: { direction: string; status: string; amount: string }[];
    bridgeMessages: { kind: string }[];
  }
  const text = "{ bridgeTransfers(orderBy: startedAt) { direction status amount } bridgeMessages { kind } }";
  const { bridgeTransfers, bridgeMessages } = await query<Found>(home.url, text);
  const count = (direction: string, status: string) =>
    bridgeTransfers.filter((each) => each.direction === direction && each.status === status).length;
  assert.ok(count("OUT", "SENT") >= 1, "the one that nobody carries");
  // a way back, two jobs, a cancellation; and the job that the market refused
  assert.ok(count("IN", "ACCEPTED") === 4 && count("IN", "REFUSED") === 1, JSON.stringify(bridgeTransfers));
  const queued = bridgeTransfers.filter(({ status }) => status === "QUEUED");
  assert.deepEqual(queued, [{ direction: "IN", status: "QUEUED", amount: String(ASY("7")) }]);
  const kinds = new Set(bridgeMessages.map(({ kind }) => kind));
  for (const kind of ["SENT", "ACCEPTED", "REFUSED"]) assert.ok(kinds.has(kind), `${kind} in ${[...kinds]}`);
});

test("the indexes of both chains tell a remote job's two sides by the same account", async () => {
  const satellite = await indexOf("satellite");
  const { mismatches, kinds } = await verifyIndex(satellite);
  assert.deepEqual(mismatches, []);
  assert.equal(kinds.RemoteJob, 3);
  assert.ok(kinds.TokenHolder && kinds.Parameter && kinds.Protocol, JSON.stringify(kinds));
  assert.equal(kinds.Job, 0, "what is settled at home is not here");
  const text = `query Remote($account: Bytes!) {
    remoteJobs(where: { account: $account }) { status outcome job { status } events(orderBy: position) { kind } }
  }`;
  interface Sides {
    remoteJobs: {
      status: string;
      outcome: string | null;
      job: { status: string } | null;
      events: { kind: string }[];
    }[];
  }
  const all = await query<{ remoteJobs: { account: string; index: string }[] }>(
    satellite.url,
    "{ remoteJobs(orderBy: startedAt) { account index } }",
  );
  const sides = async (index: number) => {
    const { account } = all.remoteJobs.find((each) => each.index === String(index))!;
    const urls = [satellite.url, home.url];
    return Promise.all(urls.map(async (url) => (await query<Sides>(url, text, { account })).remoteJobs[0]));
  };
  const [refused] = await sides(1);
  assert.deepEqual([refused?.status, refused?.outcome], ["REFUNDED", null]);
  const [there, here] = await sides(2);
  assert.deepEqual([there?.status, there?.outcome, there?.job], ["ENDED", "CANCELLED", null]);
  assert.deepEqual([here?.status, here?.job?.status], ["ENDED", "CANCELLED"]);
  const [waiting, standing] = await sides(3);
  assert.deepEqual([waiting?.status, standing?.status, standing?.job?.status], ["SENT", "POSTED", "OPEN"]);
});

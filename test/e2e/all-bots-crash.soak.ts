// A hundred kills of three keepers that run every bot, with endpoints that fail and both chains restarted:
// npm run test:keeper-long
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { formatEther } from "viem";
import {
  contractAbis,
  homeBridgeAbi,
  jobHubAbi,
  parseAssayLogs,
  requireContract,
  type Side,
} from "../../sdk/src/index.ts";
import { HIGH_COIN, HOT, KEEPERS, RELAY } from "./all-bots.ts";
import { type AllBotsReport, allBotsRun, USER } from "./all-bots-run.ts";
import { stopKeepers } from "./keeper-harness.ts";
import { ASY, openPair, type Pair } from "./relay-harness.ts";
import { sentBy } from "./sent-by.ts";
import { explainWasted, type Wasted } from "./wasted.ts";

const KILLS = Number(process.env.ASSAY_KILLS ?? 100);
const SEED = Number(process.env.ASSAY_SEED ?? 17);
const PRICE = 10;

let pair: Pair;
before(async () => {
  pair = await openPair();
});
after(async () => {
  await stopKeepers();
  await pair?.close();
});

test(`${KILLS} kills of keepers with every bot, failing endpoints, restarted chains: nothing lost, nothing twice`, async (t) => {
  const report = await allBotsRun(pair, {
    kills: KILLS,
    jobs: KILLS + 20,
    remoteJobs: Math.ceil(KILLS / 10),
    proposals: 3,
    restartEvery: Math.ceil(KILLS / 6),
    seed: SEED,
    onKill: (kills, counts) => {
      if (kills % 5 === 0) process.stderr.write(`${kills} kills ${JSON.stringify(counts)}\n`);
    },
  });
  const { jobs: _, deployment: __, remote, ...shown } = report;
  t.diagnostic(JSON.stringify({ ...shown, remote: remote.length }));
  const [home, satellite] = [await readSent("home", report), await readSent("satellite", report)];
  t.diagnostic(JSON.stringify({ home: home.names, satellite: satellite.names }));
  for (const each of [...home.wasted, ...satellite.wasted]) process.stderr.write(`${JSON.stringify(each)}\n`);
  assert.deepEqual([home.wasted, satellite.wasted], [[], []], "no transaction was for nothing");
  await assertMarket(report);
  await assertMessages(home, satellite);
  await assertToldOnce(report);
  await assertMoney(report);
  assert.ok(report.atSending >= KILLS / 10, `${report.atSending} kills at the moment of sending`);
  assert.ok(report.restarts.home >= 2 && report.restarts.satellite >= 2);
});

interface Sent {
  /** Transactions of the keepers that reverted, or settled what was settled, and why. */
  wasted: Wasted[];
  /** Transactions of the relay to the gateway, and the rest by what they emitted. */
  approvals: number;
  /** How often each event was emitted by the keepers' transactions. */
  names: Record<string, number>;
}

/** Everything that the keepers have sent on a chain. */
async function readSent(side: Side, { deployment }: AllBotsReport): Promise<Sent> {
  const { publicClient, wallet } = pair[side];
  const keepers = KEEPERS.map((account) => wallet(account).account.address);
  const known = side === "home" ? deployment : pair.satelliteDeployment;
  const gateway = known.axelar!.gateway.toLowerCase();
  const found: Sent = { wasted: [], approvals: 0, names: {} };
  for await (const { hash, to, place, receipt } of sentBy(publicClient, keepers)) {
    if (place === RELAY && to?.toLowerCase() === gateway) found.approvals += 1;
    const events = side === "home" ? parseAssayLogs(deployment, receipt.logs) : [];
    const skips = events.some(({ eventName }) => eventName === "SettlementSkipped");
    if (receipt.status !== "success" || skips) found.wasted.push(await explainWasted(publicClient, known, hash));
    for (const { eventName } of events) found.names[eventName] = (found.names[eventName] ?? 0) + 1;
    if (events.length === 0 && receipt.logs.length === 0) found.names.none = (found.names.none ?? 0) + 1;
  }
  return found;
}

/** Each result paid once, nothing settled in vain, each proposal through. */
async function assertMarket({ jobs, remote, deployment }: AllBotsReport): Promise<void> {
  const { publicClient } = pair.home;
  const { address } = deployment.contracts.JobMarketplace;
  const filter = { address, abi: contractAbis.JobMarketplace, fromBlock: 0n } as const;
  const paid = await publicClient.getContractEvents({ ...filter, eventName: "JobFinalized" });
  const skipped = await publicClient.getContractEvents({ ...filter, eventName: "SettlementSkipped" });
  const ids = paid.map(({ args }) => args.id);
  assert.equal(new Set(ids).size, ids.length, "no job is paid twice");
  for (const { id } of jobs) assert.ok(ids.includes(id), `job ${id} is paid`);
  assert.ok(ids.length <= jobs.length + remote.length);
  assert.equal(skipped.length, 0, "nothing that was settled is settled again");
  const coin = await publicClient.getBalance({ address: pair.home.wallet(HOT).account.address });
  assert.equal(formatEther(coin), String(HIGH_COIN), "the hot account is filled up, and only that far");
}

/** Each message was approved by one transaction and let through once. */
async function assertMessages(home: Sent, satellite: Sent): Promise<void> {
  const counts = await pair.counts();
  for (const [side, { approvals }] of [
    ["home", home],
    ["satellite", satellite],
  ] as const) {
    const { approved, executed } = counts[side];
    assert.deepEqual([approved, executed], [approvals, approvals], `messages to ${side}`);
  }
  assert.deepEqual(await pair.remote(USER).message.list(), [], "nothing is lost on the way");
}

/** No result and no receipt was told twice: hub and bridges take that as often as it is sent. */
async function assertToldOnce({ deployment }: AllBotsReport): Promise<void> {
  const { home, satellite, satelliteDeployment } = pair;
  const { address } = requireContract(deployment, "JobHub");
  const ofHub = { address, abi: jobHubAbi, eventName: "RemoteResultSent", fromBlock: 0n } as const;
  const results = (await home.publicClient.getContractEvents(ofHub)).map(({ args }) => args.commitment);
  assert.equal(new Set(results).size, results.length, "no result is told twice");
  for (const [{ publicClient }, bridge] of [
    [home, requireContract(deployment, "HomeBridge")],
    [satellite, satelliteDeployment.contracts.SatelliteBridge],
  ] as const) {
    const ofBridge = { address: bridge.address, abi: homeBridgeAbi, eventName: "ReceiptsSent", fromBlock: 0n } as const;
    const numbers = (await publicClient.getContractEvents(ofBridge)).flatMap(({ args }) => args.numbers ?? []);
    assert.equal(new Set(numbers).size, numbers.length, "no receipt is sent twice");
  }
}

/** The user has what transfers and jobs have left. */
async function assertMoney({ sent, remote }: AllBotsReport): Promise<void> {
  const user = pair.remote(USER);
  let spent = 0;
  for (const index of remote) {
    const { done, outcome } = await user.remoteJob.status({ index });
    assert.ok(done, `remote job ${index} is over`);
    if (outcome === "finalized") spent += PRICE;
  }
  // of the transfers from home one carries one ASY, the others ten
  const due = 10 * (sent.home - 1) + 1 - sent.satellite - spent;
  assert.equal(await pair.balance("satellite", pair.home.wallet(USER).account.address), ASY(String(due)));
}

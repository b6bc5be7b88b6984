// The bots that carry out small duties, as a real process on a real chain; and a person's yes.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Hex, parseEther } from "viem";
import type { PendingAction } from "../../keepers/src/duty/approvals.ts";
import { freePort } from "../../scripts/lib/devnet.ts";
import { jobMarketplaceAbi } from "../../sdk/src/index.ts";
import { ASY, type Market, openMarket } from "./harness.ts";
import { startKeeper, stopKeepers } from "./keeper-harness.ts";
import { submitMany } from "./many-jobs.ts";

const BIN = fileURLToPath(new URL("../../keepers/bin/assay-keeper.mjs", import.meta.url));
const [KEEPER, ASKER, ANYBODY] = [8, 9, 10] as const;
const HOUR = 3600;
const [PROVIDER, HOT] = [2, 12] as const;
let market: Market;
before(async () => {
  market = await openMarket();
  await market.enrol(PROVIDER, ASY("5000"));
});
after(async () => {
  await stopKeepers();
  await market.close();
});

const addressOf = (account: number) => market.chain.wallet(account).account.address;

async function earned(): Promise<bigint> {
  const [gross] = await market.chain.publicClient.readContract({
    address: market.deployment.contracts.JobMarketplace.address,
    abi: jobMarketplaceAbi,
    functionName: "earnedOf",
    args: [market.deployment.contracts.AssayToken.address, addressOf(PROVIDER)],
  });
  return gross;
}

test("earnings wait for a person's yes, hot keys are filled up once, anomalies and figures are told", async () => {
  const { publicClient } = market.chain;
  const jobs = await submitMany(market, { count: 25, requester: 1, provider: PROVIDER, windowOf: () => 30 });
  const timestamp = Number((await publicClient.getBlock()).timestamp);
  await market.pass(Math.max(timestamp + 1, ...jobs.map((job) => job.due)) - timestamp);
  const [low, high] = [parseEther("10001"), parseEther("10002")];
  const settings = {
    SETTLE__ENABLED: "true",
    SETTLE__ACCOUNTS: addressOf(PROVIDER),
    SETTLE__SPREAD_SECONDS: "0",
    REWARDS__ENABLED: "true",
    REWARDS__MODE: "oversight",
    REWARDS__ACCOUNTS: addressOf(PROVIDER),
    REWARDS__SPREAD_SECONDS: "0",
    TOPUP__ENABLED: "true",
    TOPUP__ACCOUNTS: addressOf(HOT),
    TOPUP__LOW: "10001",
    TOPUP__HIGH: "10002",
    TOPUP__PER_DAY: "5",
    TOPUP__SPREAD_SECONDS: "0",
    ANOMALY__ENABLED: "true",
    ANOMALY__EVERY_SECONDS: "1",
    ANOMALY__SHARE: "0.9",
    ADVISOR__ENABLED: "true",
    ADVISOR__MIN_JOBS: "1",
    DISPUTE_CLOCK__ENABLED: "true",
  };
  assert.ok((await publicClient.getBalance({ address: addressOf(HOT) })) < low);
  // the first endpoint is dead from the start
  const rpcUrl = `http://127.0.0.1:${await freePort()},${market.chain.url}`;
  const keeper = startKeeper(market, { account: KEEPER, settings, rpcUrl });
  const url = await keeper.url();
  await waitFor(async () => ((await publicClient.getBalance({ address: addressOf(HOT) })) === high ? true : undefined));
  await keeper.logged("duty done", ({ bot }) => bot === "balance-topup");
  await waitFor(async () => ((await earned()) > 0n ? true : undefined));

  const waiting = await waitFor(async () => {
    const all = pendingOf(KEEPER);
    return all.length > 0 ? all : undefined;
  });
  assert.equal(waiting.length, 1);
  // a yes may come in another hour of the chain than the question
  await market.pass(HOUR);
  await untilDecided(url);
  assert.deepEqual(pendingOf(KEEPER), waiting);
  assert.match(waiting[0]!.text, /^JobMarketplace\.collect\(token: 0x/);
  assert.ok((await earned()) > 0n, "nothing was sent without a yes");
  const none = cli(KEEPER, "approve", "ffffffff");
  assert.deepEqual([none.status, none.stderr.includes("KP-060")], [1, true]);
  assert.equal(cli(KEEPER, "approve", waiting[0]!.id).status, 0);
  await waitFor(async () => ((await earned()) === 0n ? true : undefined));
  // The chain has it before the keeper knows; what it counts is counted then.
  await keeper.logged("duty done", ({ bot }) => bot === "reward-settle");
  assert.equal((await publicClient.getBalance({ address: addressOf(HOT) })) === high, true, "filled up once");

  await keeper.logged("anomaly", ({ kind }) => kind === "CONCENTRATION");
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /^assay_keeper_duties_total\{bot="reward-settle",end="done"\} 1$/m);
  assert.match(metrics, /^assay_keeper_duties_total\{bot="balance-topup",end="done"\} 1$/m);
  assert.match(metrics, /^assay_keeper_anomalies_total\{kind="CONCENTRATION"\} 1$/m, "one provider was paid for all");
  assert.match(metrics, /^assay_keeper_advisor_utilisation_ratio 1$/m);
  assert.doesNotMatch(metrics, /^assay_keeper_bot_errors_total\{[^}]*\} [1-9]/m);
  await keeper.process.stop();
});

test("a batch that waits for a person stays as it was asked for, over a kill; what is only shown is sent by anybody", async () => {
  const { publicClient } = market.chain;
  const jobs = await submitMany(market, {
    ...{ count: 5, requester: 1, provider: PROVIDER },
    windowOf: (index) => (index < 3 ? 30 : 3 * HOUR),
  });
  const [soon, later] = [jobs.slice(0, 3), jobs.slice(3)];
  const passTo = async (due: number) => market.pass(due - Number((await publicClient.getBlock()).timestamp));
  await passTo(Math.max(...soon.map((job) => job.due)));
  const settings = {
    SETTLE__ENABLED: "true",
    SETTLE__ACCOUNTS: addressOf(PROVIDER),
    SETTLE__SPREAD_SECONDS: "0",
  };
  const start = (mode: string) =>
    startKeeper(market, { account: ASKER, settings: { ...settings, SETTLE__MODE: mode } });
  const batchOf = (some: readonly { id: Hex }[]) => some.map(({ id }) => id).sort();
  const asked = () => pendingOf(ASKER).map(({ jobs: ids = [] }) => [...ids].sort());

  const first = start("oversight");
  await waitFor(async () => (pendingOf(ASKER).length > 0 ? true : undefined));
  assert.deepEqual(asked(), [batchOf(soon)]);
  const [question] = pendingOf(ASKER);
  await passTo(Math.max(...later.map((job) => job.due)));
  const both = await waitFor(async () => (pendingOf(ASKER).length > 1 ? pendingOf(ASKER) : undefined));
  assert.deepEqual(asked(), [batchOf(soon), batchOf(later)]);
  assert.deepEqual(both[0], question, "asked once");
  first.process.kill("SIGKILL");
  await first.process.exited;

  const second = start("oversight");
  await untilDecided(await second.url());
  assert.deepEqual(pendingOf(ASKER), both);
  assert.equal(cli(ASKER, "approve", question!.id).status, 0);
  await second.logged("jobs paid");
  assert.deepEqual(await statusesOf(soon), ["finalized", "finalized", "finalized"]);
  assert.deepEqual(await statusesOf(later), ["submitted", "submitted"]);
  await untilDecided(await second.url());
  assert.deepEqual(pendingOf(ASKER), both.slice(1));
  await second.process.stop();

  const third = start("manual");
  const url = await third.url();
  await untilDecided(url);
  const sent = await publicClient.getTransactionCount({ address: addressOf(ASKER) });
  const [shown, ...more] = await shownBy(url);
  const { text, to, data, value } = both[1]!;
  assert.deepEqual([shown, more], [{ text, to, data, value }, []]);
  const by = market.chain.wallet(ANYBODY);
  const hash = await by.sendTransaction({ to: shown!.to, data: shown!.data, value: BigInt(shown!.value) });
  await publicClient.waitForTransactionReceipt({ hash });
  assert.deepEqual(await statusesOf(later), ["finalized", "finalized"]);
  await waitFor(async () => ((await shownBy(url)).length === 0 ? true : undefined));
  assert.equal(cli(ASKER, "pending").stdout, "nothing waits\n");
  assert.equal(await publicClient.getTransactionCount({ address: addressOf(ASKER) }), sent, "it never sends");
  assert.match(await (await fetch(`${url}/metrics`)).text(), /^assay_keeper_duties_waiting\{bot="settle"\} 0$/m);
  await third.process.stop();
});

/** The command line on the data folder of a keeper. */
function cli(account: number, ...args: string[]) {
  const env = { PATH: process.env.PATH, ASSAY_KEEPER_DATA_DIR: join(market.dir, `keeper-${account}`) };
  return spawnSync(process.execPath, [BIN, ...args], { env, encoding: "utf8" });
}

const pendingOf = (account: number): PendingAction[] => JSON.parse(cli(account, "pending", "--json").stdout);

/** Waits until the keeper has decided on what the chain is now. */
async function untilDecided(url: string): Promise<void> {
  await market.pass(1);
  const head = await market.chain.publicClient.getBlockNumber();
  await waitFor(async () => {
    const { decided = -1 } = await statusOf<{ decided?: string }>(url);
    return BigInt(decided) >= head ? true : undefined;
  });
}

async function statusOf<T>(url: string): Promise<T> {
  return (await (await fetch(`${url}/status`)).json()) as T;
}

/** What the settle bot says that somebody else may send. */
async function shownBy(url: string) {
  type Shown = Pick<PendingAction, "text" | "to" | "data" | "value">;
  const { bots } = await statusOf<{ bots: { name: string; waiting: Shown[] }[] }>(url);
  return bots.find(({ name }) => name === "settle")!.waiting;
}

async function statusesOf(jobs: readonly { id: Hex }[]): Promise<string[]> {
  return Promise.all(jobs.map(async ({ id }) => (await market.requester.getJob({ id })).status));
}

/** Asks until there is an answer. */
async function waitFor<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let asked = 0; asked < 300; asked++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("what was waited for did not come");
}

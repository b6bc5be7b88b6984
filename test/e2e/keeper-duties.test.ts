// The bots that carry out small duties, as a real process on a real chain; and a person's yes.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseEther } from "viem";
import { freePort } from "../../scripts/lib/devnet.ts";
import { jobMarketplaceAbi } from "../../sdk/src/index.ts";
import { ASY, type Market, openMarket } from "./harness.ts";
import { startKeeper, stopKeepers } from "./keeper-harness.ts";
import { submitMany } from "./many-jobs.ts";

const BIN = fileURLToPath(new URL("../../keepers/bin/assay-keeper.mjs", import.meta.url));
const KEEPER = 8;
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
  // A duty's key has the chain's hour in it: when all is due, the next hour has just begun.
  const due = Math.max(timestamp + 1, ...jobs.map((job) => job.due));
  await market.pass(Math.ceil(due / HOUR) * HOUR - timestamp);
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

  const cli = (...args: string[]) => {
    const env = { PATH: process.env.PATH, ASSAY_KEEPER_DATA_DIR: join(market.dir, `keeper-${KEEPER}`) };
    return spawnSync(process.execPath, [BIN, ...args], { env, encoding: "utf8" });
  };
  const waiting = await waitFor(async () => {
    const all = JSON.parse(cli("pending", "--json").stdout) as { id: string; text: string; key: string }[];
    return all.length > 0 ? all : undefined;
  });
  assert.equal(waiting.length, 1);
  assert.match(waiting[0]!.text, /^JobMarketplace\.collect\(token: 0x/);
  assert.ok((await earned()) > 0n, "nothing was sent without a yes");
  const none = cli("approve", "ffffffff");
  assert.deepEqual([none.status, none.stderr.includes("KP-060")], [1, true]);
  assert.equal(cli("approve", waiting[0]!.id).status, 0);
  await waitFor(async () => ((await earned()) === 0n ? true : undefined));
  // The chain has it before the keeper knows; what it counts is counted then.
  await keeper.logged("duty done", ({ bot }) => bot === "reward-settle");
  assert.equal((await publicClient.getBalance({ address: addressOf(HOT) })) === high, true, "filled up once");

  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /^assay_keeper_duties_total\{bot="reward-settle",end="done"\} 1$/m);
  assert.match(metrics, /^assay_keeper_duties_total\{bot="balance-topup",end="done"\} 1$/m);
  assert.match(metrics, /^assay_keeper_anomalies_total\{kind="CONCENTRATION"\} 1$/m, "one provider was paid for all");
  assert.match(metrics, /^assay_keeper_advisor_utilisation_ratio 1$/m);
  assert.doesNotMatch(metrics, /^assay_keeper_bot_errors_total\{[^}]*\} [1-9]/m);
  await keeper.process.stop();
});

/** Asks until there is an answer. */
async function waitFor<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let asked = 0; asked < 300; asked++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("what was waited for did not come");
}

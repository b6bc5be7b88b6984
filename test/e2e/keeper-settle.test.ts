// The settle bot on a real chain: what is due is moved on once, whoever and however many keepers run.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { keccak256, toHex } from "viem";
import { turnOf } from "../../keepers/src/turns.ts";
import type { ClaimedJob, Job, PostJobArgs, SubmittedJob } from "../../sdk/src/index.ts";
import { countOf, type Market, openMarket, type PreparedInputs, post, uploadInputs } from "./harness.ts";
import { startKeeper, stopKeepers, type TestKeeper } from "./keeper-harness.ts";
import { startRpcProxy } from "./rpc-proxy.ts";

const PROVIDER = 2;
const SPREAD = 12;
let market: Market;
let inputs: PreparedInputs;
before(async () => {
  market = await openMarket();
  await market.enrol(PROVIDER, 10_000n * 10n ** 18n);
  inputs = await uploadInputs(market, 64);
});
after(async () => {
  await stopKeepers();
  await market.close();
});

async function chainTime(): Promise<number> {
  return Number((await market.chain.publicClient.getBlock()).timestamp);
}

async function posted(args: Partial<PostJobArgs> = {}): Promise<Job> {
  const { id } = await post(market, inputs.spec, args);
  return market.requester.getJob({ id });
}

async function claimed(args: Partial<PostJobArgs> = {}): Promise<ClaimedJob> {
  const job = await posted(args);
  await market.client(PROVIDER).claimJob(job);
  return (await market.requester.getJob({ id: job.id })) as ClaimedJob;
}

/** The content does not matter here: nobody challenges it. */
async function submitted(args: Partial<PostJobArgs> = {}): Promise<SubmittedJob> {
  const job = await claimed(args);
  const finalState = keccak256(toHex("any"));
  const runRoot = `0x${"00".repeat(32)}` as const;
  await market.client(PROVIDER).submitResult({ ...job, runRoot, finalState, outputDigest: keccak256("0x01") });
  return (await market.requester.getJob({ id: job.id })) as SubmittedJob;
}

async function nonceOf(account: number): Promise<number> {
  const { address } = market.chain.wallet(account).account;
  return market.chain.publicClient.getTransactionCount({ address });
}

/** Two accounts whose turns are well apart for jobs due at `due`, the earlier one first. */
function apart(due: number): [number, number] {
  const accounts = Array.from({ length: 12 }, (_, i) => i + 8).map((account) => ({
    account,
    turn: turnOf(market.chain.wallet(account).account.address, due, SPREAD),
  }));
  accounts.sort((a, b) => a.turn - b.turn);
  const [first, last] = [accounts[0]!, accounts.at(-1)!];
  assert.ok(last.turn - first.turn >= 6, "twelve accounts spread over twelve seconds");
  return [first.account, last.account];
}

test("two keepers settle a batch, an overdue claim and an unclaimed job once, and waste no gas", async () => {
  const window = 120;
  const first = await submitted({ window });
  const second = await submitted({ window });
  const due = second.submittedAt + window;
  const unclaimed = await posted({ claimBy: due - 1 });
  const overdue = await claimed({ runTime: due - (await chainTime()) });
  const [early, late] = apart(due);
  const settings = { SETTLE__ENABLED: "true", SETTLE__JOBS: "all", SETTLE__SPREAD_SECONDS: String(SPREAD) };
  const before = [await nonceOf(early), await nonceOf(late)];
  const keepers = [early, late].map((account) => startKeeper(market, { account, settings }));
  await Promise.all(keepers.map((keeper) => keeper.url()));
  await market.pass(due - (await chainTime()));

  const ends = await Promise.all(
    [
      [first, "finalized"],
      [second, "finalized"],
      [overdue, "expired"],
      [unclaimed, "cancelled"],
    ].map(([job, status]) =>
      market.requester.waitForJob({ id: (job as Job).id, status: status as "finalized", pollingInterval: 100 }),
    ),
  );
  const counts = ends.map((job) =>
    (["JobFinalized", "JobExpired", "JobCancelled"] as const).reduce((sum, name) => sum + countOf(job, name), 0),
  );
  assert.deepEqual(counts, [1, 1, 1, 1]);
  await market.pass(SPREAD); // the turn of the later one comes, and there is nothing left to do
  await keepers[1]!.process.stop();
  await keepers[0]!.process.stop();
  assert.equal(await nonceOf(late), before[1], "the later keeper sent nothing");
  const sent = (await nonceOf(early)) - before[0]!;
  assert.ok(sent === 3 || sent === 4, `one batch or two, one expiry, one cancellation: ${sent}`);
  for (const keeper of keepers) assert.deepEqual(errorsOf(keeper), []);
});

test("strangers' jobs are left alone unless they are asked for; status and metrics tell", async () => {
  const job = await submitted();
  const keeper = startKeeper(market, {
    account: 5,
    settings: { SETTLE__ENABLED: "true", SETTLE__SPREAD_SECONDS: "0" },
  });
  const url = await keeper.url();
  await market.pass(job.terms.window);
  const status = (await (await fetch(`${url}/status`)).json()) as { bots: { name: string }[] };
  assert.deepEqual(
    status.bots.map(({ name }) => name),
    ["settle"],
  );
  assert.match(await (await fetch(`${url}/metrics`)).text(), /^assay_keeper_settle_due_jobs 0$/m);
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  await keeper.process.stop();
  assert.equal((await keeper.process.exited).code, 0);
  assert.equal((await market.requester.getJob({ id: job.id })).status, "submitted");

  // The same keeper, told whose jobs to serve.
  const provider = market.chain.wallet(PROVIDER).account.address;
  const settings = { SETTLE__ENABLED: "true", SETTLE__SPREAD_SECONDS: "0", SETTLE__ACCOUNTS: provider };
  const again = startKeeper(market, { account: 5, settings });
  await market.requester.waitForJob({ id: job.id, status: "finalized", pollingInterval: 100 });
  await again.process.stop();
});

for (const verdict of ["dropBefore", "dropAfter"] as const) {
  test(`kill -9 when the settlement is sent (${verdict}): paid once after the restart`, async () => {
    const account = verdict === "dropBefore" ? 6 : 7;
    const job = await submitted();
    const from = await nonceOf(account);
    let victim: TestKeeper | undefined;
    const proxy = await startRpcProxy(market.chain.url, async (name) => {
      if (name !== "finalizeBatch" || !victim) return "forward";
      const target = victim;
      victim = undefined;
      if (verdict === "dropBefore") {
        target.process.kill("SIGKILL");
        await target.process.exited;
      } else setImmediate(() => target.process.kill("SIGKILL"));
      return verdict;
    });
    const settings = { SETTLE__ENABLED: "true", SETTLE__JOBS: "all", SETTLE__SPREAD_SECONDS: "0" };
    const keeper = startKeeper(market, { account, settings, rpcUrl: proxy.url });
    victim = keeper;
    await keeper.url();
    await market.pass(job.terms.window);
    assert.equal((await keeper.process.exited).signal, "SIGKILL");

    const again = startKeeper(market, { account, settings, rpcUrl: proxy.url });
    const ended = await market.requester.waitForJob({ id: job.id, status: "finalized", pollingInterval: 100 });
    assert.equal(countOf(ended, "JobFinalized"), 1);
    const url = await again.url();
    const gasToday = await waitFor(async () => {
      const { bots } = (await (await fetch(`${url}/status`)).json()) as { bots: { gasToday: string }[] };
      return bots[0]?.gasToday !== "0" ? bots[0]?.gasToday : undefined;
    });
    await again.process.stop();
    await proxy.close();
    assert.equal((await nonceOf(account)) - from, 1, "one transaction, and no second");
    assert.ok(BigInt(gasToday) > 0n, "its gas is booked, although the process that sent it died");
  });
}

/** Asks until there is an answer. */
async function waitFor<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let asked = 0; asked < 300; asked++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("what was waited for did not come");
}

function errorsOf(keeper: TestKeeper): readonly Record<string, unknown>[] {
  return keeper.lines.filter(({ level }) => Number(level) >= 40);
}

// The challenger on a real chain: re-runs results and takes a wrong one to court, whatever kills it on the way.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openGuard } from "../../daemon-kit/src/index.ts";
import { assayTokenAbi, gameId } from "../../sdk/src/index.ts";
import {
  courtOf,
  creditOf,
  DishonestProvider,
  type DisputableJob,
  docketOf,
  type LocalCourt,
  REFEREE,
  uploadDisputable,
  wrongProducts,
  wrongWeight,
} from "./court-harness.ts";
import { ASY, type Market, openMarket } from "./harness.ts";
import { startKeeper, stopKeepers, type TestKeeper } from "./keeper-harness.ts";

const PROVIDER = 2;
const TEST_MS = 240_000;
let market: Market;
let court: LocalCourt;
let provider: DishonestProvider;
let inputs: DisputableJob;
before(async () => {
  market = await openMarket({ referee: REFEREE });
  court = courtOf(market);
  await market.enrol(PROVIDER, ASY("10000"));
  provider = new DishonestProvider(market, court, PROVIDER);
  inputs = await uploadDisputable(market);
});
after(async () => {
  await stopKeepers();
  await market.close();
});

/** A challenger with this much ASY; the same account again goes on where its last one stopped. */
function challenger(account: number, settings: Record<string, string> = {}): TestKeeper {
  return startKeeper(market, { account, settings: { CHALLENGER__ENABLED: "true", ...settings } });
}

async function give(account: number, amount: bigint): Promise<void> {
  const hash = await market.chain.wallet(0).writeContract({
    abi: assayTokenAbi,
    address: market.deployment.contracts.AssayToken.address,
    functionName: "transfer",
    args: [market.chain.wallet(account).account.address, amount],
  });
  await market.chain.publicClient.waitForTransactionReceipt({ hash });
}

async function nonceOf(account: number): Promise<number> {
  const { address } = market.chain.wallet(account).account;
  return market.chain.publicClient.getTransactionCount({ address });
}

async function kill(keeper: TestKeeper): Promise<void> {
  keeper.process.kill("SIGKILL");
  await keeper.process.exited;
}

const fatal = (keeper: TestKeeper) => keeper.lines.filter(({ level }) => Number(level) >= 60);

test("an honest result is confirmed and left alone", { timeout: TEST_MS }, async () => {
  const { job } = await provider.submit(inputs);
  const keeper = challenger(5);
  await keeper.logged("result confirmed", (line) => line.commitment === job.commitment);
  await keeper.process.stop();
  assert.equal((await docketOf(market, court, job.commitment)).opened, 0);
  assert.equal(await nonceOf(5), 0);
});

test("one weight changed by one: the result is rejected, the requester refunded, the bond returned", {
  timeout: TEST_MS,
}, async () => {
  const account = 6;
  await give(account, ASY("10"));
  const { job, run } = await provider.submit(inputs, wrongWeight(inputs.task, 9));
  const keeper = challenger(account);
  const answers = await provider.defend(job, run, async () => {});
  const ended = await market.requester.waitForJob({ id: job.id, status: "rejected", pollingInterval: 100 });
  await keeper.logged("bond reclaimed");
  await keeper.process.stop();
  assert.equal(ended.status, "rejected");
  assert.ok(answers >= 3, `a walk of some depth: ${answers} reveals`);
  assert.equal(await creditOf(market, court, account), ASY("2"));
  assert.deepEqual(fatal(keeper), []);
});

test("kill -9 after every move, and a lost re-run: the game goes on from the chain, no move is made twice", {
  timeout: TEST_MS,
}, async () => {
  const account = 7;
  await give(account, ASY("10"));
  const { job, run } = await provider.submit(inputs, ...wrongProducts(inputs.task, 5));
  let keeper = challenger(account);
  let kills = 0;
  const moved = new Set<number>();
  await provider.defend(job, run, async (moves) => {
    assert.ok(!moved.has(moves));
    moved.add(moves);
    await kill(keeper);
    kills += 1;
    // Everything but journal, guard and budget may be deleted at any time.
    if (kills === 3) await rm(join(market.dir, `keeper-${account}`, "challenger"), { recursive: true });
    keeper = challenger(account);
  });
  await market.requester.waitForJob({ id: job.id, status: "rejected", pollingInterval: 100 });
  await keeper.logged("bond reclaimed");
  await keeper.process.stop();
  assert.ok(kills >= 4, `${kills} kills`);
  // approve; challenge, and one pick for each later position; prove, reject, reclaim
  assert.equal(await nonceOf(account), (await provider.positions(job.commitment)) + 4);
  assert.equal(await creditOf(market, court, account), ASY("2"));
  assert.deepEqual(fatal(keeper), []);
});

test("a provider that does not answer loses by time", { timeout: TEST_MS }, async () => {
  const account = 8;
  await give(account, ASY("10"));
  const { job } = await provider.submit(inputs, wrongWeight(inputs.task, 0));
  const keeper = challenger(account);
  await keeper.logged("game opened");
  await market.pass(REFEREE.minBudget + 16 * 60 + 1);
  await market.requester.waitForJob({ id: job.id, status: "rejected", pollingInterval: 100 });
  await keeper.logged("bond reclaimed");
  await keeper.process.stop();
  assert.ok((await docketOf(market, court, job.commitment)).rejected);
});

test("a game that runs out of time is ended by a stranger's clock, while its challenger is gone", {
  timeout: TEST_MS,
}, async () => {
  const account = 11;
  await give(account, ASY("10"));
  const { job } = await provider.submit(inputs, wrongWeight(inputs.task, 4));
  const keeper = challenger(account);
  await keeper.logged("game opened");
  await kill(keeper);
  const settings = { DISPUTE_CLOCK__ENABLED: "true", DISPUTE_CLOCK__SPREAD_SECONDS: "0" };
  const clock = startKeeper(market, { account: 13, settings });
  await clock.url();
  await market.pass(REFEREE.minBudget + 16 * 60 + 1);
  await clock.logged("duty done", ({ bot }) => bot === "dispute-clock");
  assert.ok((await docketOf(market, court, job.commitment)).rejected);
  await clock.process.stop();
  assert.equal(await nonceOf(13), 1, "one timeout, and nothing else");
});

test("what the guard remembers is not contradicted: no second answer, an alarm", { timeout: TEST_MS }, async () => {
  const account = 10;
  await give(account, ASY("10"));
  const { job } = await provider.submit(inputs, wrongWeight(inputs.task, 2));
  const guard = openGuard(join(market.dir, `keeper-${account}`, "guard.sqlite"));
  const { address } = market.chain.wallet(account).account;
  guard.commit(`31337:${court.dispute.address.toLowerCase()}`, gameId(job.commitment, address), "open:true");
  guard.close();
  const keeper = challenger(account);
  const alarm = await keeper.logged("alarm");
  const metrics = await (await fetch(`${await keeper.url()}/metrics`)).text();
  await keeper.process.stop();
  assert.equal(alarm.code, "DK-050");
  assert.match(metrics, /^assay_keeper_challenger_alarms_total{code="DK-050"} 1$/m);
  assert.equal((await docketOf(market, court, job.commitment)).opened, 0);
});

test("without ASY for the bond there is one clear error, and the game is opened once it is there", {
  timeout: TEST_MS,
}, async () => {
  const account = 9;
  const { job, run } = await provider.submit(inputs, wrongWeight(inputs.task, 17, 1));
  const keeper = challenger(account);
  const line = await keeper.logged("deed failed; it is tried again");
  assert.equal(line.code, "KP-011");
  assert.equal((await docketOf(market, court, job.commitment)).opened, 0);
  await kill(keeper);
  await give(account, ASY("10"));
  const again = challenger(account);
  await provider.defend(job, run, async () => {});
  await market.requester.waitForJob({ id: job.id, status: "rejected", pollingInterval: 100 });
  await again.process.stop();
});

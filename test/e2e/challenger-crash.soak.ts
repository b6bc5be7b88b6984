// A challenger that is killed while it checks, opens games and plays them: npm run test:keeper-long
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { erc20Abi } from "viem";
import {
  eventsNamed,
  GAME_STATUS,
  parseAssayLogs,
  refereedDisputeAbi,
  type SubmittedJob,
} from "../../sdk/src/index.ts";
import {
  courtOf,
  creditOf,
  DishonestProvider,
  type DisputableJob,
  docketOf,
  REFEREE,
  uploadDisputable,
  wrongProducts,
  wrongWeight,
} from "./court-harness.ts";
import { randomOf } from "./crash-run.ts";
import { ASY, type Market, openMarket } from "./harness.ts";
import { startKeeper, stopKeepers } from "./keeper-harness.ts";
import { Killable } from "./killable.ts";
import { sentBy } from "./sent-by.ts";
import { explainWasted } from "./wasted.ts";

const KILLS = Number(process.env.ASSAY_CHALLENGER_KILLS ?? 20);
const SEED = Number(process.env.ASSAY_SEED ?? 31);
/** Each wrong result has a provider of its own, which defends it. */
const PROVIDERS = [2, 14] as const;
const CHALLENGER = 7;
const BOND = REFEREE.minBond;
/** What it has, in bonds: as many as games that it has to play at a time. */
const PURSE = BOND * BigInt(PROVIDERS.length);
const STEPS_TO_SEND = 100;

let market: Market;
before(async () => {
  market = await openMarket({ referee: REFEREE });
  for (const account of PROVIDERS) await market.enrol(account, ASY("10000"));
  await market.give(market.chain.wallet(CHALLENGER).account.address, PURSE);
});
after(async () => {
  await stopKeepers();
  await market?.close();
});

test(`a challenger outlives ${KILLS} kills: each wrong result convicted once, no move made twice, no bond lost`, async (t) => {
  const inputs = await uploadDisputable(market);
  const random = randomOf(SEED);
  const keepers = new Killable<"home">(random);
  const rpcUrl = await keepers.endpoints("home", market.chain.url, 0);
  const settings = {
    CHALLENGER__ENABLED: "true",
    CHALLENGER__GAS_PER_DAY: "100",
    CHALLENGER__BOND_PER_DAY: "1000",
  };
  const launch = () => {
    keepers.keepUp(0, () => startKeeper(market, { account: CHALLENGER, rpcUrl, settings }));
  };
  const wrong: SubmittedJob[] = [];
  const honest: SubmittedJob[] = [];
  let kills = 0;
  const killOne = async () => {
    if (random() < 0.6) await keepers.strike(() => sleep(200), STEPS_TO_SEND);
    else await sleep(random() * 6_000);
    await keepers.kill(0);
    kills += 1;
    launch();
    // as often in the middle of starting as at work
    if (random() < 0.6) await keepers.started(0);
    if (random() < 0.25) await keepers.outage(["home"], () => sleep(500 + random() * 1_500));
    if (kills % 5 === 0) process.stderr.write(`${kills} kills, ${wrong.length} wrong results\n`);
  };
  launch();
  try {
    while (kills < KILLS) {
      const round = await submitAll(inputs, Math.floor(random() * 18));
      wrong.push(...round.jobs);
      honest.push(round.honest);
      const over = round.over.then(() => true);
      while (kills < KILLS && !(await Promise.race([over, sleep(0)]))) await killOne();
      await over;
    }
  } finally {
    await keepers.close();
  }
  const sent = await readSent();
  const { atSending, faults } = keepers;
  const counts = { kills, atSending, faults: Object.fromEntries(faults.seen), wrong: wrong.length };
  t.diagnostic(JSON.stringify({ ...counts, honest: honest.length, ...sent }));
  assert.deepEqual(sent.wasted, [], "no transaction was for nothing");
  await assertConvicted(wrong, honest, sent.transactions);
});

/** Two wrong results, which are defended, and an honest one. `over`: the wrong ones are, and their bonds are back. */
async function submitAll(inputs: DisputableJob, step: number) {
  const faults = [[wrongWeight(inputs.task, step)], wrongProducts(inputs.task, step)];
  const court = courtOf(market);
  const providers = PROVIDERS.map((account) => new DishonestProvider(market, court, account));
  const results: Awaited<ReturnType<DishonestProvider["submit"]>>[] = [];
  for (const [n, provider] of providers.entries()) results.push(await provider.submit(inputs, ...faults[n]!));
  const { job: honest } = await providers[0]!.submit(inputs);
  const jobs = results.map(({ job }) => job);
  const over = Promise.all(
    results.map(async ({ job, run }, n) => {
      await providers[n]!.defend(job, run, async () => {});
      await market.requester.waitForJob({ id: job.id, status: "rejected", pollingInterval: 200 });
      while ((await statusOf(job)) !== GAME_STATUS.closed) await sleep(200);
    }),
  );
  return { jobs, honest, over };
}

async function statusOf({ commitment }: SubmittedJob): Promise<number> {
  const { publicClient, wallet } = market.chain;
  const args = [commitment, wallet(CHALLENGER).account.address] as const;
  const { address } = courtOf(market).dispute;
  const call = { address, abi: refereedDisputeAbi, functionName: "gameOf", args } as const;
  return (await publicClient.readContract(call))[1];
}

/** What the challenger has sent, and what of it was for nothing. */
async function readSent() {
  const { publicClient, wallet } = market.chain;
  const found = { transactions: 0, wasted: [] as object[], approvals: 0 };
  for await (const { hash, receipt } of sentBy(publicClient, [wallet(CHALLENGER).account.address])) {
    found.transactions += 1;
    const events = parseAssayLogs(market.deployment, receipt.logs);
    found.approvals += eventsNamed(events, "AssayToken", "Approval").length;
    if (receipt.status !== "success") found.wasted.push(await explainWasted(publicClient, market.deployment, hash));
  }
  return found;
}

/** Every wrong result was convicted in one game of as many moves as it has positions; the honest ones were left alone. */
async function assertConvicted(wrong: SubmittedJob[], honest: SubmittedJob[], transactions: number): Promise<void> {
  const court = courtOf(market);
  const provider = new DishonestProvider(market, court, PROVIDERS[0]);
  // a bond is allowed where the credit does not cover it: for the first games only, since every bond comes back
  let due = PROVIDERS.length;
  for (const job of wrong) {
    assert.deepEqual(await docketOf(market, court, job.commitment), { opened: 1, live: 1, rejected: true });
    // challenge and picks, one for each position; prove, reject, reclaim
    due += (await provider.positions(job.commitment)) + 3;
  }
  for (const job of honest) {
    assert.deepEqual(await docketOf(market, court, job.commitment), { opened: 0, live: 0, rejected: false });
  }
  assert.equal(transactions, due, "no move is made twice");
  // an allowance may be left when another game's bond has come back in the meantime: then it never left the wallet
  const { publicClient, wallet } = market.chain;
  const { address } = market.deployment.contracts.AssayToken;
  const args = [wallet(CHALLENGER).account.address] as const;
  const kept = await publicClient.readContract({ address, abi: erc20Abi, functionName: "balanceOf", args });
  assert.equal(kept + (await creditOf(market, court, CHALLENGER)), PURSE, "no bond is lost");
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// A hundred kills of three keepers while games and cases run out of time: npm run test:keeper-long
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  assayTokenAbi,
  contractAbis,
  DisputeLog,
  GAME_STATUS,
  type LoggedGame,
  parseAssayLogs,
} from "../../sdk/src/index.ts";
import { courtOf, creditOf } from "./court-harness.ts";
import {
  ACCUSED_STAKE,
  CHALLENGERS,
  COURT,
  type CourtReport,
  courtRun,
  DEPOSIT,
  HELD,
  KEEPERS,
  PROVIDER,
} from "./court-run.ts";
import { type Market, openMarket } from "./harness.ts";
import { stopKeepers } from "./keeper-harness.ts";
import { sentBy } from "./sent-by.ts";
import { explainWasted } from "./wasted.ts";

const KILLS = Number(process.env.ASSAY_KILLS ?? 100);
const SEED = Number(process.env.ASSAY_SEED ?? 23);
/** RefereedDispute.PROVIDER_BPS: of a bond that was lost by time, to the provider whose result stood. */
const PROVIDER_SHARE = 60n;

let market: Market;
before(async () => {
  market = await openMarket({ referee: COURT });
});
after(async () => {
  await stopKeepers();
  await market?.close();
});

test(`${KILLS} kills of keepers while games and cases run out of time: each is ended, once`, async (t) => {
  const report = await courtRun(market, {
    kills: KILLS,
    results: KILLS + 8,
    accused: Math.min(6, Math.max(2, Math.ceil(KILLS / 15))),
    restartEvery: Math.ceil(KILLS / 4),
    seed: SEED,
    onKill: (kills, counts) => {
      if (kills % 5 === 0) process.stderr.write(`${kills} kills ${JSON.stringify(counts)}\n`);
    },
  });
  const { challenged, cases, ...shown } = report;
  const games = challenged.reduce((sum, each) => sum + each.games, 0);
  const sent = await readSent();
  const counts = { results: challenged.length, games, cases: cases.length };
  t.diagnostic(JSON.stringify({ ...shown, ...counts, ...sent }));
  assert.deepEqual(sent.wasted, [], "no transaction was for nothing");
  await assertGames(report, sent.names);
  await assertCases(report, sent.names);
  await assertBonds(report);
  assert.ok(report.atSending >= KILLS / 10, `${report.atSending} kills at the moment of sending`);
  assert.ok(report.restarts >= 2);
});

/** What the keepers have sent: what was for nothing, and the rest by what it emitted. */
async function readSent() {
  const { publicClient, wallet } = market.chain;
  const keepers = KEEPERS.map((account) => wallet(account).account.address);
  const found = { transactions: 0, wasted: [] as object[], names: {} as Record<string, number> };
  for await (const { hash, receipt } of sentBy(publicClient, keepers)) {
    found.transactions += 1;
    const events = parseAssayLogs(market.deployment, receipt.logs);
    const skips = events.some(({ eventName }) => eventName === "SettlementSkipped");
    if (receipt.status !== "success" || skips || events.length === 0) {
      found.wasted.push(await explainWasted(publicClient, market.deployment, hash));
    }
    // the staking manager has events of the same names
    for (const { contract, eventName } of events) {
      if (contract !== "StakingManager") found.names[eventName] = (found.names[eventName] ?? 0) + 1;
    }
  }
  return found;
}

/** A silent provider loses its result once, however many games there are; a silent challenger each of its games once. */
async function assertGames({ challenged }: CourtReport, names: Record<string, number>): Promise<void> {
  const lost = challenged.filter(({ silent }) => silent === "provider");
  const stood = challenged.filter(({ silent }) => silent === "challenger");
  const forfeits = stood.reduce((sum, { games }) => sum + games, 0);
  assert.deepEqual([names.ResultRejected, names.BondForfeited], [lost.length, forfeits]);
  assert.deepEqual([names.JobRejected, names.JobFinalized], [lost.length, stood.length]);
  for (const { job, silent } of challenged) {
    const { status } = await market.requester.getJob({ id: job.id });
    assert.equal(status, silent === "provider" ? "rejected" : "finalized", `job ${job.id}`);
  }
}

/** Each case is over, once; what was held is lost where it was executed, and free again where it lapsed. */
async function assertCases({ cases }: CourtReport, names: Record<string, number>): Promise<void> {
  const executed = cases.filter(({ ends }) => ends === "executed").length;
  assert.deepEqual([names.CaseExecuted, names.CaseLapsed], [executed, cases.length - executed]);
  for (const { id, ends } of cases) assert.equal((await market.requester.getCase({ id })).status, ends, `case ${id}`);
  for (const provider of new Set(cases.map((each) => each.provider))) {
    const lost = HELD * BigInt(cases.filter((each) => each.provider === provider && each.ends === "executed").length);
    const { stake, locked } = await market.requester.getStake({ provider });
    assert.deepEqual([stake, locked], [ACCUSED_STAKE - lost, 0n]);
  }
}

/** Takes every bond out of its game, by the rules. Then the referee holds what is owed, to the last unit. */
async function assertBonds({ challenged }: CourtReport): Promise<void> {
  const { publicClient } = market.chain;
  const { address } = market.deployment.contracts.RefereedDispute!;
  const log = new DisputeLog(market.requester, address, BigInt(market.deployment.startBlock));
  await log.refresh(await publicClient.getBlockNumber({ cacheTime: 0 }));
  const lost = CHALLENGERS.map(() => 0n);
  for (const { job, silent } of challenged) {
    for (const each of log.games(job.commitment)) {
      if (silent === "provider") await market.requester.reclaimBond({ game: each.game, job });
      else {
        await market.requester.sweepBond({ game: each.game, job });
        lost[placeOf(each)]! += COURT.minBond;
      }
    }
  }
  const court = courtOf(market);
  const credits = await Promise.all([...CHALLENGERS, PROVIDER].map((account) => creditOf(market, court, account)));
  const share = (lost.reduce((sum, each) => sum + each, 0n) * PROVIDER_SHARE) / 100n;
  assert.deepEqual(credits, [...lost.map((each) => DEPOSIT - each), share]);
  const { AssayToken } = market.deployment.contracts;
  const asy = { address: AssayToken.address, abi: assayTokenAbi } as const;
  const held = await publicClient.readContract({ ...asy, functionName: "balanceOf", args: [address] });
  assert.equal(
    held,
    credits.reduce((sum, each) => sum + each, 0n),
    "the rest is burned",
  );
  const dispute = { address, abi: contractAbis.RefereedDispute } as const;
  for (const { job } of challenged) {
    for (const { challenger } of log.games(job.commitment)) {
      const args = [job.commitment, challenger] as const;
      const [, status] = await publicClient.readContract({ ...dispute, functionName: "gameOf", args });
      assert.equal(status, GAME_STATUS.closed);
    }
  }
}

function placeOf({ challenger }: LoggedGame): number {
  return CHALLENGERS.findIndex((account) => market.chain.wallet(account).account.address === challenger);
}

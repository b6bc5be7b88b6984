// A hundred kills of three keepers, at random moments and at the moment they send: npm run test:keeper-long
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ASY, type Market, openMarket } from "./harness.ts";
import { keeperCrashRun } from "./keeper-crash-run.ts";
import { stopKeepers } from "./keeper-harness.ts";
import { explainWasted } from "./wasted.ts";

const KILLS = Number(process.env.ASSAY_KILLS ?? 100);
const SEED = Number(process.env.ASSAY_SEED ?? 11);

let market: Market;
before(async () => {
  market = await openMarket();
  await market.enrol(2, ASY("20000"));
});
after(async () => {
  await stopKeepers();
  await market.close();
});

test(`${KILLS} kills of keepers that settle: nothing lost, nothing twice`, async (t) => {
  const people = { requester: 1, provider: 2, keepers: [8, 9, 10] };
  const onKill = (kills: number) => {
    if (kills % 10 === 0) t.diagnostic(`${kills} kills`);
  };
  const report = await keeperCrashRun(market, { ...people, jobs: 150, kills: KILLS, seed: SEED, onKill });
  t.diagnostic(JSON.stringify(report));
  for (const hash of report.wasted) {
    t.diagnostic(JSON.stringify(await explainWasted(market.chain.publicClient, market.deployment, hash)));
  }
  assert.equal(report.missed, 0, "every result is paid");
  assert.deepEqual([report.twice, report.duplicates], [0, 0]);
  assert.ok(report.atSending >= KILLS / 4, "kills at the moment of sending are among them");
});

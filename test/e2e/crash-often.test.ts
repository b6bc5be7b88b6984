// A small version of the crash bench (`npm run bench:node`): every kind of kill, a few times.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { crashRun } from "./crash-run.ts";
import { type Market, openMarket } from "./harness.ts";

let market: Market;
before(async () => {
  market = await openMarket();
});
after(() => market.close());

test("kill -9 at random times and at the journal's states: nothing lost, nothing done twice, every payment earned", async () => {
  await market.enrol(2);
  const report = await crashRun(market, { account: 2, jobs: 3, kills: 8, steps: 128, seed: 7 });
  assert.deepEqual([report.lost, report.duplicated], [0, 0]);
  assert.ok(report.kills >= 8 && report.jobs >= 3);
});

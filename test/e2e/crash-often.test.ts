// A small version of the crash bench (`npm run bench:node`): every kind of kill, a few times.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { crashRun } from "./crash-run.ts";
import { FORCED } from "./crash-states.ts";
import { type Market, openMarket } from "./harness.ts";

let market: Market;
before(async () => {
  market = await openMarket();
});
after(() => market.close());

test("kill -9 at random times and at every state of the journal: nothing lost or done twice, every payment collected", async () => {
  await market.enrol(2);
  const report = await crashRun(market, { account: 2, jobs: 3, kills: 6, steps: 128, seed: 7 });
  assert.deepEqual([report.lost, report.duplicated], [0, 0]);
  assert.ok(report.kills >= 6 && report.jobs >= 3);
  assert.equal(report.collected, report.owed);
  for (const state of FORCED) assert.ok((report.journal[state] ?? 0) > 0, `never killed at ${state}`);
});

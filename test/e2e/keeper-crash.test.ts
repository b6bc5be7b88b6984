// A few kills of two keepers; test:keeper-long does a hundred.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ASY, type Market, openMarket } from "./harness.ts";
import { keeperCrashRun } from "./keeper-crash-run.ts";
import { stopKeepers } from "./keeper-harness.ts";

let market: Market;
before(async () => {
  market = await openMarket();
  await market.enrol(2, ASY("10000"));
});
after(async () => {
  await stopKeepers();
  await market.close();
});

test("keepers killed at any moment: every result is paid, and nothing is sent twice", async () => {
  const people = { requester: 1, provider: 2, keepers: [8, 9] };
  const report = await keeperCrashRun(market, { ...people, jobs: 12, kills: 4, seed: 7 });
  const { missed, twice, duplicates, kills } = report;
  assert.deepEqual({ missed, twice, duplicates, kills }, { missed: 0, twice: 0, duplicates: 0, kills: 4 });
});

// kill -9, three hundred times over batches of ten jobs: `npm run test:node-long`, half an hour on two cores.
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

test("300 kills: nothing lost, nothing done twice, every payment earned, every state of the journal met", async () => {
  await market.enrol(2);
  const report = await crashRun(market, {
    account: 2,
    jobs: 10,
    kills: 300,
    steps: 192,
    seed: 11,
    onBatch: (so) => console.log(JSON.stringify(so)),
  });
  assert.deepEqual([report.lost, report.duplicated], [0, 0]);
  assert.equal(report.collected, report.owed);
  assert.ok(report.kills >= 300);
  for (const status of ["intent", "sent", "mined", ...FORCED])
    assert.ok((report.journal[status] ?? 0) > 0, `never killed at ${status}`);
  for (const point of ["time", "intent", "claim", "submit", "finalize", ...FORCED])
    assert.ok((report.points[point] ?? 0) > 0, point);
});

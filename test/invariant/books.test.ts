// Random calls against the model of model.ts: the escrow held equals the sum of open obligations, always.
//   ASSAY_SEED=1234 npm test -- contracts     plays another run
// The seed is fixed here, so that a red run is red again and coverage is not a matter of luck; the soak draws new ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runInvariant } from "./run.ts";

const CALLS = 10_000;
const seed = Number(process.env.ASSAY_SEED ?? 77);

test(`invariant_escrowEqualsObligations, JOB-80, STK-10: ${CALLS} calls, seed ${seed}`, async (t) => {
  const report = await runInvariant(seed, CALLS);
  t.diagnostic(JSON.stringify(report));
  assert.equal(report.accepted + report.refused, CALLS);
  assert.ok(report.accepted > CALLS / 4, "the run is mostly alive");
  const names = [
    "post",
    "claim",
    "submit",
    "finalize",
    "finalizeBatch",
    "cancel",
    "expire",
    "reject",
    "resolveStalled",
  ];
  for (const name of [
    ...names,
    "collect",
    "withdraw",
    "requestThaw",
    "withdrawStake",
    "claimCredit",
    "burnForfeited",
    "payAuditFund",
  ]) {
    assert.ok((report.byName[name] ?? 0) > 0, `${name} was reached`);
  }
});

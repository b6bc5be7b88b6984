// The whole protocol under random calls of everybody, against the numbered invariants of README.md.
//   ASSAY_SEED=1234 node --test test/invariant/crowd.test.ts     plays another run
import assert from "node:assert/strict";
import { test } from "node:test";
import { runCrowd } from "./crowd/run.ts";

const RUNS = 4;
const CALLS_EACH = 25_000;
const seed = Number(process.env.ASSAY_SEED ?? 77);

for (let index = 0; index < RUNS; index++) {
  test(`invariants: ${CALLS_EACH} calls, seed ${seed + index}`, async (t) => {
    const report = await runCrowd(seed + index, CALLS_EACH);
    t.diagnostic(JSON.stringify(report));
    assert.ok(report.calls >= CALLS_EACH);
    assert.ok(report.passed > CALLS_EACH / 4, "the run is mostly alive");
    for (const name of REACHED) assert.ok((report.byName[name] ?? 0) > 0, `${name} was reached`);
  });
}

const REACHED = [
  ...[
    "post",
    "claim",
    "submit",
    "finalize",
    "finalizeBatch",
    "cancel",
    "expire",
    "reject",
    "resolveStalled",
    "collect",
  ],
  ...["requestThaw", "withdraw", "claimCredit", "burnForfeited", "payAuditFund", "setOperator", "delegate"],
  ...["delegateStake", "undelegateStake", "redelegateStake", "withdrawDelegation", "claimFees", "syncVotes"],
  ...["openCase", "appeal", "refuseAppeal", "veto", "executeCase", "lapse", "setThawPeriod", "setPause"],
  ...["placeBid", "award", "awardBid", "cancelBidding", "claimOrder", "rescue", "postBatch", "claimBatch"],
  ...["revokeSignatures", "retireLane", "setFeeShares", "setPrice"],
];

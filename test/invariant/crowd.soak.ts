// The long run of crowd.test.ts (npm run invariants:long): ASSAY_CALLS calls, default 1,000,000, over fresh seeds.
import { test } from "node:test";
import { runCrowd } from "./crowd/run.ts";

const CALLS_PER_SEED = 25_000;
const total = Number(process.env.ASSAY_CALLS ?? 1_000_000);
const first = Number(process.env.ASSAY_SEED ?? Date.now() % 2 ** 31);

for (let index = 0; index * CALLS_PER_SEED < total; index++) {
  test(`invariants: soak, seed ${first + index}`, async (t) => {
    t.diagnostic(JSON.stringify(await runCrowd(first + index, CALLS_PER_SEED)));
  });
}

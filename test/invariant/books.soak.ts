// The long run of books.test.ts: ASSAY_CALLS calls (default 200,000) over fresh seeds of 20,000 calls each.
import { test } from "node:test";
import { runInvariant } from "./run.ts";

const CALLS_PER_SEED = 20_000;
const total = Number(process.env.ASSAY_CALLS ?? 200_000);
const first = Number(process.env.ASSAY_SEED ?? Date.now() % 2 ** 31);

for (let index = 0; index * CALLS_PER_SEED < total; index++) {
  test(`invariant_escrowEqualsObligations: soak, seed ${first + index}`, async (t) => {
    t.diagnostic(JSON.stringify(await runInvariant(first + index, CALLS_PER_SEED)));
  });
}

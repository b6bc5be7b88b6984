import assert from "node:assert/strict";
import { test } from "node:test";
import type { Job } from "@assay/sdk";
import fc from "fast-check";
import { type Address, numberToHex, pad } from "viem";
import { decideSettlement, dueAt, type SettleState, type SettleView, turnOf } from "./decide.ts";

const address = (n: number): Address => pad(numberToHex(n), { size: 20 });
const ME = address(1);

const job = fc
  .record({
    n: fc.integer({ min: 0, max: 1 << 20 }),
    status: fc.constantFrom("open", "claimed", "submitted"),
    requester: fc.integer({ min: 1, max: 4 }),
    provider: fc.integer({ min: 1, max: 4 }),
    at: fc.integer({ min: 1000, max: 9000 }),
    runTime: fc.integer({ min: 60, max: 2000 }),
    window: fc.integer({ min: 5, max: 2000 }),
  })
  .map(({ n, status, requester, provider, at, runTime, window }) => {
    const terms = { requester: address(requester), claimBy: at, runTime, window };
    const claim = { provider: address(provider), claimedAt: at, submittedAt: at + 10 };
    return { id: pad(numberToHex(n)), status, terms, ...(status === "open" ? {} : claim) } as unknown as Job;
  });
const view = fc.record({
  job,
  busy: fc.boolean(),
  notBefore: fc.integer({ min: 0, max: 12_000 }),
  rejected: fc.boolean(),
});
const state: fc.Arbitrary<SettleState> = fc.record({
  now: fc.integer({ min: 0, max: 15_000 }),
  account: fc.constant(ME),
  jobs: fc.uniqueArray(view, { maxLength: 40, selector: (v) => v.job.id }),
  gasSpent: fc.bigInt({ min: 0n, max: 20n }),
});
const limits = fc.record({
  jobs: fc.constantFrom("listed" as const, "all" as const),
  accounts: fc.array(fc.integer({ min: 1, max: 4 }).map(address), { maxLength: 2 }),
  finalize: fc.boolean(),
  expire: fc.boolean(),
  cancel: fc.boolean(),
  spreadSeconds: fc.integer({ min: 0, max: 60 }),
  maxBatch: fc.integer({ min: 1, max: 5 }),
  gasPerDay: fc.constant(10n),
});

function idsOf(state: SettleState, config: Parameters<typeof decideSettlement>[1]): string[] {
  return decideSettlement(state, config).flatMap((action) => (action.type === "finalize" ? action.ids : [action.id]));
}

test("no job twice, none that is busy, not due, put off or not served; batches are bounded", () => {
  fc.assert(
    fc.property(state, limits, (s, config) => {
      const ids = idsOf(s, config);
      assert.equal(new Set(ids).size, ids.length);
      const views = new Map<string, SettleView>(s.jobs.map((v) => [v.job.id, v]));
      for (const id of ids) {
        const { job, busy, notBefore } = views.get(id) as SettleView;
        assert.ok(!busy && s.now >= notBefore && s.now >= dueAt(job) + turnOf(ME, dueAt(job), config.spreadSeconds));
        const parties = [job.terms.requester, "provider" in job ? job.provider : undefined];
        assert.ok(config.jobs === "all" || [ME, ...config.accounts].some((account) => parties.includes(account)));
      }
      for (const action of decideSettlement(s, config)) {
        if (action.type === "finalize") assert.ok(action.ids.length >= 1 && action.ids.length <= config.maxBatch);
      }
    }),
    { numRuns: 500 },
  );
});

test("what is due and served is settled, in the way its status asks for, while gas is left", () => {
  fc.assert(
    fc.property(state, limits, (s, limit) => {
      const config = { ...limit, jobs: "all" as const, finalize: true, expire: true, cancel: true };
      const due = s.jobs.filter(
        ({ job, busy, notBefore }) =>
          !busy && s.now >= Math.max(notBefore, dueAt(job) + turnOf(ME, dueAt(job), config.spreadSeconds)),
      );
      const ids = idsOf(s, config);
      if (s.gasSpent >= config.gasPerDay) assert.deepEqual(ids, []);
      else assert.deepEqual(new Set(ids), new Set(due.map(({ job }) => job.id)));
      for (const action of decideSettlement(s, config)) {
        for (const id of action.type === "finalize" ? action.ids : [action.id]) {
          const { job, rejected } = s.jobs.find((v) => v.job.id === id) as SettleView;
          const wanted = { open: "cancel", claimed: "expire", submitted: rejected ? "reject" : "finalize" };
          assert.equal(action.type, wanted[job.status as keyof typeof wanted]);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test("turns lie in the spread, are the same for one hour, and differ between keepers", () => {
  const turns = Array.from({ length: 200 }, (_, n) => turnOf(address(n + 1), 7200, 30));
  assert.ok(turns.every((turn) => Number.isInteger(turn) && turn >= 0 && turn <= 30));
  assert.ok(new Set(turns).size > 20);
  assert.equal(turnOf(ME, 7200, 1e6), turnOf(ME, 10_799, 1e6));
  assert.notEqual(turnOf(ME, 7200, 1e6), turnOf(ME, 10_800, 1e6));
  assert.equal(turnOf(ME, 7200, 0), 0);
});

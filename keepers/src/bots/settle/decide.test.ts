import assert from "node:assert/strict";
import { test } from "node:test";
import type { Job, SubmittedJob } from "@assay/sdk";
import fc from "fast-check";
import { type Address, numberToHex, pad } from "viem";
import { inTurn, type TurnRules, turnOf } from "../../turns.ts";
import { decideSettlement, dueAt, type SettleState, type SettleView } from "./decide.ts";

const address = (n: number): Address => pad(numberToHex(n), { size: 20 });
const ME = address(1);
const TOKEN = address(0xa5);

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
    const terms = { requester: address(requester), claimBy: at, runTime, window, token: TOKEN, feeBps: 1000 };
    const claim = { provider: address(provider), claimedAt: at, submittedAt: at + 10, price: BigInt(n) };
    return { id: pad(numberToHex(n)), status, terms, ...(status === "open" ? {} : claim) } as unknown as Job;
  });
const view = fc
  .record({
    job,
    busy: fc.boolean(),
    notBefore: fc.integer({ min: 0, max: 12_000 }),
    rejected: fc.boolean(),
    late: fc.option(fc.integer({ min: 0, max: 3_000 }), { nil: undefined }),
  })
  .map(({ late, ...rest }) => {
    const due = dueAt(rest.job);
    return { ...rest, ...(late === undefined ? {} : { first: { at: due + late, due } }) };
  });
const state: fc.Arbitrary<SettleState> = fc.record({
  now: fc.integer({ min: 0, max: 15_000 }),
  account: fc.constant(ME),
  jobs: fc.uniqueArray(view, { maxLength: 40, selector: (v) => v.job.id }),
  gasSpent: fc.bigInt({ min: 0n, max: 20n }),
  gasPrice: fc.bigInt({ min: 0n, max: 3n }),
  tipBps: fc.integer({ min: 0, max: 10_000 }),
  tokenValues: fc.constant(new Map([[TOKEN, 10n ** 18n]])),
});
const limits = fc.record({
  jobs: fc.constantFrom("listed" as const, "paid" as const, "all" as const),
  accounts: fc.array(fc.integer({ min: 1, max: 4 }).map(address), { maxLength: 2 }),
  finalize: fc.boolean(),
  expire: fc.boolean(),
  cancel: fc.boolean(),
  spreadSeconds: fc.integer({ min: 0, max: 60 }),
  minBatch: fc.integer({ min: 1, max: 5 }),
  maxWaitSeconds: fc.constantFrom(0, 100, 5000),
  maxBatch: fc.integer({ min: 1, max: 5 }),
  gasPerBatch: fc.integer({ min: 0, max: 40_000 }),
  gasPerJob: fc.integer({ min: 0, max: 40_000 }),
  margin: fc.double({ min: 0, max: 2, noNaN: true }),
  gasPerDay: fc.constant(10n),
  place: fc.constant(0),
  places: fc.constantFrom(0, 1, 3),
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
        assert.ok(!busy && s.now >= Math.max(notBefore, dueAt(job)) && isInTurn(views.get(id)!, s, config));
        const parties = [job.terms.requester, "provider" in job ? job.provider : undefined];
        const ours = [ME, ...config.accounts].some((account) => parties.includes(account));
        assert.ok(ours || config.jobs === "all" || (config.jobs === "paid" && job.status === "submitted"));
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
      const config = { ...limit, jobs: "all" as const, finalize: true, expire: true, cancel: true, minBatch: 1 };
      const due = s.jobs.filter(
        (view) => !view.busy && s.now >= Math.max(view.notBefore, dueAt(view.job)) && isInTurn(view, s, config),
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

test("paid: no batch of strangers' jobs costs more than its tips bring, and one that brings more is not left", () => {
  fc.assert(
    fc.property(state, limits, (s, limit) => {
      const config = { ...limit, jobs: "paid" as const, accounts: [], minBatch: 1 };
      const jobs = s.jobs.filter(
        ({ job }) => job.terms.requester !== ME && !("provider" in job && job.provider === ME),
      );
      const bring = new Map(jobs.map(({ job }) => [job.id, tipOf(job as SubmittedJob, s.tipBps)] as const));
      const cost = (gas: number) => Number(s.gasPrice) * gas;
      const batches = decideSettlement({ ...s, jobs, gasSpent: 0n }, config);
      for (const action of batches) {
        assert.equal(action.type, "finalize");
        const ids = action.type === "finalize" ? action.ids : [];
        const gain = ids.reduce((sum, id) => sum + Number(bring.get(id)), 0);
        assert.ok(gain >= cost(config.gasPerBatch + ids.length * config.gasPerJob));
      }
      const rich = decideSettlement({ ...s, jobs, gasSpent: 0n, gasPrice: 0n }, config);
      const worth = jobs.filter((view) => {
        const { job, busy, rejected, notBefore } = view;
        const due = s.now >= Math.max(dueAt(job), notBefore) && isInTurn(view, s, config);
        const payable = job.status === "submitted" && config.finalize && !busy && !rejected;
        return due && payable && bring.get(job.id)! > 0n;
      });
      assert.equal(rich.flatMap((action) => (action.type === "finalize" ? action.ids : [])).length, worth.length);
    }),
    { numRuns: 300 },
  );
});

test("a batch that is not full waits for more, but no job waits longer than it may", () => {
  fc.assert(
    fc.property(state, limits, (s, limit) => {
      const config = { ...limit, jobs: "all" as const, minBatch: limit.maxBatch };
      for (const action of decideSettlement({ ...s, gasSpent: 0n }, config)) {
        if (action.type !== "finalize" || action.ids.length === config.maxBatch) continue;
        const waited = action.ids.map((id) => {
          const { job } = s.jobs.find((v) => v.job.id === id) as SettleView;
          return s.now - dueAt(job) - (config.places > 1 ? 0 : turnOf(ME, dueAt(job), config.spreadSeconds));
        });
        assert.ok(Math.max(...waited) >= config.maxWaitSeconds);
      }
    }),
    { numRuns: 300 },
  );
});

test("what a person was asked for stays one batch, or waits until all of it can be settled; the rest is batched apart", () => {
  const arbitrary = fc.tuple(state, limits, fc.integer({ min: 0, max: 39 }), fc.integer({ min: 1, max: 6 }));
  fc.assert(
    fc.property(arbitrary, ([s, limit, from, count]) => {
      const config = { ...limit, jobs: "all" as const };
      const submitted = s.jobs.filter(({ job }) => job.status === "submitted").map(({ job }) => job.id);
      const asked = submitted.slice(from, from + count);
      const jobs = s.jobs.map((each) => (asked.includes(each.job.id) ? { ...each, asked } : each));
      const payable = ({ finalize }: { finalize: boolean }, each: SettleView) =>
        finalize && !each.rejected && !each.busy && s.now >= Math.max(dueAt(each.job), each.notBefore);
      const ready = jobs.filter((each) => asked.includes(each.job.id) && payable(config, each));
      const whole =
        asked.length > 0 && ready.length === asked.length && ready.every((each) => isInTurn(each, s, config));
      const batches = decideSettlement({ ...s, jobs, gasSpent: 0n }, config).filter(({ type }) => type === "finalize");
      const touching = batches.filter((each) => "ids" in each && each.ids.some((id) => asked.includes(id)));
      assert.deepEqual(touching, whole ? [{ type: "finalize", ids: asked }] : []);
      const others = s.jobs.filter(({ job }) => !asked.includes(job.id));
      const without = decideSettlement({ ...s, jobs: others, gasSpent: 0n }, config);
      assert.deepEqual(
        batches.filter((each) => !touching.includes(each)),
        without.filter(({ type }) => type === "finalize"),
      );
    }),
    { numRuns: 500 },
  );
});

function tipOf({ price = 0n, terms }: SubmittedJob, tipBps: number): bigint {
  return (((price * BigInt(terms.feeBps)) / 10_000n) * BigInt(tipBps)) / 10_000n;
}

/** A job that was never seen due is taken as seen when it was. */
function isInTurn({ job, first }: SettleView, { now }: SettleState, rules: TurnRules): boolean {
  return inTurn(now, first ?? { at: dueAt(job), due: dueAt(job) }, ME, rules);
}

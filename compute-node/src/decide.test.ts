import assert from "node:assert/strict";
import { test } from "node:test";
import type { JobSpec, JobTerms } from "@assay/sdk";
import fc from "fast-check";
import { parseEther } from "viem";
import { type Action, decide } from "./decide.ts";
import { type SkipReason, skipReasons } from "./reasons.ts";
import type { JobView, LocalRun, NodeState } from "./state.ts";
import { ME, NOW, OTHER, someConfig, someJob, someState, word } from "./test-kit.ts";

const READY = { status: "ready", kind: "train", macs: 1e9, memoryMb: 300, diskMb: 10, readSeconds: 0 } as const;
const view = (change: Partial<JobView> = {}): JobView => ({ job: someJob(), preparation: READY, ...change });
const first = (jobs: JobView[], state: Partial<NodeState> = {}, config = someConfig()) =>
  decide(someState({ ...state, jobs }), config)[0];
const reasonOf = (action: Action | undefined) => (action?.type === "skip" ? action.reason : action?.type);
const run = (change: Partial<LocalRun> = {}): LocalRun => ({
  nonce: word(5),
  attempts: 0,
  retryAtMs: 0,
  gaveUp: undefined,
  finished: false,
  ...change,
});
const claimed = (change: Partial<JobView> = {}): JobView => ({ job: someJob("claimed"), run: run(), ...change });

test("a job that was left for its memory is fetched when the limit was raised since", () => {
  const left = view({ preparation: { ...READY, status: "unfetched", memoryMb: 5000 } });
  assert.equal(first([left], {}, someConfig({ memoryMb: 5000 }))?.type, "prepare");
});

test("an open job is prepared, then claimed", () => {
  assert.equal(first([view({ preparation: undefined })])?.type, "prepare");
  assert.equal(first([view()])?.type, "claim");
});

test("each reason to leave a job alone has its own code", () => {
  const terms = (change: Partial<JobTerms>, spec: Partial<JobSpec> = {}) =>
    view({ job: someJob("open", change, spec) });
  const asy = (minPrice: string, minPerGmac: string) =>
    someConfig({ prices: new Map([["ASY", { minPrice: parseEther(minPrice), minPerGmac: parseEther(minPerGmac) }]]) });
  const dear = (costPerHour: string) =>
    someConfig({ pricing: { ...someConfig().pricing, costPerHour: parseEther(costPerHour) } });
  const error = { code: "EX-001", message: "malformed" };
  const cases: [SkipReason, JobView, Partial<NodeState>?, ReturnType<typeof someConfig>?][] = [
    ["SKIP_NOT_FOR_ME", terms({ provider: OTHER })],
    ["SKIP_LOST", view({ lost: true })],
    ["SKIP_DRAINING", view(), { draining: true }],
    ["SKIP_LEAVING", view(), { leaving: true }],
    ["SKIP_DECLINED", view({ verdict: "declined" })],
    ["SKIP_AWAITS_APPROVAL", view(), {}, someConfig({ mode: "oversight" })],
    ["SKIP_NOT_NAMED", view({ preparation: undefined }), {}, someConfig({ mode: "manual" })],
    ["SKIP_REQUESTER", view(), {}, someConfig({ requesters: [ME] })],
    ["SKIP_REQUESTER", view(), {}, someConfig({ blockedRequesters: [OTHER] })],
    ["SKIP_KIND", view(), {}, someConfig({ kinds: ["infer"] })],
    ["SKIP_SIZE", view(), {}, someConfig({ minGmac: 2 })],
    ["SKIP_SIZE", view(), {}, someConfig({ maxGmac: 0.5 })],
    ["SKIP_MARGIN", view(), {}, dear("400000")],
    ["SKIP_PRICE_RISES", terms({ minPrice: 0n, rampStart: NOW, rampLength: 100 }), {}, dear("40000")],
    ["SKIP_NOT_OPERATOR", view(), { authorised: false }],
    ["SKIP_RULES_VERSION", view({ job: { ...someJob(), spec: { ...someJob().spec, rulesVersion: 2 } } })],
    ["SKIP_REPUTATION", terms({ minReputation: 1 })],
    ["SKIP_DEADLINE_TOO_CLOSE", terms({ claimBy: NOW + 4 })],
    ["SKIP_TOKEN", terms({ token: OTHER })],
    ["SKIP_PRICE_TOO_LOW", view(), {}, asy("101", "0")],
    ["SKIP_PAY_TOO_LOW", view(), {}, asy("0", "101")],
    ["SKIP_STAKE", terms({ bond: parseEther("1001") })],
    ["SKIP_EXPOSURE", view(), { exposureBps: 50 }],
    ["SKIP_BOND", view(), {}, someConfig({ maxBond: parseEther("9") })],
    ["SKIP_WINDOW", view(), {}, someConfig({ maxWindow: 59 })],
    ["SKIP_DEFENDING", view(), { pressed: true }],
    ["SKIP_GAS", view(), { gasBalance: 1n }],
    ["SKIP_RUN_TIME_TOO_SHORT", terms({ runTime: 80 })],
    ["SKIP_RUN_TIME_TOO_SHORT", view({ preparation: { ...READY, macs: 600e9 } })],
    ["SKIP_RUN_TIME_TOO_SHORT", view({ preparation: { ...READY, readSeconds: 600 } })],
    ["SKIP_MEMORY", view({ preparation: { ...READY, memoryMb: 5000 } })],
    ["SKIP_MEMORY", view({ preparation: { ...READY, status: "unfetched", memoryMb: 5000 } })],
    ["SKIP_DISK", view({ preparation: { ...READY, diskMb: 91 } }), { diskUsedMb: 10 }, someConfig({ diskMb: 100 })],
    ["SKIP_INPUTS", view({ preparation: { status: "refused", error, retryAtMs: undefined, tries: 1 } })],
    ["SKIP_BUSY", view(), {}, someConfig({ maxParallelJobs: 0 })],
  ];
  for (const [reason, job, state, config] of cases) assert.equal(reasonOf(first([job], state, config)), reason);
  assert.equal(reasonOf(first([claimed({ run: run({ gaveUp: error }) })])), "SKIP_GAVE_UP");
  assert.equal(reasonOf(first([claimed()], { now: NOW + 591 })), "SKIP_DEADLINE_PASSED");
  assert.equal(
    reasonOf(first([claimed({ job: { ...someJob("claimed"), claimer: OTHER } as never })])),
    "SKIP_OTHER_OPERATOR",
  );
  const covered = new Set([
    ...cases.map(([reason]) => reason),
    "SKIP_GAVE_UP",
    "SKIP_DEADLINE_PASSED",
    "SKIP_OTHER_OPERATOR",
  ]);
  assert.deepEqual([...covered].sort(), Object.keys(skipReasons).sort());
});

test("inputs that could not be had are looked for again when it is time", () => {
  const preparation = {
    status: "refused",
    error: { code: "ST-009", message: "" },
    retryAtMs: NOW * 1000,
    tries: 1,
  } as const;
  assert.equal(first([view({ preparation })])?.type, "prepare");
  assert.equal(reasonOf(first([view({ preparation })], { nowMs: NOW * 1000 - 1 })), "SKIP_INPUTS");
});

test("a claimed job: run, then submit; only when the claim has its confirmations (DSP-93)", () => {
  assert.equal(first([claimed()])?.type, "run");
  assert.equal(first([claimed({ run: run({ finished: true }) })])?.type, "submit");
  assert.equal(first([claimed()], { head: 91n }, someConfig({ confirmations: 2 })), undefined);
  assert.equal(first([claimed()], { head: 92n }, someConfig({ confirmations: 2 }))?.type, "run");
});

test("while a challenge waits for its answer no run is begun, but a finished one is delivered", () => {
  assert.equal(first([claimed()], { pressed: true }), undefined);
  assert.equal(first([claimed({ run: run({ finished: true }) })], { pressed: true })?.type, "submit");
});

test("bonds of one look do not pass the exposure together; the owner's own key is not limited by it", () => {
  const two = [view(), view({ job: someJob("open", { lane: 1 }) })];
  const limits = { exposureBps: 150, stake: parseEther("1000") };
  const config = someConfig({ maxParallelJobs: 4 });
  const types = (state: Partial<NodeState>) =>
    decide(someState({ ...state, jobs: two }), config).map(({ type }) => type);
  assert.deepEqual(types(limits), ["claim", "skip"]);
  assert.deepEqual(types({ ...limits, operator: ME }), ["claim", "claim"]);
});

test("a result for another nonce is none: the run starts again", () => {
  assert.equal(first([claimed({ run: run({ nonce: word(6), finished: true }) })])?.type, "run");
  assert.equal(
    first([claimed({ run: run({ nonce: word(6), gaveUp: { code: "CN-030", message: "" } }) })])?.type,
    "run",
  );
});

test("a failed attempt waits for its turn; a stopping node starts no run but submits what is done", () => {
  assert.equal(first([claimed({ run: run({ retryAtMs: NOW * 1000 + 1 }) })]), undefined);
  assert.equal(first([claimed()], { draining: true }), undefined);
  assert.equal(first([claimed({ run: run({ finished: true }) })], { draining: true })?.type, "submit");
});

test("a run whose claim is gone or another one is stopped", () => {
  const running = { busy: "run", runningNonce: word(5) } as const;
  assert.deepEqual(decide(someState({ jobs: [claimed(running)] }), someConfig()), []);
  assert.equal(first([claimed({ busy: "run", runningNonce: word(6) })])?.type, "stop");
  assert.equal(first([view(running)])?.type, "stop");
  assert.equal(first([{ ...running, job: someJob("expired") }])?.type, "stop");
});

test("a submitted job is finalized when its window is over, an ended one forgotten", () => {
  const submitted = { job: someJob("submitted") };
  assert.equal(first([submitted]), undefined);
  assert.equal(first([submitted], { now: NOW + 55 })?.type, "finalize");
  assert.equal(first([{ ...submitted, notBeforeMs: NOW * 1000 + 1 }], { now: NOW + 55 }), undefined);
  for (const status of ["finalized", "expired", "cancelled", "rejected", "unresolved"] as const) {
    assert.equal(first([{ job: someJob(status) }])?.type, "forget");
  }
  assert.equal(first([{ job: { ...someJob("claimed"), provider: OTHER, claimer: OTHER } as never }])?.type, "forget");
});

test("what one claim uses up is not there for the next: slots, stake, and the one download at a time", () => {
  const two = [1, 2].map((lane) => view({ job: someJob("open", { lane }) }));
  const of = (jobs: JobView[], state: Partial<NodeState>, config = someConfig({ maxParallelJobs: 2 })) =>
    decide(someState({ ...state, jobs }), config).map(reasonOf);
  assert.deepEqual(of(two, {}), ["claim", "claim"]);
  assert.deepEqual(of(two, {}, someConfig({ maxParallelJobs: 1 })), ["claim", "SKIP_BUSY"]);
  assert.deepEqual(of(two, { freeStake: parseEther("19") }), ["claim", "SKIP_STAKE"]);
  assert.deepEqual(of(two, { diskUsedMb: 1 }, someConfig({ maxParallelJobs: 9, diskMb: 20 })), ["claim", "SKIP_DISK"]);
  const prepared = claimed({ preparation: READY });
  const small = someConfig({ maxParallelJobs: 9, diskMb: 29 });
  assert.deepEqual(of([prepared, ...two], {}, small), ["run", "claim", "SKIP_DISK"]);
  assert.deepEqual(of([claimed(), ...two], {}), ["run", "claim", "SKIP_BUSY"]);
  const roomy = (memoryMb: number) => someConfig({ maxParallelJobs: 3, memoryMb });
  assert.deepEqual(of([prepared, ...two], {}, roomy(900)), ["run", "claim", "claim"], "three times 300 MiB");
  assert.deepEqual(of([prepared, ...two], {}, roomy(899)), ["run", "claim", "SKIP_BUSY"]);
  assert.deepEqual(of([claimed(), ...two], {}, roomy(900)), ["run", "claim", "claim"], "an even share where unknown");
  assert.deepEqual(of([claimed(), ...two], {}, roomy(600)), ["run", "claim", "SKIP_BUSY"]);
  const fresh = two.map(({ job }) => view({ job, preparation: undefined }));
  assert.deepEqual(of(fresh, {}), ["prepare"]);
  assert.deepEqual(of([{ ...fresh[0]!, busy: "prepare" }, fresh[1]!], {}), []);
  const runs = [1, 2].map((lane) => claimed({ job: someJob("claimed", { lane }) }));
  assert.deepEqual(of(runs, {}, someConfig({ maxParallelJobs: 1 })), ["run"]);
});

/* ── PROPERTIES ── */

/** Mostly the first value: what stands in the way of a claim is rare, or no two claims ever meet. */
function mostly<T>(usual: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

const views: fc.Arbitrary<JobView> = fc
  .record({
    status: mostly("open", "claimed", "submitted", "finalized", "expired", "cancelled"),
    bond: fc.integer({ min: 0, max: 400 }),
    price: fc.integer({ min: 1, max: 200 }),
    lane: fc.integer({ min: 0, max: 65_535 }),
    claimBy: mostly(NOW + 100, NOW - 10, NOW, NOW + 4, NOW + 5),
    direct: mostly("", OTHER),
    macs: mostly(1e9, 0, 1e12),
    prepared: mostly<"ready" | "refused" | undefined>("ready", "refused", undefined),
    busy: mostly<string | undefined>(undefined, "prepare", "claim", "run", "submit", "finalize"),
    nonce: fc.constantFrom(word(5), word(6)),
    finished: fc.boolean(),
    lost: mostly(false, true),
  })
  .map((r): JobView => {
    const price = parseEther(String(r.price));
    const { lane, claimBy } = r;
    const job = someJob(r.status as "open", {
      bond: parseEther(String(r.bond)),
      maxPrice: price,
      minPrice: price,
      lane,
      claimBy,
      ...(r.direct ? { provider: r.direct as `0x${string}` } : {}),
    });
    return {
      job,
      preparation:
        r.prepared === "ready"
          ? { status: "ready", kind: "train", macs: r.macs, memoryMb: 300, diskMb: 10, readSeconds: 0 }
          : r.prepared && { status: "refused", error: { code: "EX-001", message: "" }, retryAtMs: undefined, tries: 1 },
      busy: r.busy as JobView["busy"],
      runningNonce: r.nonce,
      run: run({ nonce: r.nonce, finished: r.finished }),
      lost: r.lost,
    };
  });
const states = fc
  .record({
    jobs: fc.uniqueArray(views, { maxLength: 12, selector: ({ job }) => job.id }),
    stake: fc.integer({ min: 0, max: 1000 }),
    draining: mostly(false, true),
    authorised: mostly(true, false),
  })
  .map(({ jobs, stake, draining, authorised }) =>
    someState({ jobs, draining, authorised, freeStake: parseEther(String(stake)) }),
  );
const limits = fc.integer({ min: 1, max: 4 }).map((maxParallelJobs) => someConfig({ maxParallelJobs }));

const viewOf = (state: NodeState, action: Action) => state.jobs.find(({ job }) => job.id === action.id)!;

test("any state: claims never promise more than the stake, the slots, or the inputs that were verified", () => {
  fc.assert(
    fc.property(states, limits, (state, config) => {
      const actions = decide(state, config);
      const claims = actions.filter((action) => action.type === "claim").map((action) => viewOf(state, action));
      const bonds = claims.reduce((sum, { job }) => sum + job.terms.bond, 0n);
      assert.ok(bonds <= state.freeStake);
      const running = state.jobs.filter(
        ({ busy, job }) => busy === "claim" || (job.status === "claimed" && busy === "run"),
      );
      assert.ok(claims.length === 0 || claims.length + running.length <= config.maxParallelJobs);
      for (const { job, preparation, lost } of claims) {
        assert.equal(job.status, "open");
        assert.equal(preparation?.status, "ready");
        assert.equal(lost, false);
        assert.ok(!state.draining && state.authorised);
        assert.ok(state.now + config.claimMarginSeconds <= job.terms.claimBy);
        assert.notEqual(job.terms.provider, OTHER);
      }
    }),
    { numRuns: 500 },
  );
});

test("any state: at most one action for a job, none but stop while one is under way, and the same again", () => {
  fc.assert(
    fc.property(states, limits, (state, config) => {
      const actions = decide(state, config);
      assert.equal(new Set(actions.map(({ id }) => id)).size, actions.length);
      for (const action of actions) {
        const { busy, job, run: local } = viewOf(state, action);
        if (busy) assert.equal(action.type, "stop");
        if (action.type === "submit") assert.ok(local?.finished && local.nonce === (job as { nonce?: string }).nonce);
        if (action.type === "run") assert.equal(action.nonce, (job as { nonce?: string }).nonce);
      }
      assert.ok(actions.filter(({ type }) => type === "prepare").length <= 1);
      assert.deepEqual(decide(state, config), actions);
    }),
    { numRuns: 500 },
  );
});

test("any state: a higher price floor never makes the node claim more", () => {
  fc.assert(
    fc.property(states, fc.integer({ min: 0, max: 200 }), (state, floor) => {
      const claimsAt = (minPrice: bigint) =>
        decide(
          { ...state, freeStake: parseEther("100000"), stake: parseEther("100000") },
          someConfig({
            maxParallelJobs: 64,
            memoryMb: 64_000,
            prices: new Map([["ASY", { minPrice, minPerGmac: 0n }]]),
          }),
        ).filter(({ type }) => type === "claim").length;
      assert.ok(claimsAt(parseEther(String(floor))) <= claimsAt(0n));
    }),
  );
});

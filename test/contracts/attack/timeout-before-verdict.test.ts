import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { type Hex, zeroAddress } from "viem";
import { stateHash } from "../../../sdk/src/codec/commitments.ts";
import type { JobTerms } from "../../../sdk/src/codec/types.ts";
import { ASY_UNIT, draftJob, type Job, sampleSpec, settleArgs } from "../../support/actor.ts";
import { createScene, DEPOSIT, type Scene, STAKE, VERDICT } from "../../support/scene.ts";
import type { Receipt, Target } from "../../support/world.ts";

const DAY = 86_400;
const REFEREED = 3;
const LONGEST = 14 * DAY;
const PATIENCE = 30 * DAY;

let scene: Scene;
let dispute: Target;
let judge: Target;
let reset: () => Promise<void>;
before(async () => {
  scene = await createScene();
  const { world, anyone } = scene;
  judge = await world.create("verification/judge/OneStepJudge.sol");
  dispute = await world.create("verification/RefereedDispute.sol", [
    {
      market: world.market.address,
      staking: world.staking.address,
      hub: world.hub.address,
      asy: world.asy.address,
      judge: judge.address,
    },
    { strategy: 1, minWindow: DAY, minBudget: DAY, minBond: 1n },
  ]);
  await world.send(world.deployer, world.hub, "registerStrategy", [1, dispute.address]);
  await anyone.funded(100n * ASY_UNIT);
  await anyone.send(world.asy, "approve", [dispute.address, 100n * ASY_UNIT]);
  reset = await world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

/** Posts a refereed job, and submits a result `span` seconds after the claim. */
async function submitAfter(span: number, terms: Partial<JobTerms> = {}): Promise<Job> {
  const { world, requester, provider } = scene;
  const fields = { policy: REFEREED, runTime: Math.max(60, span), window: 60, ...terms };
  const job = await requester.postNew(fields, sampleSpec({ judge: judge.address }));
  await provider.claim(job);
  world.pass(span);
  await provider.submit(job);
  return job;
}

/** The game's six words, as the challenge's log has them. */
function gameOf(job: Job, { events }: Receipt) {
  const moved = events.find(({ name }) => name === "Moved")!.args;
  const { bond } = events.find(({ name }) => name === "Challenged")!.args as { bond: bigint };
  const { clock, place, expect, pre } = moved as { clock: bigint; place: bigint; expect: Hex; pre: Hex };
  return { commitment: job.commitment, party: (BigInt(scene.anyone.address) << 96n) | bond, clock, place, expect, pre };
}

function challenge({ terms, specWords: spec, nonce, runRoot, run, ...job }: Job) {
  const finalState = stateHash(job.spec.steps, job.finalRoots);
  const record = { terms, spec, nonce, runRoot, finalState };
  return scene.anyone.send(dispute, "challenge", [record, run, true]);
}

test("an undisputed result of the longest run is paid, and is never open to resolveStalled before", async () => {
  const { world, requester, provider, anyone } = scene;
  const job = await submitAfter(LONGEST);
  const submittedAt = world.now;
  const end = Number(await world.read<bigint>(dispute, "windowEnd", [job.terms, job.run]));
  assert.equal(end, submittedAt + (LONGEST * 5) / 4, "the dispute's window is longer than the job's");
  const from = submittedAt + 60 + PATIENCE + 4 * LONGEST;
  for (const now of [submittedAt + 60, end - 1, submittedAt + 60 + PATIENCE, from - 1]) {
    world.now = now;
    if (now < end) await anyone.refused(world.market, "finalize", settleArgs(job), "Market_TooEarly");
    await requester.refused(world.market, "resolveStalled", settleArgs(job), "Market_TooEarly", [
      BigInt(from),
      BigInt(now),
    ]);
  }
  world.now = from;
  const answered = [job.id, VERDICT.accepted];
  await requester.refused(world.market, "resolveStalled", settleArgs(job), "Market_NotStalled", answered);
  await anyone.finalize(job);
  assert.equal((await provider.earned()).gross, job.fields.maxPrice);
});

test("a provider that is late on purpose and then silent loses its bond, and the finder is paid", async () => {
  const { world, requester, provider, anyone } = scene;
  const job = await submitAfter(LONGEST, { window: DAY }); // done in a minute; waiting makes every clock longer
  const end = Number(await world.read<bigint>(dispute, "windowEnd", [job.terms, job.run]));
  world.now = end - 1; // the last moment
  const game = gameOf(job, await challenge(job));
  const budget = 2 * LONGEST + 16 * 60; // one game: sixteen reveals of a minute
  for (const now of [end, end + 20 * DAY, end - 1 + budget]) {
    world.now = now;
    await provider.refused(world.market, "resolveStalled", settleArgs(job), "Market_TooEarly");
    await anyone.refused(dispute, "timeout", [game], "Dispute_ClockRunning");
  }
  world.pass(1);
  await anyone.send(dispute, "timeout", [game]);
  await provider.refused(world.market, "resolveStalled", settleArgs(job), "Market_TooEarly");
  await anyone.reject(job);
  const { bond } = job.fields;
  const credit = (account: Hex) => world.read(world.staking, "creditOf", [account]);
  assert.deepEqual(await provider.stakes(), { stake: STAKE - bond, locked: 0n, free: STAKE - bond });
  assert.equal(await requester.balance(), DEPOSIT);
  assert.equal(await credit(requester.address), (bond * 15n) / 100n);
  assert.equal(await credit(anyone.address), (bond * 25n) / 100n);
  assert.equal(await world.read(world.staking, "burnDue"), (bond * 45n) / 100n);
});

test("for every span the longest dispute ends before the market's patience does", async () => {
  // DSP-70, DSP-73: the last challenge comes at the window's end, then both clocks run out. The extra of many games is
  // seven days at most.
  for (const span of [0, 1, 60, DAY / 2, DAY, 2 * DAY, 7 * DAY, LONGEST - 1, LONGEST]) {
    for (const window of [60, DAY, 30 * DAY]) {
      await reset();
      const job = await submitAfter(span, { window });
      const submittedAt = scene.world.now;
      const end = Number(await scene.world.read<bigint>(dispute, "windowEnd", [job.terms, job.run]));
      const decided = end + Math.max(DAY, 2 * span) + 7 * DAY + Math.max(DAY, Math.floor(span / 2));
      scene.world.now = decided;
      const from = submittedAt + window + PATIENCE + 4 * span;
      await scene.anyone.refused(scene.world.market, "resolveStalled", settleArgs(job), "Market_TooEarly", [
        BigInt(from),
        BigInt(decided),
      ]);
    }
  }
});

test("a job whose judge is not the referee's is refused when it is posted, not lost when it is disputed", async () => {
  const { world, requester } = scene;
  for (const other of [zeroAddress, world.hub.address]) {
    const job = draftJob(world, requester.address, { policy: REFEREED }, sampleSpec({ judge: other }));
    await requester.refused(world.market, "postJob", [job.terms, job.specWords], "Hub_NotJudgeable", [1n]);
    const plain = draftJob(world, requester.address, { policy: 1 }, sampleSpec({ judge: other }));
    await requester.post(plain);
    await requester.cancel(plain);
    await reset();
  }
});

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { draftJob, laneStatus, STATUS, sampleSpec, settleArgs, settlement } from "../../support/actor.ts";
import {
  createScene,
  DEPOSIT,
  MANNER,
  passWindow,
  registerMock,
  type Scene,
  STAKE,
  setTerms,
  submittedJob,
  tell,
  VERDICT,
} from "../../support/scene.ts";
import type { Target } from "../../support/world.ts";

const TIMEOUT = 30 * 86_400;
/** Seconds between claim and submission in submittedJob. */
const SPAN = 60;
const PATIENCE = TIMEOUT + 4 * SPAN;
const POLICY = 3;

let scene: Scene;
let strategy: Target;
let reset: () => Promise<void>;
before(async () => {
  scene = await createScene();
  strategy = await registerMock(scene.world, 1);
  reset = await scene.world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

const say = (verdict: number, readyAt = 0) => tell(scene.world, strategy, MANNER.answer, verdict, readyAt);

describe("a policy with a second strategy", () => {
  test("finalize waits for it, JOB-50", async () => {
    const { world, anyone, provider } = scene;
    const job = await submittedJob(scene, { policy: POLICY });
    passWindow(world, job);
    await anyone.refused(world.market, "finalize", settleArgs(job), "Market_NotAccepted", [job.id, VERDICT.pending]);
    await say(VERDICT.pending, world.now + 50);
    await anyone.refused(world.market, "finalize", settleArgs(job), "Market_TooEarly", [
      BigInt(world.now + 50),
      BigInt(world.now),
    ]);
    await say(VERDICT.pending, world.now);
    await anyone.refused(world.market, "finalize", settleArgs(job), "Market_NotAccepted", [job.id, VERDICT.pending]);
    await say(VERDICT.rejected);
    await anyone.refused(world.market, "finalize", settleArgs(job), "Market_NotAccepted", [job.id, VERDICT.rejected]);
    await say(VERDICT.accepted);
    await anyone.finalize(job);
    assert.equal((await provider.earned()).gross, job.fields.maxPrice);
  });

  test("a batch skips what it has not accepted", async () => {
    const { world, anyone } = scene;
    const waiting = await submittedJob(scene, { policy: POLICY, lane: 0 });
    const done = await submittedJob(scene, { lane: 1 });
    world.pass(86_400);
    const items = [waiting, done].map(settlement);
    await anyone.send(world.market, "finalizeBatch", [items]);
    assert.equal(await laneStatus(world, waiting), STATUS.submitted);
    assert.equal(await laneStatus(world, done), STATUS.finalized);
    for (const manner of Object.values(MANNER).slice(1)) {
      await tell(world, strategy, manner);
      await anyone.send(world.market, "finalizeBatch", [items]);
    }
    await say(VERDICT.accepted);
    await anyone.send(world.market, "finalizeBatch", [items]);
    assert.equal(await laneStatus(world, waiting), STATUS.finalized);
  });
});

describe("a policy is judged when it is posted, JOB-09", () => {
  test("a strategy that does not take the job refuses it; one that takes it cannot change its mind", async () => {
    const { world, requester, anyone, provider } = scene;
    await setTerms(world, strategy, { refuses: true });
    const refused = draftJob(world, requester.address, { policy: POLICY, lane: 1 });
    await requester.refused(world.market, "postJob", [refused.terms, refused.specWords], "Hub_NotJudgeable", [1n]);
    assert.equal(await requester.balance(), DEPOSIT);
    await submittedJob(scene, { lane: 2 }); // a window-only job is none of its business
    await setTerms(world, strategy, {});
    const job = await requester.postNew({ policy: POLICY });
    await setTerms(world, strategy, { refuses: true });
    await provider.claim(job);
    await provider.submit(job);
    passWindow(world, job);
    await say(VERDICT.accepted);
    await anyone.finalize(job);
    assert.equal((await provider.earned()).gross, job.fields.maxPrice);
  });

  test("the spec is checked first: a policy is judged with the very spec that the terms bind", async () => {
    const { world, requester } = scene;
    await setTerms(world, strategy, { refuses: true });
    const job = draftJob(world, requester.address, { policy: POLICY });
    const other = draftJob(world, requester.address, {}, sampleSpec({ steps: 101 }));
    await requester.refused(world.market, "postJob", [job.terms, other.specWords], "Market_SpecMismatch");
  });

  test("a hub whose upgrade broke it stops policies other than the window alone, and nothing else, JOB-43", async () => {
    const { world, requester, provider, anyone } = scene;
    const waiting = await submittedJob(scene, { policy: POLICY });
    const before = await submittedJob(scene, { lane: 1 });
    const broken = await world.create("mocks/Upgrades.sol:AssayTokenV2"); // upgradeable, and no hub at all
    await world.send(world.deployer, world.hub, "upgradeToAndCall", [broken.address, "0x"]);
    const refused = draftJob(world, requester.address, { policy: POLICY, lane: 2 });
    await requester.refused(world.market, "postJob", [refused.terms, refused.specWords], "nothing");
    const after = await submittedJob(scene, { lane: 3 });
    world.pass(PATIENCE + 600);
    for (const call of ["finalize", "reject", "resolveStalled"]) {
      await anyone.refused(world.market, call, settleArgs(waiting), "nothing");
    }
    await anyone.finalize(before);
    await anyone.finalize(after);
    const late = await requester.postNew({ lane: 4 });
    await provider.claim(late);
    world.pass(late.fields.runTime + 1);
    await anyone.expire(late);
    const repaired = world.deployment.contracts.VerificationHub!.implementation;
    await world.send(world.deployer, world.hub, "upgradeToAndCall", [repaired, "0x"]);
    await anyone.resolveStalled(waiting);
    assert.equal(await laneStatus(world, waiting), STATUS.unresolved);
  });
});

describe("reject, JOB-51", () => {
  test("refunds the price, gives 15 % of the bond to the requester and to the audit fund, the rest is to burn", async () => {
    const { world, requester, provider, anyone } = scene;
    const job = await submittedJob(scene, { policy: POLICY });
    await say(VERDICT.rejected);
    const supply = await world.read<bigint>(world.asy, "totalSupply");
    const { events } = await anyone.reject(job);
    const bond = job.fields.bond;
    const share = (bond * 15n) / 100n;
    assert.equal(await requester.balance(), DEPOSIT);
    assert.equal(await world.read(world.staking, "creditOf", [requester.address]), share);
    assert.equal(await world.read(world.staking, "burnDue"), bond - 2n * share);
    assert.equal(await world.read(world.asy, "totalSupply"), supply, "nothing is burned yet");
    await anyone.send(world.staking, "burnForfeited");
    assert.equal(await world.read(world.asy, "totalSupply"), supply - (bond - 2n * share));
    assert.deepEqual(await provider.stakes(), { stake: STAKE - bond, locked: 0n, free: STAKE - bond });
    assert.equal(await laneStatus(world, job), STATUS.rejected);
    assert.equal(events.find(({ name }) => name === "JobRejected")?.args.forfeited, bond);
    await anyone.refused(world.market, "reject", settleArgs(job), "Market_StaleJob", [job.id, STATUS.rejected]);
    await anyone.refused(world.market, "finalize", settleArgs(job), "Market_StaleJob");
  });

  test("RevertWhen_NothingRejects", async () => {
    const { world, anyone } = scene;
    const plain = await submittedJob(scene, { lane: 1 });
    await anyone.refused(world.market, "reject", settleArgs(plain), "Market_NotRejected", [plain.id, VERDICT.pending]);
    passWindow(world, plain);
    await anyone.refused(world.market, "reject", settleArgs(plain), "Market_NotRejected", [plain.id, VERDICT.accepted]);
    const job = await submittedJob(scene, { policy: POLICY });
    await anyone.refused(world.market, "reject", settleArgs(job), "Market_NotRejected", [job.id, VERDICT.pending]);
    await anyone.refused(world.market, "reject", [job.terms, job.run ^ 1n, job.commitment], "Market_StaleJob");
  });
});

describe("resolveStalled, JOB-52", () => {
  test("returns price and bond when nobody answered for window + 30 days + four times the run", async () => {
    const { world, requester, provider, anyone } = scene;
    const job = await submittedJob(scene, { policy: POLICY });
    passWindow(world, job);
    world.pass(PATIENCE - 1);
    const from = BigInt(world.now + 1);
    await anyone.refused(world.market, "resolveStalled", settleArgs(job), "Market_TooEarly", [from, from - 1n]);
    world.pass(1);
    await anyone.refused(world.market, "resolveStalled", [job.terms, job.run ^ 1n, job.commitment], "Market_StaleJob");
    await anyone.resolveStalled(job);
    assert.equal(await requester.balance(), DEPOSIT);
    assert.deepEqual(await provider.stakes(), { stake: STAKE, locked: 0n, free: STAKE });
    assert.equal(await laneStatus(world, job), STATUS.unresolved);
    await anyone.refused(world.market, "resolveStalled", settleArgs(job), "Market_StaleJob");
  });

  test("RevertWhen_TheStrategiesHaveAnswered", async () => {
    const { world, anyone } = scene;
    const plain = await submittedJob(scene, { lane: 1 });
    const job = await submittedJob(scene, { policy: POLICY });
    passWindow(world, job);
    world.pass(PATIENCE);
    await anyone.refused(world.market, "resolveStalled", settleArgs(plain), "Market_NotStalled", [plain.id, 1]);
    await say(VERDICT.accepted);
    await anyone.refused(world.market, "resolveStalled", settleArgs(job), "Market_NotStalled", [job.id, 1]);
    await say(VERDICT.rejected);
    await anyone.refused(world.market, "resolveStalled", settleArgs(job), "Market_NotStalled", [job.id, 2]);
  });

  for (const [name, manner] of Object.entries(MANNER).slice(1)) {
    test(`money comes out of a job whose strategy chooses to ${name}`, async () => {
      const { world, requester, anyone } = scene;
      const job = await submittedJob(scene, { policy: POLICY });
      await tell(world, strategy, manner);
      passWindow(world, job);
      await anyone.refused(world.market, "finalize", settleArgs(job), "Market_NotAccepted");
      world.pass(PATIENCE);
      await anyone.resolveStalled(job);
      assert.equal(await requester.balance(), DEPOSIT);
    });
  }
});

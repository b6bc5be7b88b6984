import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { keccak256 } from "viem";
import { finalStateOf, type Job, laneStatus, STATUS, sampleSpec, submitArgs } from "../../support/actor.ts";
import { createScene, type Scene } from "../../support/scene.ts";

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

async function claimedJob(spec = sampleSpec()): Promise<Job> {
  const job = await scene.requester.postNew({}, spec);
  await scene.provider.claim(job);
  return job;
}

const refused = (job: Job, change: Partial<Job>, error: string, values?: readonly unknown[]) =>
  scene.provider.refused(scene.world.market, "submit", submitArgs({ ...job, ...change }), error, values);

describe("submit", () => {
  test("commits to DSP-13 and keeps the roots in the log, JOB-20", async () => {
    const { world, provider } = scene;
    const job = await claimedJob();
    world.pass(100);
    const { events } = await provider.submit(job);
    assert.equal(await laneStatus(world, job), STATUS.submitted);
    assert.equal(await world.read(world.market, "isSubmitted", [job.terms, job.run, job.commitment]), true);
    const other = keccak256(job.commitment);
    assert.equal(await world.read(world.market, "isSubmitted", [job.terms, job.run, other]), false);
    assert.equal(
      await world.read(world.market, "isSubmitted", [job.terms, job.run + (1n << 32n), job.commitment]),
      false,
    );
    const submitted = events.find(({ name }) => name === "ResultSubmitted")!;
    assert.equal(submitted.args.finalState, finalStateOf(job));
    assert.equal(submitted.args.runRoot, job.runRoot);
  });

  test("the operator that claimed and the provider itself may submit, others may not, JOB-21", async () => {
    const { world, requester, provider, operator, anyone } = scene;
    const first = await requester.postNew({ lane: 0 });
    await operator.claim(first, provider.address);
    const [terms, run, nonce, ...result] = submitArgs(first);
    for (const stranger of [anyone, requester]) {
      await stranger.refused(world.market, "submit", submitArgs(first), "Market_StaleJob");
      const named = [terms, run, nonce, first.claimer, ...result];
      await stranger.refused(world.market, "submitForClaimer", named, "Market_NotProvider");
    }
    // the provider did not claim it itself: it names its operator
    await provider.refused(world.market, "submit", submitArgs(first), "Market_StaleJob");
    const misnamed = [terms, run, nonce, anyone.address, ...result];
    await provider.refused(world.market, "submitForClaimer", misnamed, "Market_StaleJob");
    await operator.submit(first);
    const second = await requester.postNew({ lane: 1 });
    await operator.claim(second, provider.address);
    await provider.submit(second);
  });

  test("RevertWhen_ThePreimageIsNotTheClaims, JOB-22", async () => {
    const job = await claimedJob();
    await refused(job, { nonce: keccak256(job.nonce) }, "Market_StaleJob", [job.id, STATUS.claimed]);
    await refused(job, { run: job.run + (1n << 56n) }, "Market_StaleJob");
    await refused(job, { run: job.run | 1n }, "Market_StaleJob");
    await refused(job, { terms: job.terms.with(0, job.terms[0] ^ 1n) as unknown as Job["terms"] }, "Market_StaleJob");
  });

  test("RevertWhen_NotClaimed", async () => {
    const job = await scene.requester.postNew();
    await refused(job, {}, "Market_StaleJob", [job.id, STATUS.open]);
  });

  test("RevertWhen_SubmittedTwice, JOB-23", async () => {
    const job = await claimedJob();
    const again = { ...job };
    await scene.provider.submit(job);
    await refused(again, {}, "Market_StaleJob", [job.id, STATUS.submitted]);
    await refused(again, { runRoot: keccak256("0x77") }, "Market_StaleJob");
  });

  test("RevertWhen_Late, JOB-24", async () => {
    const { world } = scene;
    const job = await claimedJob();
    const deadline = job.claimedAt + job.fields.runTime;
    world.now = deadline + 1;
    await refused(job, {}, "Market_TooLate", [BigInt(deadline), BigInt(deadline + 1)]);
  });

  test("the deadline itself is in time", async () => {
    const job = await claimedJob();
    scene.world.now = job.claimedAt + job.fields.runTime;
    await scene.provider.submit(job);
  });

  test("a paused market takes results", async () => {
    const { world, provider } = scene;
    const job = await claimedJob();
    await world.send(world.deployer, world.market, "setPause", [3]);
    await provider.submit(job);
  });

  test("an operator dismissed after its claim can still deliver, so that no bond is lost by it", async () => {
    const { world, requester, provider, operator } = scene;
    const job = await requester.postNew();
    await operator.claim(job, provider.address);
    await provider.send(world.staking, "setOperator", [operator.address, false]);
    await operator.submit(job);
  });
});

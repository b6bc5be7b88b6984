import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Actor, expireArgs, type Job, laneStatus, STATUS, settleArgs, submitArgs } from "../../support/actor.ts";
import { createScene, DEPOSIT, passWindow, registerMock, type Scene, STAKE, tell } from "../../support/scene.ts";
import { Refusal } from "../../support/world.ts";

let scene: Scene;
let reset: () => Promise<void>;
before(async () => {
  scene = await createScene();
  const strategy = await registerMock(scene.world, 1);
  await tell(scene.world, strategy, 0, 2);
  reset = await scene.world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

/** Every call on a job, with the preimages it has at this moment. */
function everyCall(job: Job, provider: Actor): readonly (readonly [string, readonly unknown[]])[] {
  return [
    ["postJob", [job.terms, job.specWords]],
    ["claim", [job.terms, provider.address]],
    ["submit", submitArgs(job)],
    ["finalize", settleArgs(job)],
    ["cancel", [job.terms]],
    ["expire", expireArgs(job)],
    ["reject", settleArgs(job)],
    ["resolveStalled", settleArgs(job)],
  ];
}

describe("a job that has ended", () => {
  const ends: Record<string, (job: Job) => Promise<unknown>> = {
    Finalized: async (job) => {
      passWindow(scene.world, job);
      return scene.anyone.finalize(job);
    },
    Rejected: (job) => scene.anyone.reject(job),
    Expired: async (job) => {
      scene.world.pass(86_400);
      return scene.anyone.expire(job);
    },
    Cancelled: (job) => scene.requester.cancel(job),
  };
  for (const [name, end] of Object.entries(ends)) {
    test(`Post_${name}_Replay: nothing can be done with any of its preimages again`, async () => {
      const { world, requester, provider, anyone } = scene;
      const job = await requester.postNew({ policy: name === "Rejected" ? 3 : 1 });
      const stages = [{ ...job }];
      if (name !== "Cancelled") {
        await provider.claim(job);
        stages.push({ ...job });
      }
      if (name === "Finalized" || name === "Rejected") {
        await provider.submit(job);
        stages.push({ ...job });
      }
      await end(job);
      const status = await laneStatus(world, job);
      const books = [await requester.balance(), await provider.earned(), await provider.stakes()];
      for (const pass of [0, 86_400 * 61]) {
        world.pass(pass);
        for (const stage of stages) {
          for (const [functionName, args] of everyCall(stage, provider)) {
            for (const actor of [requester, provider, anyone]) {
              await assert.rejects(actor.send(world.market, functionName, args), Refusal, functionName);
            }
          }
        }
      }
      assert.equal(await laneStatus(world, job), status);
      assert.deepEqual([await requester.balance(), await provider.earned(), await provider.stakes()], books);
    });
  }
});

describe("stale preimages", () => {
  test("Post_Claim_Cancel: whoever comes second is refused, in both orders", async () => {
    const { world, requester, provider } = scene;
    const job = await requester.postNew();
    const undo = await world.snapshot();
    await provider.claim({ ...job });
    await requester.refused(world.market, "cancel", [job.terms], "Market_StaleJob", [job.id, STATUS.claimed]);
    await undo();
    await requester.cancel(job);
    await provider.refused(world.market, "claim", [job.terms, provider.address], "Market_StaleJob");
    assert.equal((await provider.stakes()).locked, 0n);
    assert.equal(await requester.balance(), DEPOSIT);
  });

  test("Post_Claim_Expire_Post: a result of the old generation fits no later job", async () => {
    const { world, requester, provider, anyone } = scene;
    const old = await requester.postNew({ generation: 1 });
    await provider.claim(old);
    world.pass(86_400);
    await anyone.expire(old);
    const next = await requester.postNew({ generation: 2 });
    await provider.claim(next);
    await provider.refused(world.market, "submit", submitArgs(old), "Market_StaleJob", [old.id, STATUS.claimed]);
    await provider.refused(world.market, "submit", submitArgs({ ...next, nonce: old.nonce }), "Market_StaleJob");
    await provider.submit(next);
  });

  test("lanes live apart: a job's preimage does nothing in another lane", async () => {
    const { world, requester, provider, anyone } = scene;
    const one = await requester.postNew({ lane: 1 });
    const two = await requester.postNew({ lane: 2 });
    await provider.claim(one);
    await provider.claim(two);
    await provider.submit(one);
    await provider.submit(two);
    passWindow(world, two);
    const crossed = [one.terms, two.run, two.commitment];
    await anyone.refused(world.market, "finalize", crossed, "Market_StaleJob");
    await anyone.finalize(one);
    assert.equal(await laneStatus(world, two), STATUS.submitted);
  });

  test("bonds of many jobs never add up to more than the stake", async () => {
    const { world, requester, provider } = scene;
    const jobs: Job[] = [];
    for (let lane = 0; lane < 4; lane++) jobs.push(await requester.postNew({ lane, bond: STAKE / 3n }));
    for (const job of jobs.slice(0, 3)) await provider.claim(job);
    await provider.refused(world.market, "claim", [jobs[3]!.terms, provider.address], "Staking_InsufficientFreeStake");
    assert.equal((await provider.stakes()).free, STAKE - (STAKE / 3n) * 3n);
  });
});

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { maxUint96 } from "viem";
import { priceAt } from "../../../sdk/src/codec/priceAt.ts";
import { draftJob, type Job, laneStatus, STATUS } from "../../support/actor.ts";
import { createScene, DEPOSIT, type Scene, STAKE } from "../../support/scene.ts";

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

const claimArgs = (job: Job, provider: { address: string }) => [job.terms, provider.address] as const;

describe("claim", () => {
  test("locks the bond, draws a nonce, names the claimer, JOB-10", async () => {
    const { world, requester, provider } = scene;
    const job = await requester.postNew();
    const { events } = await provider.claim(job);
    assert.deepEqual(await provider.stakes(), { stake: STAKE, locked: job.fields.bond, free: STAKE - job.fields.bond });
    assert.equal(await laneStatus(world, job), STATUS.claimed);
    const claimed = events.find(({ name }) => name === "JobClaimed")!;
    assert.equal(claimed.args.price, job.fields.maxPrice);
    assert.notEqual(BigInt(job.nonce), 0n);
    assert.equal(await requester.balance(), DEPOSIT - job.fields.maxPrice);
  });

  test("two claims of equal jobs draw different nonces", async () => {
    const { requester, provider } = scene;
    const one = await requester.postNew({ lane: 0 });
    const two = await requester.postNew({ lane: 1 });
    await provider.claim(one);
    await provider.claim(two);
    assert.notEqual(one.nonce, two.nonce);
  });

  test("an operator claims in the provider's name, JOB-11", async () => {
    const { requester, provider, operator } = scene;
    const job = await requester.postNew();
    await operator.claim(job, provider.address);
    assert.equal((await provider.stakes()).locked, job.fields.bond);
  });

  test("RevertWhen_Paused", async () => {
    const { world, requester, provider } = scene;
    const job = await requester.postNew();
    await world.send(world.deployer, world.market, "setPause", [3]);
    await provider.refused(world.market, "claim", claimArgs(job, provider), "Market_Paused", [3, 2]);
    await world.send(world.deployer, world.market, "setPause", [1]);
    await provider.claim(job);
  });

  test("RevertWhen_NotPostedOrTampered, JOB-12", async () => {
    const { world, requester, provider } = scene;
    const unposted = draftJob(world, requester.address, { lane: 9 });
    await provider.refused(world.market, "claim", claimArgs(unposted, provider), "Market_StaleJob", [
      unposted.id,
      STATUS.none,
    ]);
    const job = await requester.postNew();
    for (let word = 0; word < 5; word++) {
      for (const bit of [0n, 60n, 95n]) {
        const terms = [...job.terms];
        terms[word]! ^= 1n << bit;
        await provider.refused(world.market, "claim", [terms, provider.address], "Market_StaleJob");
      }
    }
    await provider.claim(job);
  });

  test("RevertWhen_ClaimedAlready: of two providers exactly one gets the job, JOB-13", async () => {
    const { world, requester, provider, anyone } = scene;
    await anyone.funded(STAKE);
    await anyone.stake(STAKE);
    const job = await requester.postNew();
    await provider.claim(job);
    await anyone.refused(world.market, "claim", claimArgs(job, anyone), "Market_StaleJob", [job.id, STATUS.claimed]);
    await provider.refused(world.market, "claim", claimArgs(job, provider), "Market_StaleJob");
    assert.equal((await anyone.stakes()).locked, 0n);
  });

  test("RevertWhen_AfterTheDeadline, JOB-14", async () => {
    const { world, requester, provider } = scene;
    const job = await requester.postNew();
    world.now = job.fields.claimBy + 1;
    await provider.refused(world.market, "claim", claimArgs(job, provider), "Market_TooLate", [
      BigInt(job.fields.claimBy),
      BigInt(world.now),
    ]);
    world.now = job.fields.claimBy;
  });

  test("the deadline itself is in time", async () => {
    const job = await scene.requester.postNew();
    scene.world.now = job.fields.claimBy;
    await scene.provider.claim(job);
  });

  test("RevertWhen_AnotherProviderIsNamed, JOB-15", async () => {
    const { world, requester, provider, anyone } = scene;
    const job = await requester.postNew({ provider: anyone.address });
    await provider.refused(world.market, "claim", claimArgs(job, provider), "Market_NotProvider");
    const direct = await requester.postNew({ provider: provider.address, lane: 1 });
    await provider.claim(direct);
  });

  test("RevertWhen_NotOperator", async () => {
    const { world, requester, provider, operator, anyone } = scene;
    const job = await requester.postNew();
    await anyone.refused(world.market, "claim", claimArgs(job, provider), "Staking_NotOperator");
    await provider.send(world.staking, "setOperator", [operator.address, false]);
    await operator.refused(world.market, "claim", claimArgs(job, provider), "Staking_NotOperator");
  });

  test("RevertWhen_UnderStaked, JOB-16", async () => {
    const { world, requester, provider, anyone } = scene;
    const job = await requester.postNew({ bond: STAKE + 1n });
    await provider.refused(world.market, "claim", claimArgs(job, provider), "Staking_InsufficientFreeStake");
    await anyone.refused(world.market, "claim", claimArgs(job, anyone), "Staking_InsufficientFreeStake");
    const huge = await requester.postNew({ bond: maxUint96, lane: 1 });
    await provider.refused(world.market, "claim", claimArgs(huge, provider), "Staking_InsufficientFreeStake");
    const all = await requester.postNew({ bond: STAKE, lane: 2 });
    await provider.claim(all);
    const more = await requester.postNew({ lane: 3 });
    await provider.refused(world.market, "claim", claimArgs(more, provider), "Staking_InsufficientFreeStake");
    assert.equal(await laneStatus(world, more), STATUS.open, "a refused claim leaves the job open");
  });

  test("thawing stake backs no claim", async () => {
    const { world, requester, provider } = scene;
    await provider.send(world.staking, "requestThaw", [STAKE]);
    const job = await requester.postNew();
    await provider.refused(world.market, "claim", claimArgs(job, provider), "Staking_InsufficientFreeStake");
  });
});

describe("the ramp, JOB-17", () => {
  test("pays by the moment of the claim, rounded down, and refunds the rest at once", async () => {
    const { world, requester, provider, reset } = scene;
    const start = world.now + 10;
    const ramp = { minPrice: 1n, maxPrice: 1_000n, rampStart: start, rampLength: 7 };
    for (const offset of [-10, 0, 1, 3, 6, 7, 8, 100]) {
      await reset();
      const job = await requester.postNew(ramp);
      world.now = start + offset;
      const { events } = await provider.claim(job);
      const price = events.find(({ name }) => name === "JobClaimed")!.args.price as bigint;
      assert.equal(price, priceAt(job.fields, world.now));
      assert.equal(await requester.balance(), DEPOSIT - price);
      assert.equal(await world.read(world.market, "priceAt", [job.terms, world.now]), price);
    }
  });

  test("the price claimed is the price paid, however late it is settled", async () => {
    const { world, requester, provider, anyone } = scene;
    const ramp = {
      minPrice: 3n,
      maxPrice: 10n ** 20n,
      rampStart: world.now,
      rampLength: 9_999,
      claimBy: world.now + 9_999,
    };
    const job = await requester.postNew(ramp);
    world.pass(3_333);
    await provider.claim(job);
    const price = priceAt(job.fields, world.now);
    world.pass(60);
    await provider.submit(job);
    world.pass(86_400);
    await anyone.finalize(job);
    assert.deepEqual(await provider.earned(), { gross: price, fee: (price * 250n) / 10_000n });
    assert.equal(await requester.balance(), DEPOSIT - price);
  });

  test("ends on the largest prices there are", async () => {
    const { world, requester, provider } = scene;
    const token = await world.create("mocks/TestToken.sol");
    await world.send(world.deployer, world.market, "configureToken", [token.address, true, 0, 0]);
    await requester.send(token, "mint", [requester.address, maxUint96]);
    await requester.send(token, "approve", [world.market.address, maxUint96]);
    await requester.deposit(maxUint96, token);
    const length = 2 ** 24 - 1;
    const ramp = { minPrice: 1n, maxPrice: maxUint96, rampStart: world.now, rampLength: length, feeBps: 0, bond: 0n };
    const job = await requester.postNew({ ...ramp, token: token.address, claimBy: world.now + 86_400 * 30 });
    world.pass(86_400 * 30);
    await provider.claim(job);
    const price = 1n + ((maxUint96 - 1n) * BigInt(86_400 * 30)) / BigInt(length);
    assert.equal(await requester.balance(token), maxUint96 - price);
  });
});

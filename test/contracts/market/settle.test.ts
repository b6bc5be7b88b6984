import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress, keccak256, zeroAddress } from "viem";
import {
  ASY_UNIT,
  expireArgs,
  type Job,
  laneStatus,
  STATUS,
  settleArgs,
  settlement,
  submitArgs,
} from "../../support/actor.ts";
import { createScene, DEPOSIT, passWindow, REASON, type Scene, STAKE, submittedJob } from "../../support/scene.ts";

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

describe("finalize", () => {
  test("pays price less fee, releases the bond, ends the lane, JOB-30", async () => {
    const { world, provider, anyone, treasury } = scene;
    const job = await submittedJob(scene);
    passWindow(world, job);
    await anyone.finalize(job);
    const gross = job.fields.maxPrice;
    const fee = (gross * 250n) / 10_000n;
    assert.deepEqual(await provider.earned(), { gross, fee });
    assert.deepEqual(await provider.stakes(), { stake: STAKE, locked: 0n, free: STAKE });
    const [word] = await world.read<readonly [bigint]>(world.market, "laneOf", [job.fields.requester, 0]);
    assert.equal(word, (1n << 8n) | BigInt(STATUS.finalized));
    await anyone.send(world.market, "collect", [world.asy.address, provider.address]);
    assert.equal(await provider.balance(), gross - fee);
    assert.equal(await treasury.balance(), fee);
  });

  test("RevertWhen_WindowOpen, JOB-31", async () => {
    const { world, anyone } = scene;
    const job = await submittedJob(scene);
    passWindow(world, job);
    const ready = world.now;
    world.now = ready - 1;
    await anyone.refused(world.market, "finalize", settleArgs(job), "Market_TooEarly", [
      BigInt(ready),
      BigInt(ready - 1),
    ]);
    world.now = ready;
    await anyone.finalize(job);
  });

  test("RevertWhen_FinalizedTwiceOrReplayedInALaterGeneration, JOB-32", async () => {
    const { world, anyone, provider } = scene;
    const job = await submittedJob(scene);
    passWindow(world, job);
    await anyone.finalize(job);
    const paid = await provider.earned();
    await anyone.refused(world.market, "finalize", settleArgs(job), "Market_StaleJob", [job.id, STATUS.finalized]);
    const next = await submittedJob(scene, { generation: 2 });
    passWindow(world, next);
    await anyone.refused(world.market, "finalize", settleArgs(job), "Market_StaleJob", [job.id, STATUS.submitted]);
    assert.deepEqual(await provider.earned(), paid);
  });

  test("RevertWhen_Tampered", async () => {
    const { world, anyone } = scene;
    const job = await submittedJob(scene);
    passWindow(world, job);
    const { terms, run, commitment } = job;
    const [w0, w1, w2, w3, w4, w5] = terms;
    const forged = [
      [[w0 ^ 1n, w1, w2, w3, w4, w5], run, commitment], // price
      [[w0, w1 ^ (1n << 96n), w2, w3, w4, w5], run, commitment], // token
      [[w0, w1, w2 ^ (1n << 160n), w3, w4, w5], run, commitment], // bond
      [[w0, w1, w2, w3 ^ (1n << 24n), w4, w5], run, commitment], // window
      [terms, run ^ (1n << 96n), commitment], // provider
      [terms, run ^ (1n << 56n), commitment], // claimedAt
      [terms, run ^ (1n << 32n), commitment], // span
      [terms, run ^ (1n << 31n), commitment], // rescued
      [terms, run ^ 1n, commitment], // quote
      [[w0, w1, w2, w3, w4, w5 ^ (1n << 160n)], run, commitment], // stake
      [terms, run, keccak256(commitment)],
    ];
    for (const args of forged) await anyone.refused(world.market, "finalize", args, "Market_StaleJob");
    await anyone.finalize(job);
  });

  test("RevertWhen_OnlyClaimed", async () => {
    const { world, requester, provider, anyone } = scene;
    const job = await requester.postNew();
    await provider.claim(job);
    world.pass(86_400);
    await anyone.refused(world.market, "finalize", settleArgs(job), "Market_StaleJob", [job.id, STATUS.claimed]);
  });
});

describe("finalizeBatch", () => {
  async function jobs(count: number): Promise<Job[]> {
    const all: Job[] = [];
    for (let lane = 0; lane < count; lane++) {
      all.push(
        await submittedJob(scene, {
          lane,
          maxPrice: BigInt(lane + 1),
          minPrice: BigInt(lane + 1),
          bond: 10n * ASY_UNIT,
        }),
      );
    }
    return all;
  }

  test("pays what one finalize each would pay, JOB-33", async () => {
    const { world, provider, anyone } = scene;
    const all = await jobs(12);
    world.pass(86_400);
    const undo = await world.snapshot();
    for (const job of all) await anyone.finalize(job);
    const apart = { earned: await provider.earned(), stakes: await provider.stakes() };
    await undo();
    const { events } = await anyone.send(world.market, "finalizeBatch", [all.map(settlement)]);
    assert.deepEqual({ earned: await provider.earned(), stakes: await provider.stakes() }, apart);
    assert.equal(events.filter(({ name }) => name === "JobFinalized").length, 12);
  });

  test("pays mixed providers and tokens in any order", async () => {
    const { world, requester, provider, anyone } = scene;
    const token = await world.create("mocks/TestToken.sol");
    await world.send(world.deployer, world.market, "configureToken", [token.address, true, 100, 0]);
    await requester.send(token, "mint", [requester.address, 10_000n]);
    await requester.send(token, "approve", [world.market.address, 10_000n]);
    await requester.deposit(10_000n, token);
    await anyone.funded(STAKE);
    await anyone.stake(STAKE);
    const inToken = { token: token.address, feeBps: 100, maxPrice: 1_000n, minPrice: 1_000n };
    const all: Job[] = [];
    for (const [lane, worker] of [provider, anyone, provider, anyone, provider].entries()) {
      const job = await requester.postNew({ lane, ...(lane % 3 === 0 ? inToken : {}) });
      await worker.claim(job);
      await worker.submit(job);
      all.push(job);
    }
    world.pass(86_400);
    await requester.send(world.market, "finalizeBatch", [all.map(settlement)]);
    const price = 100n * ASY_UNIT;
    const fee = (price * 250n) / 10_000n;
    assert.deepEqual(await provider.earned(), { gross: 2n * price, fee: 2n * fee });
    assert.deepEqual(await provider.earned(token), { gross: 1_000n, fee: 10n });
    assert.deepEqual(await anyone.earned(), { gross: price, fee });
    assert.deepEqual(await anyone.earned(token), { gross: 1_000n, fee: 10n });
    assert.equal((await provider.stakes()).locked + (await anyone.stakes()).locked, 0n);
  });

  test("skips members that are stale, early or twice in it, and pays the rest, JOB-34", async () => {
    const { world, requester, provider, anyone } = scene;
    const [first, second] = await jobs(2);
    world.pass(86_400);
    const early = await submittedJob(scene, { lane: 7 });
    const open = await requester.postNew({ lane: 8 });
    const batch = [first!, first!, open, early, second!, first!].map(settlement);
    const { events } = await anyone.send(world.market, "finalizeBatch", [batch]);
    const names = events.filter(({ address }) => address.toLowerCase() === world.market.address.toLowerCase());
    const skipped = names.filter(({ name }) => name === "SettlementSkipped");
    assert.deepEqual(
      skipped.map(({ args }) => args.id),
      [first!.id, open.id, early.id, first!.id],
    );
    assert.deepEqual(await provider.earned(), { gross: 3n, fee: 0n });
    assert.equal(await laneStatus(world, early), STATUS.submitted);
    assert.equal(await laneStatus(world, open), STATUS.open);
  });

  test("an empty batch does nothing", async () => {
    const { events } = await scene.anyone.send(scene.world.market, "finalizeBatch", [[]]);
    assert.deepEqual(events, []);
  });

  test("RevertWhen_MoreThan256; 256 garbage members are skipped inside the block limit", async () => {
    const { world, anyone, requester } = scene;
    const { terms, run, commitment } = await submittedJob(scene);
    const members = Array.from({ length: 257 }, () => ({ terms, run, commitment }));
    await anyone.refused(world.market, "finalizeBatch", [members], "Market_BatchTooLarge", [257n, 256n]);
    const { events } = await requester.send(world.market, "finalizeBatch", [members.slice(1)]);
    assert.equal(events.length, 256);
  });
});

describe("cancel", () => {
  test("the requester takes back an open job at any time, JOB-35", async () => {
    const { world, requester } = scene;
    const job = await requester.postNew();
    const { events } = await requester.cancel(job);
    assert.equal(await requester.balance(), DEPOSIT);
    assert.equal(await laneStatus(world, job), STATUS.cancelled);
    assert.equal(events.find(({ name }) => name === "JobCancelled")?.args.refund, job.fields.maxPrice);
  });

  test("anyone may after claimBy, nobody else before, JOB-36", async () => {
    const { world, requester, anyone } = scene;
    const job = await requester.postNew();
    world.now = job.fields.claimBy;
    await anyone.refused(world.market, "cancel", [job.terms], "Market_NotRequester");
    world.now += 1;
    await anyone.cancel(job);
    assert.equal(await requester.balance(), DEPOSIT);
  });

  test("RevertWhen_ClaimedOrCancelledAlready", async () => {
    const { world, requester, provider } = scene;
    const job = await requester.postNew();
    await provider.claim(job);
    await requester.refused(world.market, "cancel", [job.terms], "Market_StaleJob", [job.id, STATUS.claimed]);
    const other = await requester.postNew({ lane: 1 });
    await requester.cancel(other);
    await requester.refused(world.market, "cancel", [other.terms], "Market_StaleJob", [other.id, STATUS.cancelled]);
    assert.equal(await requester.balance(), DEPOSIT - job.fields.maxPrice);
  });

  test("an old generation's terms cannot cancel the lane's next job", async () => {
    const { world, requester } = scene;
    const old = await requester.postNew({ generation: 1 });
    await requester.cancel(old);
    const next = await requester.postNew({ generation: 2 });
    await requester.refused(world.market, "cancel", [old.terms], "Market_StaleJob", [old.id, STATUS.open]);
    await requester.cancel(next);
  });
});

describe("expire", () => {
  test("refunds the price; a tenth of the bond is lost: 4.5 % to the requester, 5.5 % burned, JOB-37", async () => {
    const { world, requester, provider, anyone } = scene;
    const ramp = { minPrice: 10n * ASY_UNIT, rampStart: world.now, rampLength: 1_000 };
    const job = await requester.postNew({ ...ramp, bond: 50n * ASY_UNIT });
    world.pass(500);
    await provider.claim(job);
    world.pass(job.fields.runTime + 1);
    const { events } = await anyone.expire(job);
    assert.equal(await requester.balance(), DEPOSIT);
    const [lost, share, burned] = [5n * ASY_UNIT, 2_250n * 10n ** 15n, 2_750n * 10n ** 15n];
    assert.deepEqual(await provider.stakes(), { stake: STAKE - lost, locked: 0n, free: STAKE - lost });
    assert.equal(await world.read(world.staking, "creditOf", [requester.address]), share);
    assert.equal(await world.read(world.staking, "burnDue"), burned);
    assert.equal(events.find(({ name }) => name === "JobExpired")?.args.penalty, lost);
    assert.deepEqual(events.find(({ name }) => name === "BondForfeited")?.args, {
      provider: getAddress(provider.address),
      reason: REASON.late,
      bond: job.fields.bond,
      requester: getAddress(requester.address),
      toRequester: share,
      finder: zeroAddress,
      toFinder: 0n,
      toAudit: 0n,
      burned,
    });
    assert.equal(await world.read(world.staking, "exposureOf", [provider.address]), 1_950n);
    const before = await requester.wallet();
    await anyone.send(world.staking, "claimCredit", [requester.address]);
    assert.equal((await requester.wallet()) - before, share);
    await anyone.refused(world.staking, "claimCredit", [requester.address], "Staking_NoCredit");
  });

  test("the shares of a late bond round down; what rounding leaves stays with the provider", async () => {
    const { world, requester, provider, anyone } = scene;
    const token = await world.create("mocks/TestToken.sol");
    await world.send(world.deployer, world.market, "configureToken", [token.address, true, 100, 0]);
    await requester.send(token, "mint", [requester.address, 1_000n]);
    await requester.send(token, "approve", [world.market.address, 1_000n]);
    await requester.deposit(1_000n, token);
    let [credit, due] = [0n, 0n];
    for (const [lane, bond, toRequester, lost] of [
      [0, 0n, 0n, 0n],
      [1, 9n, 0n, 0n],
      [2, 22n, 0n, 2n],
      [3, 23n, 1n, 2n],
      [4, 999n, 44n, 99n],
      [5, 1_000n, 45n, 100n],
    ] as const) {
      const fields = { lane, bond, token: token.address, feeBps: 100, maxPrice: 10n, minPrice: 10n };
      const job = await requester.postNew(fields);
      const { stake } = await provider.stakes();
      await provider.claim(job);
      world.pass(job.fields.runTime + 1);
      await anyone.expire(job);
      credit += toRequester;
      due += lost - toRequester;
      assert.equal(await world.read(world.staking, "creditOf", [requester.address]), credit, `bond ${bond}`);
      assert.equal(await world.read(world.staking, "burnDue"), due, `bond ${bond}`);
      assert.deepEqual(await provider.stakes(), { stake: stake - lost, locked: 0n, free: stake - lost });
    }
  });

  test("RevertWhen_TheProviderStillHasTime, JOB-38", async () => {
    const { world, requester, provider, anyone } = scene;
    const job = await requester.postNew();
    await provider.claim(job);
    world.pass(job.fields.runTime);
    await anyone.refused(world.market, "expire", expireArgs(job), "Market_TooEarly", [
      BigInt(world.now + 1),
      BigInt(world.now),
    ]);
    world.pass(1);
    await anyone.expire(job);
  });

  test("RevertWhen_SubmittedOrExpiredAlready", async () => {
    const { world, requester, provider, anyone } = scene;
    const job = await requester.postNew();
    await provider.claim(job);
    const asClaimed = { ...job };
    world.pass(60);
    await provider.submit(job);
    world.pass(86_400);
    await anyone.refused(world.market, "expire", expireArgs(asClaimed), "Market_StaleJob", [job.id, STATUS.submitted]);
    const late = await requester.postNew({ lane: 1 });
    await provider.claim(late);
    world.pass(86_400);
    await anyone.expire(late);
    await anyone.refused(world.market, "expire", expireArgs(late), "Market_StaleJob", [late.id, STATUS.expired]);
  });

  test("every moment belongs to submit or to expire, never to both", async () => {
    const { world, requester, provider, anyone } = scene;
    const job = await requester.postNew();
    await provider.claim(job);
    const undo = await world.snapshot();
    for (const offset of [-1, 0, 1]) {
      await undo();
      world.now = job.claimedAt + job.fields.runTime + offset;
      const late = offset > 0;
      if (late) await anyone.expire({ ...job });
      else await anyone.refused(world.market, "expire", expireArgs(job), "Market_TooEarly");
      await undo();
      world.now = job.claimedAt + job.fields.runTime + offset;
      if (late) await provider.refused(world.market, "submit", submitArgs(job), "Market_TooLate");
      else await provider.submit({ ...job });
    }
  });
});

describe("collect", () => {
  test("RevertWhen_NothingEarned", async () => {
    const { world, anyone, provider } = scene;
    await anyone.refused(world.market, "collect", [world.asy.address, provider.address], "Market_NothingEarned");
    const job = await submittedJob(scene);
    passWindow(world, job);
    await anyone.finalize(job);
    await anyone.send(world.market, "collect", [world.asy.address, provider.address]);
    await anyone.refused(world.market, "collect", [world.asy.address, provider.address], "Market_NothingEarned");
  });

  test("rounds the fee down, in the provider's favour", async () => {
    const { world, provider, anyone } = scene;
    const job = await submittedJob(scene, { maxPrice: 39n, minPrice: 39n });
    passWindow(world, job);
    await anyone.finalize(job);
    assert.deepEqual(await provider.earned(), { gross: 39n, fee: 0n });
  });
});

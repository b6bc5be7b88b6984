// What a delegation pool holds, backs and loses, docs/spec/staking.md.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress, maxUint96, zeroAddress } from "viem";
import { type Actor, ASY_UNIT } from "../../support/actor.ts";
import { argsOf, HOUR, PoolScene } from "../../support/delegators.ts";
import { asMarket, penalty, STAKE } from "../../support/scene.ts";

const AMOUNT = 400n * ASY_UNIT;

let p: PoolScene;
before(async () => {
  p = await PoolScene.create();
});
beforeEach(() => p.reset());
after(() => p.scene.world.close());

describe("delegating, STK-20", () => {
  test("shares are minted one to one while nothing was lost; the provider's own stake is untouched, STK-21", async () => {
    const { provider } = p.scene;
    const receipt = await p.delegate(p.ann, AMOUNT);
    assert.deepEqual(argsOf(receipt, "StakeDelegated"), {
      provider: getAddress(p.owner),
      account: getAddress(p.ann.address),
      amount: AMOUNT,
      shares: AMOUNT,
    });
    await p.delegate(p.bob, 1n);
    assert.deepEqual(await p.pool(), { ...(await p.pool()), assets: AMOUNT + 1n, shares: AMOUNT + 1n, exiting: 0n });
    assert.equal((await p.held(p.ann)).assets, AMOUNT);
    assert.deepEqual(await provider.stakes(), { stake: STAKE, locked: 0n, free: STAKE });
    await p.assertSolvent();
  });

  test("RevertWhen: nobody, nothing, too much", async () => {
    const { world } = p.scene;
    await p.ann.refused(world.pools, "delegateStake", [zeroAddress, 1n], "Delegation_ZeroAddress");
    await p.ann.refused(world.pools, "delegateStake", [p.owner, 0n], "Delegation_TooSmall", [0n]);
    await p.delegate(p.ann, 1n);
    await p.ann.refused(world.pools, "delegateStake", [p.owner, maxUint96], "Delegation_TooLarge", [
      maxUint96 + 1n,
      maxUint96,
    ]);
  });

  test("tokens sent to the contract buy nobody's shares: an inflation attack moves no price", async () => {
    const { world } = p.scene;
    await p.delegate(p.ann, 1n);
    await p.ann.send(world.asy, "transfer", [world.pools.address, 1_000n * ASY_UNIT]);
    await p.delegate(p.bob, 100n);
    assert.equal((await p.held(p.bob)).assets, 100n);
    assert.equal((await p.held(p.ann)).assets, 1n);
  });
});

describe("what a pool backs, STK-22", () => {
  test("as much again as the provider's own stake, and no more", async () => {
    const { world } = p.scene;
    await p.delegate(p.ann, AMOUNT);
    assert.equal(await world.read(world.staking, "capacityOf", [p.owner]), STAKE + AMOUNT);
    await p.lockRefused(STAKE + AMOUNT + 1n, "Staking_InsufficientFreeStake", [
      getAddress(p.owner),
      STAKE + AMOUNT,
      STAKE + AMOUNT + 1n,
    ]);
    await p.lock(STAKE + AMOUNT);
    await p.delegate(p.bob, 5_000n * ASY_UNIT);
    assert.equal(await world.read(world.staking, "capacityOf", [p.owner]), 2n * STAKE);
    await p.lockRefused(STAKE - AMOUNT + 1n, "Staking_InsufficientFreeStake");
  });

  test("operators keep to their exposure of it, STK-12", async () => {
    const { world, operator } = p.scene;
    await p.delegate(p.ann, STAKE);
    await asMarket(world, "lock", [p.owner, operator.address, (2n * STAKE) / 5n]);
    await world.refused(
      world.market.address,
      world.staking,
      ["lock", [p.owner, operator.address, 1n, 0n, 0n]],
      "Staking_OverExposed",
    );
  });

  test("own stake leaves only while it covers every bond by itself, STK-24", async () => {
    const { world, provider } = p.scene;
    await p.delegate(p.ann, AMOUNT);
    await p.lock(AMOUNT);
    const free = STAKE - AMOUNT;
    const args = [getAddress(p.owner), free, free + 1n];
    await provider.refused(world.staking, "requestThaw", [free + 1n], "Staking_InsufficientFreeStake", args);
    await provider.send(world.staking, "requestThaw", [free]);
    await p.lock(AMOUNT); // the rest is backed by ann's: as much again as is left
    await provider.refused(world.staking, "requestThaw", [1n], "Staking_InsufficientFreeStake", [
      getAddress(p.owner),
      0n,
      1n,
    ]);
  });

  test("without own stake a pool backs nothing: delegators are never alone behind a new job", async () => {
    const { world, provider } = p.scene;
    await p.delegate(p.ann, AMOUNT);
    await provider.send(world.staking, "requestThaw", [STAKE]);
    assert.equal(await world.read(world.staking, "capacityOf", [p.owner]), 0n);
    await p.lockRefused(1n, "Staking_InsufficientFreeStake", [getAddress(p.owner), 0n, 1n]);
  });
});

describe("beacon-skill #210: what the provider staked pays first, STK-29", () => {
  test("the provider's own stake pays first, the pool only what is missing", async () => {
    const { world, provider } = p.scene;
    await p.delegate(p.ann, AMOUNT);
    await p.lock(STAKE + 100n);
    await p.lose(STAKE - 1n);
    assert.equal((await p.pool()).assets, AMOUNT, "own stake covers it");
    await p.lose(101n);
    assert.deepEqual(await provider.stakes(), { stake: 0n, locked: 0n, free: 0n });
    assert.equal((await p.pool()).assets, AMOUNT - 100n);
    assert.equal((await p.held(p.ann)).assets, AMOUNT - 100n);
    assert.equal(await world.read(world.staking, "burnDue"), STAKE + 100n);
    await p.assertSolvent();
  });

  test("delegators share what is left of a loss by their shares, those on their way out too", async () => {
    await p.delegate(p.ann, AMOUNT);
    await p.delegate(p.bob, 3n * AMOUNT);
    await p.lock(2n * STAKE);
    await p.undelegate(p.ann, AMOUNT);
    await p.lose(STAKE);
    await p.lose(AMOUNT);
    assert.equal((await p.held(p.ann)).assets, (AMOUNT * 3n) / 4n);
    assert.equal((await p.held(p.bob)).assets, (AMOUNT * 9n) / 4n);
    await p.assertSolvent();
  });

  test("a provider and its friends cannot turn delegators' stake into their own", async () => {
    const { provider, requester, anyone, world } = p.scene;
    await p.delegate(p.ann, 5_000n * ASY_UNIT);
    const before = (await p.pool()).assets;
    const bond = 2n * STAKE;
    await p.lock(bond);
    const parts = penalty(
      requester.address,
      (bond * 15n) / 100n,
      (bond * 45n) / 100n,
      anyone.address,
      bond / 4n,
      (bond * 15n) / 100n,
    );
    await asMarket(world, "forfeit", [p.owner, bond, parts]);
    const credit = async (who: Actor) => world.read<bigint>(world.staking, "creditOf", [who.address]);
    const returned = (await credit(requester)) + (await credit(anyone));
    assert.equal((await provider.stakes()).stake, 0n);
    assert.equal(before - (await p.pool()).assets, STAKE);
    assert.ok(returned < STAKE, `the ring gets ${returned} for ${STAKE}`);
    assert.equal(await world.read(world.staking, "capacityOf", [p.owner]), 0n, "and it ends there");
    await p.assertSolvent();
  });

  test("only the staking manager slashes a pool", async () => {
    const { world, anyone } = p.scene;
    await anyone.refused(world.pools, "slashPool", [p.owner, 1n], "Delegation_NotStaking", [
      getAddress(anyone.address),
      getAddress(world.staking.address),
    ]);
  });
});

describe("a pool that lost everything, STK-30", () => {
  test("graph contracts #999: a 100 % slash leaves a pool that still works", async () => {
    const { world, provider, anyone } = p.scene;
    await p.delegate(p.ann, STAKE);
    await p.lock(2n * STAKE);
    await p.undelegate(p.ann, 10n);
    const { events } = await p.lose(2n * STAKE);
    const resetEvent = events.find(({ name }) => name === "PoolReset");
    assert.deepEqual(resetEvent?.args, { provider: getAddress(p.owner), epoch: 1n, burned: 0n });
    assert.deepEqual(await p.held(p.ann), { shares: 0n, assets: 0n, exiting: 0n, movableAt: 0n });
    await provider.stake(STAKE);
    await p.delegate(p.bob, AMOUNT);
    assert.equal((await p.held(p.bob)).assets, AMOUNT);
    world.pass(HOUR);
    await anyone.refused(world.pools, "withdrawDelegation", [p.owner, p.ann.address], "Delegation_NothingReady", [0n]);
    assert.deepEqual(await world.read(world.pools, "exitsOf", [p.owner, p.ann.address]), []);
    await p.delegate(p.ann, 7n);
    assert.equal((await p.held(p.ann)).assets, 7n);
    await p.undelegate(p.ann, 7n);
    await p.undelegate(p.bob, AMOUNT);
    world.pass(HOUR);
    await p.withdraw(p.ann);
    await p.withdraw(p.bob);
    assert.equal((await p.pool()).shares, 0n);
    await p.assertSolvent();
  });

  test("so does a slash that leaves dust: it is burned, and no share price runs away", async () => {
    const { world } = p.scene;
    await p.delegate(p.ann, STAKE);
    await p.lock(2n * STAKE);
    const dust = 1_000n;
    await p.lose(2n * STAKE - dust);
    assert.deepEqual(await p.pool(), { ...(await p.pool()), assets: 0n, shares: 0n, epoch: 1n });
    assert.equal(await world.read(world.staking, "burnDue"), 2n * STAKE);
    await p.delegate(p.bob, AMOUNT);
    assert.equal((await p.held(p.bob)).assets, AMOUNT);
    await p.assertSolvent();
  });

  test("a deep loss that leaves more keeps its holders, and who joins later pays the new price", async () => {
    await p.delegate(p.ann, STAKE);
    await p.lock(2n * STAKE);
    const left = STAKE / 1_000_000n;
    await p.lose(2n * STAKE - left);
    assert.equal((await p.held(p.ann)).assets, left);
    await p.delegate(p.bob, AMOUNT);
    const worth = (await p.held(p.bob)).assets;
    assert.ok(worth <= AMOUNT && AMOUNT - worth <= 1n, `${worth}`);
    assert.ok((await p.held(p.ann)).assets <= left + 1n);
  });
});

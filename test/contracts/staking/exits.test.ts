// How delegated stake leaves, docs/spec/staking.md.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress, zeroAddress } from "viem";
import { ASY_UNIT } from "../../support/actor.ts";
import { argsOf, HOUR, PoolScene } from "../../support/delegators.ts";
import { STAKE } from "../../support/scene.ts";

const AMOUNT = 400n * ASY_UNIT;

let p: PoolScene;
before(async () => {
  p = await PoolScene.create();
});
beforeEach(() => p.reset());
after(() => p.scene.world.close());

describe("exits, STK-25, STK-26, STK-27, STK-28", () => {
  test("shares come back after the thaw, to their owner, by anyone's hand", async () => {
    const { world, anyone } = p.scene;
    await p.delegate(p.ann, AMOUNT);
    const wallet = await p.ann.wallet();
    const receipt = await p.undelegate(p.ann, AMOUNT);
    const readyAt = BigInt(world.now + HOUR);
    assert.deepEqual(argsOf(receipt, "ExitRequested"), {
      provider: getAddress(p.owner),
      account: getAddress(p.ann.address),
      shares: AMOUNT,
      readyAt,
    });
    assert.equal(await world.read(world.pools, "backingOf", [p.owner]), 0n);
    world.pass(HOUR - 1);
    const early = [p.owner, p.ann.address];
    await anyone.refused(world.pools, "withdrawDelegation", early, "Delegation_NothingReady", [readyAt]);
    world.pass(1);
    assert.deepEqual(argsOf(await p.withdraw(p.ann), "DelegationWithdrawn"), {
      provider: getAddress(p.owner),
      account: getAddress(p.ann.address),
      shares: AMOUNT,
      amount: AMOUNT,
    });
    assert.equal((await p.ann.wallet()) - wallet, AMOUNT);
    await anyone.refused(world.pools, "withdrawDelegation", early, "Delegation_NothingReady", [0n]);
    await p.assertSolvent();
  });

  test("RevertWhen: no shares, more than there are, more than 32 at a time", async () => {
    const { world } = p.scene;
    await p.ann.refused(world.pools, "undelegateStake", [p.owner, 1n], "Delegation_NotEnoughShares", [0n, 1n]);
    await p.delegate(p.ann, AMOUNT);
    await p.ann.refused(world.pools, "undelegateStake", [p.owner, 0n], "Delegation_NotEnoughShares", [AMOUNT, 0n]);
    for (let index = 0; index < 32; index++) await p.undelegate(p.ann, 1n);
    await p.ann.refused(world.pools, "undelegateStake", [p.owner, 1n], "Delegation_TooManyExits", [32n, 32n]);
    const left = AMOUNT - 32n;
    await p.ann.refused(
      world.pools,
      "redelegateStake",
      [p.owner, p.rival.address, left + 1n],
      "Delegation_NotEnoughShares",
      [left, left + 1n],
    );
    assert.equal((await world.read<readonly unknown[]>(world.pools, "exitsOf", [p.owner, p.ann.address])).length, 32);
    world.pass(HOUR);
    await p.withdraw(p.ann);
    assert.equal((await p.held(p.ann)).shares, left);
    assert.equal(await world.read(world.pools, "backingOf", [p.owner]), left, "what has left is not taken off twice");
    await p.undelegate(p.ann, 1n);
  });

  test("an exit takes the place of one that has been paid: no new slot", async () => {
    const { world } = p.scene;
    await p.delegate(p.ann, AMOUNT);
    const first = await p.undelegate(p.ann, 1n);
    world.pass(HOUR);
    await p.withdraw(p.ann);
    assert.deepEqual(await world.read(world.pools, "exitsOf", [p.owner, p.ann.address]), []);
    const second = await p.undelegate(p.ann, 1n);
    // a slot that is written for the first time costs 17,100 gas more than one that was used
    assert.ok(first.gasUsed - second.gasUsed > 17_000n, `${first.gasUsed} and ${second.gasUsed}`);
    assert.equal((await world.read<readonly unknown[]>(world.pools, "exitsOf", [p.owner, p.ann.address])).length, 1);
  });

  test("a changed thaw period lengthens no exit under way, INVARIANT thaw never lengthens", async () => {
    const { world } = p.scene;
    await p.delegate(p.ann, AMOUNT);
    await p.undelegate(p.ann, AMOUNT);
    await world.send(world.deployer, world.staking, "setThawPeriod", [60 * 86_400]);
    world.pass(HOUR);
    await p.withdraw(p.ann);
  });

  test("graph contracts #1128, #1073: a provider cannot delay a withdrawal with new jobs", async () => {
    const { world, anyone } = p.scene;
    await p.delegate(p.ann, STAKE);
    await p.lock(2n * STAKE);
    await p.undelegate(p.ann, STAKE);
    world.pass(HOUR);
    const call = [p.owner, p.ann.address];
    await anyone.refused(world.pools, "withdrawDelegation", call, "Delegation_NothingReady");
    await p.release(STAKE / 2n);
    await p.lockRefused(1n, "Staking_InsufficientFreeStake"); // not while somebody wants out
    await p.release(STAKE / 2n);
    await p.lockRefused(1n, "Staking_InsufficientFreeStake");
    await p.withdraw(p.ann);
    assert.equal((await p.held(p.ann)).shares, 0n);
  });

  test("graph contracts #1128: nor with a friend's delegation that jumps the queue", async () => {
    const { world, anyone } = p.scene;
    await p.delegate(p.ann, STAKE);
    await p.lock(2n * STAKE); // everything is locked
    await p.undelegate(p.ann, STAKE);
    world.pass(60);
    await p.delegate(p.bob, STAKE); // the friend
    await p.undelegate(p.bob, STAKE);
    world.pass(HOUR);
    // both have thawed; room for one comes free, and it is ann's
    await anyone.refused(world.pools, "withdrawDelegation", [p.owner, p.bob.address], "Delegation_NothingReady");
    await p.withdraw(p.ann);
    await anyone.refused(world.pools, "withdrawDelegation", [p.owner, p.bob.address], "Delegation_NothingReady");
    await p.release(STAKE);
    await p.withdraw(p.bob);
    await p.assertSolvent();
  });

  test("an exit that could leave once can always leave: nobody else's exit or redelegation takes the room", async () => {
    const { world } = p.scene;
    await p.delegate(p.ann, STAKE);
    await p.delegate(p.bob, STAKE);
    world.pass(HOUR);
    await p.lock(2n * STAKE);
    await p.undelegate(p.ann, STAKE);
    await p.bob.refused(world.pools, "redelegateStake", [p.owner, p.rival.address, 1n], "Delegation_NoRoom", [
      STAKE,
      STAKE + 1n,
    ]);
    await p.undelegate(p.bob, STAKE);
    world.pass(HOUR);
    await p.withdraw(p.ann);
    assert.equal((await p.pool()).assets, STAKE);
  });

  test("withdrawals go on while the market is paused", async () => {
    const { world } = p.scene;
    await p.delegate(p.ann, AMOUNT);
    await world.send(world.deployer, world.market, "setPause", [3]);
    await p.undelegate(p.ann, AMOUNT);
    world.pass(HOUR);
    await p.withdraw(p.ann);
    const names = world.pools.abi.flatMap((item) => (item.type === "function" ? [item.name] : []));
    assert.equal(
      names.some((name) => /pause|freeze|seize/i.test(name)),
      false,
    );
  });

  test("graph contracts #1340: what was released and not withdrawn is visible", async () => {
    const { world } = p.scene;
    await p.delegate(p.ann, AMOUNT);
    await p.undelegate(p.ann, 100n);
    world.pass(2 * HOUR);
    const exits = await world.read<readonly { shares: bigint; readyAt: bigint }[]>(world.pools, "exitsOf", [
      p.owner,
      p.ann.address,
    ]);
    assert.deepEqual(
      exits.map(({ shares }) => shares),
      [100n],
    );
    assert.equal((await p.held(p.ann)).exiting, 100n);
    assert.equal((await p.pool()).exiting, 100n);
  });
});

describe("redelegation, STK-31", () => {
  test("harmony #2510: stake moves to another provider without unbonding", async () => {
    const { world } = p.scene;
    await p.delegate(p.ann, AMOUNT);
    const movable = BigInt(world.now + HOUR);
    assert.equal((await p.held(p.ann)).movableAt, movable);
    await p.ann.refused(world.pools, "redelegateStake", [p.owner, p.rival.address, 1n], "Delegation_NotMovable", [
      movable,
      BigInt(world.now),
    ]);
    world.pass(HOUR);
    assert.deepEqual(argsOf(await p.redelegate(p.ann, AMOUNT), "StakeRedelegated"), {
      from: getAddress(p.owner),
      to: getAddress(p.rival.address),
      account: getAddress(p.ann.address),
      shares: AMOUNT,
      amount: AMOUNT,
      newShares: AMOUNT,
    });
    assert.equal((await p.held(p.ann)).shares, 0n);
    assert.equal((await p.held(p.ann, p.rival.address)).assets, AMOUNT);
    await p.assertSolvent();
  });

  test("RevertWhen: to nobody, to the same", async () => {
    const { world } = p.scene;
    await p.delegate(p.ann, AMOUNT);
    await p.ann.refused(world.pools, "redelegateStake", [p.owner, zeroAddress, 1n], "Delegation_ZeroAddress");
    await p.ann.refused(world.pools, "redelegateStake", [p.owner, p.owner, 1n], "Delegation_SameProvider", [
      getAddress(p.owner),
    ]);
  });
});

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Address, getAddress } from "viem";
import { Actor, ASY_UNIT } from "../../support/actor.ts";
import { asMarket, createScene, penalty, type Scene, STAKE } from "../../support/scene.ts";

let scene: Scene;
let owner: Address;
let hotKey: Address;
before(async () => {
  scene = await createScene();
  owner = scene.provider.address;
  hotKey = scene.operator.address;
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

const market = (functionName: string, args: readonly unknown[]) => asMarket(scene.world, functionName, args);
const exposure = (of: Address = owner) => scene.world.read<bigint>(scene.world.staking, "exposureOf", [of]);
const setExposure = (bps: number) => scene.provider.send(scene.world.staking, "setExposure", [bps]);

/** Locks a bond in full and loses `lost` of it. */
async function lose(lost: bigint, by: Address = owner) {
  await market("lock", [owner, by, lost]);
  await market("forfeit", [owner, lost, penalty(scene.anyone.address, 0n, lost)]);
}

/** Asserts that an operator may lock `limit` and no unit more. */
async function assertLimit(limit: bigint) {
  const { world } = scene;
  const { locked } = await scene.provider.stakes();
  const call = ["lock", [owner, hotKey, limit - locked + 1n, 0n, 0n]] as const;
  const args = [getAddress(owner), limit + 1n, limit];
  await world.impersonate(world.market.address);
  await world.refused(world.market.address, world.staking, call, "Staking_OverExposed", args);
  await market("lock", [owner, hotKey, limit - locked]);
  assert.equal((await scene.provider.stakes()).locked, limit);
  await market("release", [owner, limit - locked]);
}

describe("setting the exposure, STK-11", () => {
  test("the first operator brings 20 %; another one changes nothing that is set", async () => {
    const { world, anyone, requester, provider } = scene;
    assert.equal(await exposure(), 2_000n);
    assert.equal(await exposure(requester.address), 0n);
    const first = await requester.send(world.staking, "setOperator", [hotKey, true]);
    const setting = first.events.find(({ name }) => name === "ExposureSet");
    assert.deepEqual(setting?.args, { provider: getAddress(requester.address), bps: 2_000n });
    await setExposure(777);
    const second = await provider.send(world.staking, "setOperator", [anyone.address, true]);
    assert.equal(
      second.events.some(({ name }) => name === "ExposureSet"),
      false,
    );
    assert.equal(await exposure(), 777n);
  });

  test("forbidding an operator brings none; what the owner set, zero too, is never raised by allowing one", async () => {
    const { world, provider, requester } = scene;
    await requester.send(world.staking, "setOperator", [hotKey, false]);
    assert.equal(await exposure(requester.address), 0n);
    for (const bps of [0, 1]) {
      await setExposure(bps);
      await provider.send(world.staking, "setOperator", [hotKey, false]);
      await provider.send(world.staking, "setOperator", [hotKey, true]);
      assert.equal(await exposure(), BigInt(bps));
    }
    await setExposure(100);
    await lose(STAKE / 2n);
    await provider.send(world.staking, "setOperator", [hotKey, true]);
    assert.equal(await exposure(), 0n, "what was spent is raised by setExposure only");
  });

  test("setExposure: 0 to 10,000, by the owner for itself", async () => {
    const { world, provider, operator } = scene;
    const refused = (bps: number) =>
      provider.refused(world.staking, "setExposure", [bps], "Staking_ExposureOutOfRange", [BigInt(bps), 10_000n]);
    await refused(10_001);
    await refused(65_535);
    for (const bps of [0, 10_000]) {
      const { events } = await setExposure(bps);
      assert.deepEqual(events[0]?.args, { provider: getAddress(owner), bps: BigInt(bps) });
      assert.equal(await exposure(), BigInt(bps));
    }
    await setExposure(5);
    await operator.send(world.staking, "setExposure", [10_000]);
    assert.equal(await exposure(), 5n, "the hot key's call is about the hot key's own account");
  });

  test("it lives in the account's word and disturbs nothing there", async () => {
    const { provider, requester, world } = scene;
    await setExposure(10_000);
    await market("lock", [owner, hotKey, 123n]);
    await requester.send(world.staking, "stakeFor", [owner, 7n]);
    await setExposure(9_999);
    assert.deepEqual(await provider.stakes(), { stake: STAKE + 7n, locked: 123n, free: STAKE - 116n });
    assert.equal(await exposure(), 9_999n);
  });
});

describe("claims by operators, STK-12", () => {
  test("they keep at most the exposed share locked, the owner's own bonds counted", async () => {
    await assertLimit(STAKE / 5n);
    await market("lock", [owner, owner, STAKE / 10n]);
    await assertLimit(STAKE / 5n);
    await setExposure(10_000);
    await market("lock", [owner, hotKey, (STAKE * 9n) / 10n]);
    assert.equal((await scene.provider.stakes()).free, 0n);
  });

  test("the owner's claims know no limit but the free stake, and shut its operators out", async () => {
    const { world, provider } = scene;
    await setExposure(0);
    await market("lock", [owner, owner, STAKE]);
    assert.equal((await provider.stakes()).free, 0n);
    await market("release", [owner, STAKE / 2n]);
    const call = ["lock", [owner, hotKey, 1n, 0n, 0n]] as const;
    const args = [getAddress(owner), STAKE / 2n + 1n, 0n];
    await world.refused(world.market.address, world.staking, call, "Staking_OverExposed", args);
  });

  test("the limit rounds down, and follows the stake up and down", async () => {
    const { world, requester, provider } = scene;
    await setExposure(3_333);
    await requester.send(world.staking, "stakeFor", [owner, 7n]);
    await assertLimit(((STAKE + 7n) * 3_333n) / 10_000n);
    await provider.send(world.staking, "requestThaw", [STAKE - 3n]);
    await assertLimit(3n); // 10 * 0.3333
    await provider.send(world.staking, "requestThaw", [8n]);
    await assertLimit(0n); // 2 * 0.3333
  });

  test("without stake there is nothing to expose, and a missing mandate is told before the limit", async () => {
    const { world, requester, anyone, provider } = scene;
    await requester.send(world.staking, "setOperator", [hotKey, true]);
    await market("lock", [requester.address, hotKey, 0n]);
    const { market: sender, staking } = world;
    const lock = (provider: Address, by: Address, amount: bigint) => ["lock", [provider, by, amount, 0n, 0n]] as const;
    const free = [getAddress(requester.address), 0n, 1n];
    const none = lock(requester.address, hotKey, 1n);
    await world.refused(sender.address, staking, none, "Staking_InsufficientFreeStake", free);
    const stranger = lock(owner, anyone.address, STAKE);
    await world.refused(sender.address, staking, stranger, "Staking_NotOperator", [
      getAddress(owner),
      getAddress(anyone.address),
    ]);
    await provider.send(staking, "setOperator", [hotKey, false]);
    await world.refused(sender.address, staking, lock(owner, hotKey, 1n), "Staking_NotOperator");
  });

  test("a claim through the market: the operator's bond stops at the limit, the owner's goes on", async () => {
    const { world, requester, operator, provider } = scene;
    const one = await requester.postNew({ lane: 0, bond: STAKE / 5n });
    const two = await requester.postNew({ lane: 1, bond: 10n * ASY_UNIT });
    await operator.claim(one, owner);
    const args = [getAddress(owner), STAKE / 5n + 10n * ASY_UNIT, STAKE / 5n];
    await operator.refused(world.market, "claim", [two.terms, owner], "Staking_OverExposed", args);
    await provider.claim(two);
    assert.equal((await provider.stakes()).locked, STAKE / 5n + 10n * ASY_UNIT);
  });
});

describe("what is lost comes off the exposure, STK-13", () => {
  test("its share of the stake before the loss, rounded up", async () => {
    for (const [lost, wanted] of [
      [STAKE / 100n, 1_900n], // exactly 100 bps
      [1n, 1_899n], // a unit costs a basis point
      [(STAKE * 99n) / 100n / 10_000n, 1_897n], // a little more than one: two
    ] as const) {
      await lose(lost);
      assert.equal(await exposure(), wanted);
    }
  });

  test("a forfeiture that loses nothing takes nothing off", async () => {
    await market("lock", [owner, hotKey, 100n]);
    await market("forfeit", [owner, 100n, penalty(hotKey, 0n, 0n)]);
    assert.equal(await exposure(), 2_000n);
    assert.equal((await scene.provider.stakes()).free, STAKE);
  });

  test("every part of the penalty counts", async () => {
    await market("lock", [owner, hotKey, STAKE / 10n]);
    const part = STAKE / 100n;
    await market("forfeit", [owner, STAKE / 10n, penalty(hotKey, part, part, owner, part)]);
    assert.equal(await exposure(), 1_700n);
  });

  test("it stops at zero, and no operator locks anything until the owner raises it", async () => {
    const { provider } = scene;
    await setExposure(100);
    await lose(STAKE / 2n);
    assert.equal(await exposure(), 0n);
    await assertLimit(0n);
    await lose(STAKE / 2n);
    assert.deepEqual(await provider.stakes(), { stake: 0n, locked: 0n, free: 0n });
    await market("lock", [owner, owner, 0n]);
    await market("forfeit", [owner, 0n, penalty(hotKey, 0n, 0n)]); // no division by the empty stake
    await provider.stake(1_000n);
    await assertLimit(0n);
    await setExposure(5_000);
    await assertLimit(500n);
  });

  test("whatever a hot key loses, in whatever portions, it is at most the exposure the owner set", async () => {
    for (const [numerator, denominator] of [
      [1n, 1n],
      [1n, 2n],
      [1n, 10n],
      [1n, 3n],
    ] as const) {
      await scene.reset();
      let lost = 0n;
      let rounds = 0;
      for (; rounds < 60; rounds++) {
        const { stake } = await scene.provider.stakes();
        const bond = (stake * (await exposure())) / 10_000n;
        const portion = (bond * numerator) / denominator;
        if (portion === 0n) break;
        await market("lock", [owner, hotKey, bond]);
        await market("forfeit", [owner, bond, penalty(hotKey, portion, 0n)]);
        lost += portion;
      }
      const { stake } = await new Actor(scene.world, 2).stakes();
      assert.equal(stake, STAKE - lost);
      assert.ok(lost <= STAKE / 5n, `${lost} of ${STAKE} in ${rounds} portions of ${numerator}/${denominator}`);
      assert.ok(lost > STAKE / 10n, `the attack is real: ${lost}`);
    }
  });
});

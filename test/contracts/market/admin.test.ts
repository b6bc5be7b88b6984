import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress, zeroAddress } from "viem";
import { Actor, ASY_UNIT, draftJob, settleArgs, settlement } from "../../support/actor.ts";
import { createScene, passWindow, type Scene, submittedJob } from "../../support/scene.ts";

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

const asAdmin = (functionName: string, args: readonly unknown[]) =>
  scene.world.send(scene.world.deployer, scene.world.market, functionName, args);
const refusedForAdmin = (functionName: string, args: readonly unknown[], error: string, values?: readonly unknown[]) =>
  scene.world.refused(scene.world.deployer, scene.world.market, [functionName, args], error, values);

describe("administration, JOB-70", () => {
  test("RevertWhen_NoRole", async () => {
    const { world, anyone } = scene;
    const calls: readonly (readonly [string, readonly unknown[]])[] = [
      ["configureToken", [world.asy.address, true, 0, 0]],
      ["setTreasury", [anyone.address]],
      ["setMinWindow", [60]],
      ["setPause", [1]],
      ["upgradeToAndCall", [world.market.address, "0x"]],
    ];
    for (const [functionName, args] of calls) {
      await anyone.refused(world.market, functionName, args, "AccessManagedUnauthorized", [getAddress(anyone.address)]);
    }
  });

  test("the guardian may pause and nothing else", async () => {
    const { world } = scene;
    const guardian = new Actor(world, 8);
    await world.send(world.deployer, world.authority, "grantRole", [1, guardian.address, 0]);
    await guardian.send(world.market, "setPause", [3]);
    await guardian.send(world.market, "setPause", [0]);
    await guardian.refused(world.market, "setTreasury", [guardian.address], "AccessManagedUnauthorized");
    await guardian.refused(
      world.market,
      "configureToken",
      [world.asy.address, true, 0, 0],
      "AccessManagedUnauthorized",
    );
    await guardian.refused(world.market, "upgradeToAndCall", [world.hub.address, "0x"], "AccessManagedUnauthorized");
  });

  test("a market without one of its peers cannot be made", async () => {
    const { world } = scene;
    const names = ["asy", "staking", "hub", "slashing", "pools", "registry", "feeds"];
    const peers = Object.fromEntries(names.map((name) => [name, world.asy.address]));
    for (const name of names) {
      const args = [{ ...peers, [name]: zeroAddress }];
      await assert.rejects(world.create("market/MarketExtension.sol", args), { errorName: "Market_ZeroAddress" }, name);
    }
    await world.create("market/MarketExtension.sol", [peers]);
  });

  test("configureToken: bounds and effect", async () => {
    const { world, anyone } = scene;
    const asy = world.asy.address;
    await refusedForAdmin("configureToken", [anyone.address, true, 0, 0], "Market_NotAContract");
    await refusedForAdmin("configureToken", [asy, true, 2_001, 0], "Market_FeeTooHigh", [2_001n, 2_000n]);
    const { events } = await asAdmin("configureToken", [asy, true, 2_000, 5n]);
    assert.deepEqual(await world.read(world.market, "tokenConfig", [asy]), [true, 2_000, 5n]);
    assert.deepEqual(events[0]?.args, { token: getAddress(asy), allowed: true, feeBps: 2_000, minBond: 5n });
  });

  test("setTreasury, setMinWindow, setPause: bounds and effect", async () => {
    const { world, anyone } = scene;
    await refusedForAdmin("setTreasury", [zeroAddress], "Market_ZeroAddress");
    await refusedForAdmin("setMinWindow", [30 * 86_400 + 1], "Market_TimeOutOfRange");
    await refusedForAdmin("setPause", [4], "Market_UnknownPauseBits", [4, 3]);
    const treasury = await asAdmin("setTreasury", [anyone.address]);
    const window = await asAdmin("setMinWindow", [30 * 86_400]);
    const pause = await asAdmin("setPause", [2]);
    assert.deepEqual(await world.read(world.market, "config"), [getAddress(anyone.address), 30 * 86_400, 2, 0, 0]);
    assert.equal(treasury.events[0]?.args.previous, getAddress(scene.treasury.address));
    assert.deepEqual(window.events[0]?.args, { previous: 60n, current: BigInt(30 * 86_400) });
    assert.deepEqual(pause.events[0]?.args, { previous: 0, current: 2 });
  });

  test("a posted job keeps the terms it was posted with, JOB-71", async () => {
    const { world, anyone, provider } = scene;
    const job = await submittedJob(scene);
    await asAdmin("configureToken", [world.asy.address, false, 2_000, 10n ** 24n]);
    await asAdmin("setMinWindow", [30 * 86_400]);
    await asAdmin("setPause", [3]);
    passWindow(world, job);
    await anyone.finalize(job);
    const gross = job.fields.maxPrice;
    assert.deepEqual(await provider.earned(), { gross, fee: (gross * 250n) / 10_000n });
  });

  test("a raised fee refuses jobs drafted for the old one", async () => {
    const { world, requester } = scene;
    const job = draftJob(world, requester.address);
    await asAdmin("configureToken", [world.asy.address, true, 300, 0]);
    await requester.refused(world.market, "postJob", [job.terms, job.specWords], "Market_FeeTooLow", [250n, 300n]);
  });
});

describe("while everything is paused, JOB-41", () => {
  test("everything that pays out goes on", async () => {
    const { world, requester, provider, anyone } = scene;
    const open = await requester.postNew({ lane: 0 });
    const claimed = await requester.postNew({ lane: 1 });
    await provider.claim(claimed);
    const running = await requester.postNew({ lane: 2 });
    await provider.claim(running);
    const submitted = await submittedJob(scene, { lane: 3 });
    await asAdmin("setPause", [3]);
    await requester.cancel(open);
    await provider.submit(running);
    passWindow(world, submitted);
    await anyone.finalize(submitted);
    world.pass(86_400);
    await anyone.expire(claimed);
    const items = [running].map(settlement);
    await anyone.send(world.market, "finalizeBatch", [items]);
    await anyone.send(world.market, "collect", [world.asy.address, provider.address]);
    await provider.send(world.market, "withdraw", [world.asy.address, provider.address, ASY_UNIT]);
    await anyone.send(world.staking, "claimCredit", [requester.address]);
    await provider.send(world.staking, "requestThaw", [ASY_UNIT]);
    world.pass(86_400);
    await anyone.send(world.staking, "withdraw", [provider.address]);
    await anyone.refused(world.market, "finalize", settleArgs(running), "Market_StaleJob");
  });
});

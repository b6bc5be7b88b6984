import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress } from "viem";
import { ASY_UNIT, settleArgs } from "../../support/actor.ts";
import { createScene, passWindow, type Scene, submittedJob } from "../../support/scene.ts";

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

const DAY = 86_400;
const FEE = (100n * ASY_UNIT * 250n) / 10_000n;
const admin = (functionName: string, args: readonly unknown[]) =>
  scene.world.send(scene.world.deployer, scene.world.market, functionName, args);
const feeNow = async () => {
  const { world } = scene;
  return (await world.read<readonly [boolean, number, bigint]>(world.market, "tokenConfig", [world.asy.address]))[1];
};

/** Lets the provider earn and collect the price of some jobs. */
async function settled(jobs: number): Promise<void> {
  const { world, provider, anyone } = scene;
  for (let lane = 0; lane < jobs; lane++) {
    const job = await submittedJob(scene, { lane: 100 + lane, generation: world.now, feeBps: 2_000 });
    passWindow(world, job);
    await anyone.finalize(job);
  }
  await anyone.send(world.market, "collect", [world.asy.address, provider.address]);
}

describe("tips and burns, FEE", () => {
  test("who settles a batch gets its part of the fee, out of the treasury's part, FEE-01", async () => {
    const { world, provider, anyone, treasury } = scene;
    await admin("setFeeShares", [1_000, 0]);
    const job = await submittedJob(scene);
    passWindow(world, job);
    const [terms, run, commitment] = settleArgs(job);
    const { events } = await anyone.send(world.market, "finalizeBatch", [[{ terms, run, commitment }]]);
    const tip = FEE / 10n;
    const tipped = events.find(({ name }) => name === "SettlementTipped")!.args;
    assert.deepEqual([tipped.keeper, tipped.tip], [getAddress(anyone.address), tip]);
    assert.equal(await anyone.balance(), tip);
    assert.deepEqual(await provider.earned(), { gross: 100n * ASY_UNIT - tip, fee: FEE - tip });
    await anyone.send(world.market, "collect", [world.asy.address, provider.address]);
    assert.equal(await provider.balance(), 100n * ASY_UNIT - FEE, "the provider's part is what it was");
    assert.equal(await treasury.balance(), FEE - tip);
  });

  test("finalize tips nobody, FEE-02", async () => {
    const { world, anyone, provider } = scene;
    await admin("setFeeShares", [10_000, 0]);
    const job = await submittedJob(scene);
    passWindow(world, job);
    await anyone.finalize(job);
    assert.deepEqual([await anyone.balance(), (await provider.earned()).fee], [0n, FEE]);
  });

  test("a part of fees in ASY is burned when they are collected, FEE-03", async () => {
    const { world, anyone, provider, treasury } = scene;
    await admin("setFeeShares", [0, 2_500]);
    const job = await submittedJob(scene);
    passWindow(world, job);
    await anyone.finalize(job);
    const supply = await world.read<bigint>(world.asy, "totalSupply");
    const { events } = await anyone.send(world.market, "collect", [world.asy.address, provider.address]);
    const burned = FEE / 4n;
    assert.equal(events.find(({ name }) => name === "EarningsCollected")!.args.burned, burned);
    assert.equal(await world.read<bigint>(world.asy, "totalSupply"), supply - burned);
    assert.equal(await treasury.balance(), FEE - burned);
  });

  test("shares have bounds, FEE-04", async () => {
    const { world, anyone } = scene;
    const over = (args: readonly unknown[]) =>
      world.refused(world.deployer, world.market, ["setFeeShares", args], "Market_ShareTooHigh");
    await over([10_001, 0]);
    await over([0, 10_001]);
    await anyone.refused(world.market, "setFeeShares", [1, 1], "AccessManagedUnauthorized");
    await anyone.refused(world.market, "setFeeRange", [world.asy.address, 1, 2, 1], "AccessManagedUnauthorized");
  });
});

describe("the fee that moves, FEE-10", () => {
  const range = (min: number, max: number, target: bigint) =>
    admin("setFeeRange", [scene.world.asy.address, min, max, target]);

  test("rises by an eighth a day at most with twice the target, falls without, within its range, FEE-11", async () => {
    const { world } = scene;
    await range(100, 400, 100n * ASY_UNIT);
    await settled(3);
    assert.equal(await feeNow(), 250, "not within the day");
    world.pass(DAY);
    assert.equal(await feeNow(), 250 + 31);
    world.pass(DAY);
    assert.equal(await feeNow(), 281 - 35, "nothing was settled on the second day");
    world.pass(200 * DAY);
    assert.equal(await feeNow(), 100);
  });

  test("what hits the target leaves it alone, what comes near moves it little, FEE-11", async () => {
    const { world } = scene;
    await range(100, 400, 200n * ASY_UNIT);
    await settled(2);
    world.pass(DAY);
    assert.equal(await feeNow(), 250);
    await range(100, 400, 200n * ASY_UNIT);
    await settled(1);
    world.pass(DAY);
    assert.equal(await feeNow(), 250 - 15, "half the target: half of an eighth");
  });

  test("never above its range; each day's move is written once, FEE-12", async () => {
    const { world, provider, anyone } = scene;
    await range(100, 260, 1n);
    await settled(1);
    world.pass(DAY);
    assert.equal(await feeNow(), 260);
    const job = await submittedJob(scene, { lane: 50, feeBps: 260 });
    passWindow(world, job);
    await anyone.finalize(job);
    const { events } = await anyone.send(world.market, "collect", [world.asy.address, provider.address]);
    const moved = events.find(({ name }) => name === "BaseFeeMoved")!.args;
    assert.deepEqual([moved.previous, moved.current, moved.settled], [250n, 260n, 100n * ASY_UNIT]);
    const [min, max, target, counted] = await world.read<readonly [number, number, bigint, bigint]>(
      world.market,
      "feeRange",
      [world.asy.address],
    );
    assert.deepEqual([min, max, target, counted], [100, 260, 1n, 100n * ASY_UNIT]);
  });

  test("a low fee is not stuck, and a range brings the fee into itself, FEE-13", async () => {
    const { world } = scene;
    await range(1, 5, 1n);
    assert.equal(await feeNow(), 5);
    world.pass(DAY);
    assert.equal(await feeNow(), 4, "an eighth of 5 is nothing, one step is taken all the same");
    await range(300, 400, 0n);
    assert.equal(await feeNow(), 300);
    world.pass(30 * DAY);
    assert.equal(await feeNow(), 300, "without a target it stands");
    await range(300, 300, 1n);
    assert.equal(await feeNow(), 300, "a range of one fee fixes it");
    const bad = (args: readonly unknown[], error: string) =>
      world.refused(world.deployer, world.market, ["setFeeRange", args], error);
    await bad([world.asy.address, 5, 4, 0n], "Market_FeeRange");
    await bad([world.asy.address, 5, 2_001, 0n], "Market_FeeTooHigh");
  });
});

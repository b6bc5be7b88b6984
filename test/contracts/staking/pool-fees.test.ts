// Fees of delegators, docs/spec/staking.md.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress, zeroAddress } from "viem";
import type { Actor } from "../../support/actor.ts";
import { argsOf, HOUR, PoolScene } from "../../support/delegators.ts";
import { passWindow, STAKE, submittedJob } from "../../support/scene.ts";

let p: PoolScene;
before(async () => {
  p = await PoolScene.create();
});
beforeEach(() => p.reset());
after(() => p.scene.world.close());

describe("fees, STK-33, STK-34, STK-35, STK-36", () => {
  const fees = (who: Actor) =>
    p.scene.world.read<bigint>(p.scene.world.pools, "feesOf", [p.owner, p.scene.world.asy.address, who.address]);
  const claim = (who: Actor) =>
    p.scene.anyone.send(p.scene.world.pools, "claimFees", [p.owner, p.scene.world.asy.address, who.address]);
  let generation = 0;
  /** Earns 97.5 ASY net. */
  const earn = async () => {
    const job = await submittedJob(p.scene, { lane: 40, generation: ++generation });
    passWindow(p.scene.world, job);
    await p.scene.anyone.finalize(job);
    return 975n * 10n ** 17n;
  };

  test("what a provider earns is split by stake; provider's cut of the delegators' part stays with it", async () => {
    const { world, provider } = p.scene;
    await provider.send(world.pools, "setCut", [2_000]);
    world.pass(HOUR);
    await p.delegate(p.ann, STAKE / 4n);
    await p.delegate(p.bob, (STAKE * 3n) / 4n);
    const net = await earn();
    const receipt = await p.scene.anyone.send(world.market, "collect", [world.asy.address, p.owner]);
    const part = ((net / 2n) * 8n) / 10n;
    assert.equal(argsOf(receipt, "FeesShared")?.amount, part);
    assert.deepEqual(
      [argsOf(receipt, "EarningsCollected")?.net, argsOf(receipt, "EarningsCollected")?.shared],
      [net - part, part],
    );
    const wallet = await p.ann.wallet();
    await claim(p.ann);
    await claim(p.bob);
    const [got, rest] = [(await p.ann.wallet()) - wallet, part - part / 4n];
    assert.ok(part / 4n - got <= 1n && got <= part / 4n, `${got} of ${part / 4n}`);
    assert.ok(
      rest - (await world.read<bigint>(world.market, "balanceOf", [world.asy.address, world.pools.address])) >= 0n,
    );
    await p.ann.refused(world.pools, "claimFees", [p.owner, world.asy.address, p.ann.address], "Delegation_NoFees");
  });

  test("who comes later has no part in what was earned before: changes collect first", async () => {
    await p.delegate(p.ann, STAKE);
    const net = await earn();
    await p.delegate(p.bob, STAKE);
    assert.equal(await fees(p.bob), 0n);
    assert.ok(net / 2n - (await fees(p.ann)) <= 1n);
    await earn();
    p.scene.world.pass(HOUR);
    const before = await fees(p.ann);
    await p.redelegate(p.bob, STAKE);
    assert.ok((await fees(p.ann)) > before && (await fees(p.bob)) > 0n, "who leaves takes its part along");
  });

  test("a higher cut waits for the thaw, a lower one holds at once, STK-32", async () => {
    const { world, provider } = p.scene;
    const set = (bps: number) => provider.send(world.pools, "setCut", [bps]);
    const cut = async () => (await p.pool()).cutBps;
    await provider.refused(world.pools, "setCut", [10_001], "Delegation_CutOutOfRange", [10_001n, 10_000n]);
    await set(5_000);
    assert.equal(await cut(), 0n);
    world.pass(HOUR - 1);
    assert.equal(await cut(), 0n);
    world.pass(1);
    assert.equal(await cut(), 5_000n);
    await set(100);
    assert.equal(await cut(), 100n);
    await set(10_000);
    await set(9_000);
    assert.equal(await cut(), 100n, "a second step up starts from what holds");
  });

  test("only the market shares fees; tokens are listed by the authority, eight at most", async () => {
    const { world, anyone } = p.scene;
    await anyone.refused(world.pools, "shareFees", [p.owner, world.asy.address, 1n], "Delegation_NotMarket", [
      getAddress(anyone.address),
      getAddress(world.market.address),
    ]);
    await anyone.refused(world.pools, "addFeeToken", [anyone.address], "AccessManagedUnauthorized");
    const add = (token: string) => ["addFeeToken", [token]] as const;
    await world.refused(world.deployer, world.pools, add(zeroAddress), "Delegation_ZeroAddress");
    await world.refused(world.deployer, world.pools, add(world.asy.address), "Delegation_FeeTokenKnown");
    for (let index = 10; index < 17; index++)
      await world.send(world.deployer, world.pools, ...add(world.accounts[index]!));
    await world.refused(world.deployer, world.pools, add(anyone.address), "Delegation_TooManyFeeTokens", [8n, 8n]);
    assert.equal((await world.read<readonly string[]>(world.pools, "feeTokens")).length, 8);
  });

  test("fees of a pool's old epoch stay claimable after it was lost", async () => {
    const { world, provider, anyone } = p.scene;
    await p.delegate(p.ann, STAKE);
    const net = await earn();
    await anyone.send(world.market, "collect", [world.asy.address, p.owner]);
    await p.lock(2n * STAKE);
    await p.lose(2n * STAKE);
    await provider.stake(STAKE);
    await p.delegate(p.bob, STAKE);
    await earn();
    const wallet = await p.ann.wallet();
    await claim(p.ann);
    assert.ok(net / 2n - ((await p.ann.wallet()) - wallet) <= 1n);
    assert.equal(await fees(p.ann), 0n, "and none of the new epoch's");
    assert.ok((await fees(p.bob)) > 0n);
  });

  test("the provider's key and its delegators are told apart: a token that blocks one blocks nobody else", async () => {
    const { world } = p.scene;
    await p.delegate(p.ann, STAKE);
    await p.delegate(p.bob, STAKE);
    await earn();
    await claim(p.bob);
    assert.ok((await fees(p.ann)) > 0n);
    await world.send(world.deployer, world.market, "configureToken", [world.asy.address, false, 250, 0]);
    await claim(p.ann);
  });

  test("RevertWhen_ConstructedWithoutPeers", async () => {
    const { world, anyone } = p.scene;
    for (const missing of [0, 1, 2]) {
      const peers = [0, 1, 2].map((index) => (index === missing ? zeroAddress : anyone.address));
      const wants = { errorName: "Delegation_ZeroAddress" };
      await assert.rejects(world.create("staking/DelegationPools.sol", peers), wants);
    }
  });
});

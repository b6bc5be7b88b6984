// Amounts nobody means and tokens nobody expects: docs/spec/market.md and staking.md say what must happen.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { maxUint256 } from "viem";
import type { Actor } from "../support/actor.ts";
import { createScene, passWindow, type Scene } from "../support/scene.ts";
import { Refusal, type Target, type World } from "../support/world.ts";

describe("bad input", () => {
  let scene: Scene;
  let world: World;
  before(async () => {
    scene = await createScene();
    ({ world } = scene);
  });
  beforeEach(() => scene.reset());
  after(() => world.close());

  for (const decimals of [0, 6, 18, 24]) {
    for (const [what, price] of [
      ["dust", 1n],
      ["one token", 10n ** BigInt(decimals)],
      ["a fortune", 10n ** BigInt(Math.min(decimals + 9, 28))],
    ] as const) {
      test(`a job paid in a token of ${decimals} decimals, ${what}: every unit is accounted for`, async () => {
        const token = await listed(world, decimals);
        const { requester, provider, anyone, treasury } = scene;
        await world.send(world.deployer, token, "mint", [requester.address, price]);
        await requester.send(token, "approve", [world.market.address, price]);
        await requester.deposit(price, token);
        const job = await requester.postNew({ token: token.address, maxPrice: price, minPrice: price, feeBps: 100 });
        await provider.claim(job);
        world.pass(60);
        await provider.submit(job);
        passWindow(world, job);
        await anyone.finalize(job);
        await anyone.send(world.market, "collect", [token.address, provider.address]);
        const fee = price / 100n;
        await takeOut(provider, token, price - fee);
        if (fee > 0n) await takeOut(treasury, token, fee);
        assert.equal(await world.read(token, "balanceOf", [world.market.address]), 0n);
      });
    }
  }

  test("zero and the largest number there is are refused by every function that takes an amount", async () => {
    const { provider } = scene;
    const { market, staking, pools, asy } = world;
    const held = () =>
      Promise.all([market, staking, pools].map(({ address }) => world.read(asy, "balanceOf", [address])));
    const before = await held();
    for (const amount of [0n, maxUint256]) {
      const calls: readonly (readonly [Target, string, readonly unknown[]])[] = [
        [market, "deposit", [asy.address, provider.address, amount]],
        [market, "withdraw", [asy.address, provider.address, amount]],
        [staking, "stakeFor", [provider.address, amount]],
        [staking, "requestThaw", [amount]],
        [pools, "delegateStake", [provider.address, amount]],
        [pools, "undelegateStake", [provider.address, amount]],
        [pools, "redelegateStake", [provider.address, scene.requester.address, amount]],
      ];
      for (const [to, functionName, args] of calls) {
        await assert.rejects(provider.send(to, functionName, args), Refusal, `${functionName} of ${amount}`);
      }
    }
    assert.deepEqual(await held(), before);
  });

  test("the smallest stake and the smallest delegation come back whole", async () => {
    const { provider, requester, anyone } = scene;
    await provider.stake(1n);
    await requester.send(world.pools, "delegateStake", [provider.address, 1n]);
    const shares = (
      await world.read<{ shares: bigint }>(world.pools, "delegationOf", [provider.address, requester.address])
    ).shares;
    const wallet = await requester.wallet();
    await requester.send(world.pools, "undelegateStake", [provider.address, shares]);
    await provider.send(world.staking, "requestThaw", [1n]);
    world.pass(Number(await world.read<bigint>(world.staking, "thawPeriod")));
    await anyone.send(world.pools, "withdrawDelegation", [provider.address, requester.address]);
    await anyone.send(world.staking, "withdraw", [provider.address]);
    assert.equal((await requester.wallet()) - wallet, 1n);
  });
});

/** A token of so many decimals that the market takes, at a fee of 1 %. */
async function listed(world: World, decimals: number): Promise<Target> {
  const token = await world.create("mocks/ScaledToken.sol", [decimals]);
  assert.equal(await world.read(token, "decimals"), decimals);
  await world.send(world.deployer, world.market, "configureToken", [token.address, true, 100, 0]);
  return token;
}

async function takeOut(who: Actor, token: Target, amount: bigint): Promise<void> {
  await who.send(who.world.market, "withdraw", [token.address, who.address, amount]);
  assert.equal(await who.wallet(token), amount);
}

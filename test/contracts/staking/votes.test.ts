// Votes of staked ASY, docs/spec/staking.md STK-40 to STK-43.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress } from "viem";
import type { Actor } from "../../support/actor.ts";
import { HOUR, PoolScene } from "../../support/delegators.ts";
import { STAKE } from "../../support/scene.ts";

let p: PoolScene;
before(async () => {
  p = await PoolScene.create();
});
beforeEach(() => p.reset());
after(() => p.scene.world.close());

const staked = (name: string, args: readonly unknown[] = []) =>
  p.scene.world.read<bigint>(p.scene.world.staking, name, args);
const votes = (who: Actor) => staked("getVotes", [who.address]);
const past = (name: string, args: readonly unknown[]) => staked(name, args);
const sync = (who: Actor) => p.scene.anyone.send(p.scene.world.pools, "syncVotes", [p.owner, who.address]);
/** What votes here now, for everybody. */
const total = async () => {
  const { world } = p.scene;
  world.pass(1);
  return past("getPastTotalSupply", [world.now - 1]);
};

describe("staked tokens keep their votes, STK-40", () => {
  test("own and delegated stake votes from its first block, for its owner", async () => {
    const { provider, world } = p.scene;
    assert.equal(await votes(provider), STAKE);
    await p.delegate(p.ann, 500n);
    assert.equal(await votes(p.ann), 500n);
    assert.equal(await votes(provider), STAKE, "a provider does not vote with its delegators' stake");
    assert.equal(await staked("delegates", [p.ann.address]), getAddress(p.ann.address));
    const at = world.now;
    await p.delegate(p.bob, 7n);
    world.pass(10);
    assert.equal(await past("getPastVotes", [p.ann.address, at]), 500n);
    assert.equal(await past("getPastTotalSupply", [at]), 2n * STAKE + 507n);
    assert.equal(Number(await staked("clock")), world.now);
    assert.equal(await world.read(world.staking, "CLOCK_MODE"), "mode=timestamp");
  });

  test("a representative chosen in ASY casts them here too; another may be chosen here", async () => {
    const { world } = p.scene;
    await p.ann.send(world.asy, "delegate", [p.bob.address]);
    await p.delegate(p.ann, 500n);
    assert.equal(await votes(p.bob), 500n);
    await p.ann.send(world.staking, "delegate", [p.rival.address]);
    assert.equal(await votes(p.bob), 0n);
    assert.equal(await votes(p.rival), STAKE + 500n);
    assert.equal(await staked("votingUnitsOf", [p.ann.address]), 500n);
  });

  test("they vote until they are paid out, own and delegated alike", async () => {
    const { provider, world } = p.scene;
    await p.delegate(p.ann, 500n);
    await p.undelegate(p.ann, 200n);
    await provider.send(world.staking, "requestThaw", [300n]);
    assert.deepEqual([await votes(p.ann), await votes(provider)], [500n, STAKE]);
    world.pass(HOUR);
    await p.withdraw(p.ann);
    await provider.send(world.staking, "withdraw", [p.owner]);
    assert.deepEqual([await votes(p.ann), await votes(provider)], [300n, STAKE - 300n]);
  });

  test("redelegation moves stake, not votes", async () => {
    await p.delegate(p.ann, 500n);
    p.scene.world.pass(HOUR);
    await p.redelegate(p.ann, 499n);
    assert.equal(await votes(p.ann), 500n);
  });
});

describe("votes of lost stake, STK-42", () => {
  test("stay until anybody takes them off, and are never counted twice after that", async () => {
    const { provider, world } = p.scene;
    await p.delegate(p.ann, STAKE);
    await p.lock(2n * STAKE);
    await p.lose(STAKE);
    await p.lose(STAKE / 4n);
    assert.deepEqual([await votes(provider), await votes(p.ann)], [STAKE, STAKE]);
    await p.scene.anyone.send(world.staking, "syncVotes", [p.owner]);
    await sync(p.ann);
    const left = (STAKE * 3n) / 4n;
    assert.deepEqual([await votes(provider), await votes(p.ann)], [0n, left]);
    await sync(p.ann);
    await p.scene.anyone.send(world.staking, "syncVotes", [p.owner]);
    assert.equal(await total(), STAKE + left, "the rival's and what is left");
  });

  test("are off before anything else moves: thaw, exit and a new delegation see what is there", async () => {
    const { provider, world } = p.scene;
    await p.lock(100n);
    await p.lose(100n);
    await provider.send(world.staking, "requestThaw", [STAKE - 100n]);
    assert.equal(await votes(provider), STAKE - 100n);
    world.pass(HOUR);
    await provider.send(world.staking, "withdraw", [p.owner]);
    assert.equal(await votes(provider), 0n);
  });

  test("a pool that was reset leaves no votes behind", async () => {
    const { provider } = p.scene;
    await p.delegate(p.ann, STAKE);
    await p.lock(2n * STAKE);
    await p.lose(2n * STAKE);
    await provider.stake(STAKE);
    await p.delegate(p.ann, 5n);
    assert.equal(await votes(p.ann), 5n);
  });
});

describe("INVARIANT votes of liquid and staked are the supply in circulation, STK-43", () => {
  test("after every step; only what nobody owns yet does not vote", async () => {
    const { world, provider, requester, anyone } = p.scene;
    const actors = [p.ann, p.bob, p.rival, provider, requester, anyone];
    for (const actor of actors) await actor.send(world.asy, "delegate", [actor.address]);
    await world.send(world.deployer, world.asy, "delegate", [world.deployer]);
    const check = async (what: string) => {
      let liquid = await world.read<bigint>(world.asy, "getVotes", [world.deployer]);
      for (const actor of actors) liquid += await world.read<bigint>(world.asy, "getVotes", [actor.address]);
      const supply = await world.read<bigint>(world.asy, "totalSupply");
      const escrow = await world.read<bigint>(world.asy, "balanceOf", [world.market.address]);
      const held = (await staked("totalOwed")) + (await world.read<bigint>(world.pools, "totalAssets"));
      const votesHere = await total();
      // credits, what is to burn and the audit fund's share belong to nobody who votes
      const silent = held - votesHere;
      assert.equal(liquid + votesHere + escrow + silent, supply, what);
      const due = (await staked("burnDue")) + (await staked("auditDue"));
      assert.equal(silent, due, `${what}: everything else votes`);
    };
    await check("at first");
    await p.delegate(p.ann, STAKE);
    await p.delegate(p.bob, 3n * STAKE);
    await check("delegated");
    await p.undelegate(p.bob, STAKE);
    await provider.send(world.staking, "requestThaw", [7n]);
    await check("asked back");
    await p.lock(100n);
    await p.lose(100n);
    await p.scene.anyone.send(world.staking, "syncVotes", [p.owner]);
    await check("slashed and synced");
    await anyone.send(world.staking, "burnForfeited");
    await check("burned");
    world.pass(HOUR);
    await p.withdraw(p.bob);
    await provider.send(world.staking, "withdraw", [p.owner]);
    await p.redelegate(p.ann, STAKE / 2n);
    await check("paid out and moved");
  });
});

test("only the pools tell the staking manager about delegated votes", async () => {
  const { world, anyone } = p.scene;
  const args = [getAddress(anyone.address), getAddress(world.pools.address)];
  await anyone.refused(world.staking, "mintVotes", [anyone.address, 1n], "Staking_NotPools", args);
  await anyone.refused(world.staking, "burnVotes", [p.owner, 1n], "Staking_NotPools", args);
});

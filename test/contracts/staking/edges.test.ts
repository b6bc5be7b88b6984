// Bounds to the last unit, each found as a mutant that no other test noticed.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { maxUint96 } from "viem";
import { ASY_UNIT } from "../../support/actor.ts";
import { PoolScene } from "../../support/delegators.ts";
import { STAKE } from "../../support/scene.ts";
import type { World } from "../../support/world.ts";

describe("edges of staking and pools", () => {
  let p: PoolScene;
  let world: World;
  before(async () => {
    p = await PoolScene.create();
    ({ world } = p.scene);
  });
  beforeEach(() => p.reset());
  after(() => world.close());

  test("a reputation that is exactly what a job asks for is enough", async () => {
    const score = await world.read<bigint>(world.reputation, "scoreOf", [p.owner]);
    const { requester, provider } = p.scene;
    await provider.claim(await requester.postNew({ minReputation: Number(score) }));
    const more = await requester.postNew({ lane: 1, minReputation: Number(score) + 1 });
    await provider.refused(world.market, "claim", [more.terms, p.owner], "Staking_ReputationTooLow");
  });

  test("a pool may hold up to 96 bits: the last unit is refused by the token, one more by the pool", async () => {
    const lastUnit = [p.owner, maxUint96];
    await p.ann.refused(world.pools, "delegateStake", lastUnit, "ERC20InsufficientBalance");
    await p.ann.refused(world.pools, "delegateStake", [p.owner, maxUint96 + 1n], "Delegation_TooLarge");
  });

  test("a token that is not listed is shared with nobody, whoever delegates", async () => {
    const token = await world.create("mocks/TestToken.sol");
    await p.delegate(p.ann, 1_000n * ASY_UNIT);
    await world.impersonate(world.market.address);
    const args = [p.owner, token.address, 1_000n];
    const { events } = await world.send(world.market.address, world.pools, "shareFees", args);
    assert.deepEqual(events, []);
  });

  test("a listed token is shared with nobody where nobody delegates, even without own stake", async () => {
    const nobody = p.scene.anyone.address;
    await world.impersonate(world.market.address);
    const args = [nobody, world.asy.address, 1_000n];
    const { events } = await world.send(world.market.address, world.pools, "shareFees", args);
    assert.deepEqual(events, []);
  });

  test("a pool that lost everything has no exits under way", async () => {
    await p.delegate(p.ann, STAKE);
    const { shares } = await p.held(p.ann);
    await p.lock(2n * STAKE);
    await p.undelegate(p.ann, shares / 2n);
    await p.lose(2n * STAKE);
    assert.equal((await p.pool()).exiting, 0n);
    assert.equal((await p.pool()).shares, 0n);
    await p.delegate(p.bob, STAKE);
    assert.equal(await world.read(world.pools, "backingOf", [p.owner]), STAKE, "all of the new pool backs bonds");
  });
});

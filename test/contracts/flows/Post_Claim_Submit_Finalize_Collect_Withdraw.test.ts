import assert from "node:assert/strict";
import { test } from "node:test";
import { Actor, ASY_UNIT } from "../../support/actor.ts";
import { createWorld } from "../../support/world.ts";

test("Post_Claim_Submit_Finalize_Collect_Withdraw: every token ends where the terms say, lane after lane", async () => {
  const world = await createWorld();
  const requester = await new Actor(world, 1).funded(1_000n * ASY_UNIT);
  const provider = await new Actor(world, 2).funded(250n * ASY_UNIT);
  const operator = new Actor(world, 3);
  const keeper = new Actor(world, 4);
  const treasury = world.deployment.config as { market: { treasury: string } };
  await requester.deposit(1_000n * ASY_UNIT);
  await provider.stake(250n * ASY_UNIT);
  await provider.send(world.staking, "setOperator", [operator.address, true]);

  for (let generation = 1; generation <= 3; generation++) {
    const job = await requester.postNew({ generation });
    await operator.claim(job, provider.address);
    world.pass(300);
    await operator.submit(job);
    world.pass(job.fields.window);
    await keeper.finalize(job);
  }
  await keeper.send(world.market, "collect", [world.asy.address, provider.address]);

  const gross = 300n * ASY_UNIT;
  const fee = (gross * 250n) / 10_000n;
  assert.equal(await provider.balance(), gross - fee);
  assert.equal(await requester.balance(), 700n * ASY_UNIT);
  assert.equal(await world.read(world.market, "balanceOf", [world.asy.address, treasury.market.treasury]), fee);
  await provider.send(world.market, "withdraw", [world.asy.address, provider.address, gross - fee]);
  await requester.send(world.market, "withdraw", [world.asy.address, requester.address, 700n * ASY_UNIT]);
  assert.equal(await provider.wallet(), gross - fee);
  assert.equal(await world.read(world.asy, "balanceOf", [world.market.address]), fee);

  await provider.send(world.staking, "requestThaw", [250n * ASY_UNIT]);
  world.pass(3_600);
  await keeper.send(world.staking, "withdraw", [provider.address]);
  assert.equal(await provider.wallet(), gross - fee + 250n * ASY_UNIT);
  assert.equal(await world.read(world.asy, "balanceOf", [world.staking.address]), 0n);
  await world.close();
});

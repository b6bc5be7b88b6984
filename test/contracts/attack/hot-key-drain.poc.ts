import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ASY_UNIT } from "../../support/actor.ts";
import { createScene, type Scene, STAKE } from "../../support/scene.ts";

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

const HOUR = 3600;
const MIN_BOND = 10n * ASY_UNIT;

test("a hot key cannot carry the provider's stake away", async () => {
  const { world, provider, operator, treasury } = scene;
  const start = world.now;
  const thief = await operator.funded(ASY_UNIT); // escrow: one token of price, refunded each time
  await thief.deposit(ASY_UNIT);
  for (let generation = 1; world.now - start < HOUR; generation++) {
    const { free } = await provider.stakes();
    if (free < MIN_BOND) break;
    const job = await thief.postNew({
      generation,
      bond: free,
      runTime: 60,
      maxPrice: ASY_UNIT,
      minPrice: ASY_UNIT,
      provider: provider.address,
    });
    await thief.claim(job, provider.address);
    world.pass(61);
    await thief.expire(job);
  }
  await thief.send(world.staking, "claimCredit", [thief.address]);
  const stolen = await thief.wallet();
  assert.equal(await thief.balance(), ASY_UNIT, "the escrow came back in full");
  assert.equal(await treasury.balance(), 0n);
  assert.ok(
    stolen < STAKE / 10n,
    `the hot key took ${stolen / ASY_UNIT} of ${STAKE / ASY_UNIT} ASY in ${world.now - start} s`,
  );
});

test("stake cannot leave before it has thawed", async () => {
  const { world, provider } = scene;
  await world.send(world.deployer, world.staking, "setThawPeriod", [7 * 24 * HOUR]);
  await provider.deposit(ASY_UNIT);
  const before = await provider.wallet();
  const start = world.now;
  for (let generation = 1; world.now - start < HOUR; generation++) {
    const { free } = await provider.stakes();
    if (free < MIN_BOND) break;
    const job = await provider.postNew({ generation, bond: free, runTime: 60, maxPrice: 1n, minPrice: 1n });
    await provider.claim(job);
    world.pass(61);
    await provider.expire(job);
  }
  await provider.send(world.staking, "claimCredit", [provider.address]);
  const left = (await provider.wallet()) - before;
  assert.equal(
    left,
    0n,
    `${left / ASY_UNIT} of ${STAKE / ASY_UNIT} ASY left within ${world.now - start} s of a seven-day thaw`,
  );
});

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { zeroAddress } from "viem";
import { type Actor, ASY_UNIT, submitArgs } from "../../support/actor.ts";
import { createScene, registerMock, type Scene, STAKE, setTerms, tell, VERDICT } from "../../support/scene.ts";
import type { Target } from "../../support/world.ts";

let scene: Scene;
let strategy: Target;
let reset: () => Promise<void>;
before(async () => {
  scene = await createScene();
  strategy = await registerMock(scene.world, 1);
  reset = await scene.world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

const HOUR = 3600;
const MIN_BOND = 10n * ASY_UNIT;
const CHEAP = { maxPrice: ASY_UNIT, minPrice: ASY_UNIT, runTime: 60 };

const credit = (account: Actor) => scene.world.read<bigint>(scene.world.staking, "creditOf", [account.address]);
const burnDue = () => scene.world.read<bigint>(scene.world.staking, "burnDue");
const exposure = () => scene.world.read<bigint>(scene.world.staking, "exposureOf", [scene.provider.address]);

/** What an operator may still lock: a multiple of 1,000 units, so that no share is rounded. */
async function exposed(): Promise<bigint> {
  const { stake, locked } = await scene.provider.stakes();
  const left = (stake * (await exposure())) / 10_000n - locked;
  return left - (left % 1_000n);
}

describe("a stolen hot key that posts jobs for the provider whose key it is", () => {
  test("and lets them expire: it gets less than a tenth of the stake, the owner loses a fifth at most", async () => {
    const { world, provider, operator } = scene;
    const thief = await operator.funded(ASY_UNIT); // escrow: one token of price, refunded each time
    await thief.deposit(ASY_UNIT);
    let generation = 0;
    for (; generation < 1_000; generation++) {
      const bond = await exposed();
      if (bond < MIN_BOND) break;
      const job = await thief.postNew({ generation: generation + 1, bond, ...CHEAP, provider: provider.address });
      await thief.claim(job, provider.address);
      world.pass(61);
      await thief.expire(job);
    }
    const { stake } = await provider.stakes();
    const stolen = await credit(thief);
    assert.ok(generation > 20, `it is a drain: ${generation} jobs`);
    assert.equal(await thief.balance(), ASY_UNIT, "the escrow came back in full");
    assert.equal(stolen + (await burnDue()), STAKE - stake);
    assert.equal(stolen, ((STAKE - stake) * 45n) / 100n);
    assert.ok(STAKE - stake <= STAKE / 5n, `${(STAKE - stake) / ASY_UNIT} of ${STAKE / ASY_UNIT} ASY are lost`);
    assert.ok(stolen < (STAKE * 9n) / 100n, `the hot key took ${stolen / ASY_UNIT} of ${STAKE / ASY_UNIT} ASY`);
    await thief.send(world.staking, "claimCredit", [thief.address]);
    assert.equal(await thief.wallet(), stolen);
  });

  test("and has its own rubbish rejected, as requester and as finder: two fifths of a fifth", async () => {
    const { world, provider, operator } = scene;
    const thief = await operator.funded(ASY_UNIT);
    await thief.deposit(ASY_UNIT);
    await setTerms(world, strategy, { finder: thief.address });
    await tell(world, strategy, 0, VERDICT.rejected);
    const job = await thief.postNew({ bond: await exposed(), ...CHEAP, policy: 3 });
    await thief.claim(job, provider.address);
    await thief.submit(job);
    await thief.reject(job);
    assert.equal(await credit(thief), (STAKE * 8n) / 100n);
    assert.equal(await exposure(), 0n);
    const next = await thief.postNew({ generation: 2, bond: MIN_BOND, ...CHEAP });
    await thief.refused(world.market, "claim", [next.terms, provider.address], "Staking_OverExposed");
  });

  test("in many jobs at once: no more is at risk than one after the other", async () => {
    const { world, provider, operator } = scene;
    const thief = await operator.funded(100n * ASY_UNIT);
    await thief.deposit(100n * ASY_UNIT);
    const jobs = [];
    for (let lane = 0; lane < 20; lane++) {
      const job = await thief.postNew({ lane, bond: MIN_BOND, ...CHEAP, provider: zeroAddress });
      await thief.claim(job, provider.address);
      jobs.push(job);
    }
    const one = await thief.postNew({ lane: 20, bond: MIN_BOND, ...CHEAP });
    await thief.refused(world.market, "claim", [one.terms, provider.address], "Staking_OverExposed");
    world.pass(61);
    for (const job of jobs) await thief.expire(job);
    assert.equal((await provider.stakes()).stake, STAKE - 20n * ASY_UNIT);
    assert.ok((await exposure()) < 1_801n);
  });

  test("cannot touch the owner's own jobs, nor raise the exposure, nor name another operator", async () => {
    const { world, provider, operator, requester } = scene;
    const job = await requester.postNew({ bond: STAKE / 2n });
    await provider.claim(job);
    const { terms, run, nonce, claimer, runRoot } = job;
    await operator.refused(world.market, "submit", submitArgs(job), "Market_StaleJob");
    const asOwner = [terms, run, nonce, claimer, runRoot, nonce, nonce];
    await operator.refused(world.market, "submitForClaimer", asOwner, "Market_NotProvider");
    await operator.send(world.staking, "setExposure", [10_000]);
    await operator.send(world.staking, "setOperator", [requester.address, true]);
    assert.equal(await exposure(), 2_000n);
    assert.equal(await world.read(world.staking, "isOperator", [provider.address, requester.address]), false);
  });
});

describe("stake that leaves by penalties instead of by the thaw", () => {
  test("being late with itself: at least 55 % of what leaves is burned", async () => {
    const { world, provider, anyone } = scene;
    await world.send(world.deployer, world.staking, "setThawPeriod", [7 * 24 * HOUR]);
    await provider.deposit(ASY_UNIT);
    const start = world.now;
    for (let generation = 1; world.now - start < HOUR; generation++) {
      const { free } = await provider.stakes();
      const bond = free - (free % 1_000n);
      if (bond < MIN_BOND) break;
      const job = await provider.postNew({ generation, bond, runTime: 60, maxPrice: 1n, minPrice: 1n });
      await provider.claim(job);
      world.pass(61);
      await provider.expire(job);
    }
    const lost = STAKE - (await provider.stakes()).stake;
    assert.ok(lost > (STAKE * 9n) / 10n, "nearly all of the stake goes this way");
    const burned = await burnDue();
    assert.ok(burned * 100n >= lost * 55n, `${burned} of ${lost} burned`);
    assert.equal(burned + (await credit(provider)), lost);
    const supply = await world.read<bigint>(world.asy, "totalSupply");
    await anyone.send(world.staking, "burnForfeited");
    assert.equal(await world.read(world.asy, "totalSupply"), supply - burned);
  });

  test("having its own result rejected by a friend: 45 % is burned, 15 % goes to the audit fund", async () => {
    const { world, provider } = scene;
    await provider.deposit(ASY_UNIT);
    await setTerms(world, strategy, { finder: provider.address });
    await tell(world, strategy, 0, VERDICT.rejected);
    const job = await provider.postNew({ bond: STAKE, maxPrice: 1n, minPrice: 1n, policy: 3 });
    await provider.claim(job);
    await provider.submit(job);
    await provider.reject(job);
    assert.equal(await burnDue(), (STAKE * 45n) / 100n);
    assert.equal(await world.read(world.staking, "auditDue"), (STAKE * 15n) / 100n);
    assert.equal(await credit(provider), (STAKE * 4n) / 10n);
  });
});

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { Actor, ASY_UNIT, expireArgs, type Job, recordClaim } from "../../support/actor.ts";
import { createScene, DEPOSIT, passWindow, type Scene, STAKE } from "../../support/scene.ts";
import type { Receipt } from "../../support/world.ts";

let scene: Scene;
let rescuer: Actor;
let reset: () => Promise<void>;
before(async () => {
  scene = await createScene();
  rescuer = await new Actor(scene.world, 6).funded(10_000n * ASY_UNIT);
  await rescuer.stake(STAKE);
  reset = await scene.world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

const BOND = 100n * ASY_UNIT;

async function late(overrides: Parameters<Actor["postNew"]>[0] = {}): Promise<Job> {
  const { world, requester, operator, provider } = scene;
  const job = await requester.postNew({ bond: BOND, ...overrides });
  world.pass(500);
  await operator.claim(job, provider.address);
  world.now = job.claimedAt + job.fields.runTime + 1;
  return job;
}

const rescueArgs = (job: Job, by: Actor = rescuer) => [...expireArgs(job), by.address];

describe("rescue", () => {
  test("another provider takes over for a share of the late one's bond, at the price that was agreed, RSC-01", async () => {
    const { world, requester, provider, anyone } = scene;
    const job = await late({ minPrice: 40n * ASY_UNIT, rampStart: world.now, rampLength: 1_000 });
    const price = 70n * ASY_UNIT;
    const receipt = await rescuer.send(world.market, "rescue", rescueArgs(job));
    recordClaim(job, receipt);
    assert.equal(job.claimedAt, world.now, "the run time begins anew");
    assert.equal((await provider.stakes()).stake, STAKE - BOND / 10n);
    assert.deepEqual(await rescuer.stakes(), { stake: STAKE, locked: BOND, free: STAKE - BOND });
    const credit = (of: Actor) => world.read<bigint>(world.staking, "creditOf", [of.address]);
    assert.deepEqual(await Promise.all([requester, rescuer].map(credit)), [
      (BOND * 200n) / 10_000n,
      (BOND * 250n) / 10_000n,
    ]);
    assert.equal(await world.read(world.staking, "burnDue"), (BOND * 550n) / 10_000n);
    await rescuer.submit(job);
    passWindow(world, job);
    await anyone.finalize(job);
    const { gross } = await rescuer.earned();
    assert.ok(gross <= price && price - gross <= (100n * ASY_UNIT) / (2n ** 31n - 1n) + 1n);
    assert.equal(await requester.balance(), DEPOSIT - gross, "what rounding took off went back");
  });

  test("the late one's claim is worth nothing any more, RSC-02", async () => {
    const { world, anyone, operator } = scene;
    const job = await late();
    const old = { ...job };
    recordClaim(job, await rescuer.send(world.market, "rescue", rescueArgs(job)));
    assert.notEqual(job.nonce, old.nonce);
    await anyone.refused(world.market, "expire", expireArgs(old), "Market_StaleJob");
    await operator.refused(
      world.market,
      "submit",
      [old.terms, old.run, old.nonce, old.id, old.id, old.id],
      "Market_StaleJob",
    );
  });

  test("once, late, by another, and not of a job that names its provider, RSC-03", async () => {
    const { world, provider, operator, anyone } = scene;
    const job = await late();
    world.now -= 1;
    await rescuer.refused(world.market, "rescue", rescueArgs(job), "Market_TooEarly");
    world.now += 1;
    await operator.refused(world.market, "rescue", rescueArgs(job, provider), "Market_NotRescuable", [job.id]);
    await anyone.refused(world.market, "rescue", rescueArgs(job), "Staking_NotOperator");
    await world.send(world.deployer, world.market, "setPause", [2]);
    await rescuer.refused(world.market, "rescue", rescueArgs(job), "Market_Paused");
    await world.send(world.deployer, world.market, "setPause", [0]);
    recordClaim(job, await rescuer.send(world.market, "rescue", rescueArgs(job)));
    world.now = job.claimedAt + job.fields.runTime + 1;
    await provider.refused(world.market, "rescue", rescueArgs(job, provider), "Market_NotRescuable");
    await anyone.expire(job);
    assert.equal((await rescuer.stakes()).stake, STAKE - BOND / 10n, "the rescuer was late too");
    const named = await late({ lane: 1, provider: provider.address });
    await rescuer.refused(world.market, "rescue", rescueArgs(named), "Market_NotRescuable");
  });

  test("the price stays, to the last unit, also of dust, RSC-01", async () => {
    const { world, requester, operator, provider } = scene;
    const priceIn = ({ events }: Receipt) => events.find(({ name }) => name === "JobClaimed")!.args.price;
    for (const [lane, early] of [0, 17, 300, 519].entries()) {
      const ramp = { minPrice: 1n, maxPrice: 282n, rampStart: world.now - early, rampLength: 520 };
      const job = await requester.postNew({ bond: BOND, lane, ...ramp });
      const claim = await operator.claim(job, provider.address);
      world.now = job.claimedAt + job.fields.runTime + 1;
      assert.equal(priceIn(await rescuer.send(world.market, "rescue", rescueArgs(job))), priceIn(claim));
    }
  });

  test("a price too small for a quote is not rescued, but expired, RSC-04", async () => {
    const { world, anyone, requester } = scene;
    const job = await late({ minPrice: 1n, rampStart: world.now + 4_000, rampLength: 100 });
    await rescuer.refused(world.market, "rescue", rescueArgs(job), "Market_NotRescuable");
    await anyone.expire(job);
    assert.equal(await requester.balance(), DEPOSIT);
  });
});

describe("demands on providers, JOB-18", () => {
  test("own stake and capabilities are asked for at the claim", async () => {
    const { world, requester, provider, operator } = scene;
    const rich = await requester.postNew({ minStake: STAKE + 1n });
    await provider.refused(world.market, "claim", [rich.terms, provider.address], "Staking_StakeTooLow");
    const gpu = await requester.postNew({ lane: 1, capabilities: 5n, memoryClass: 4 });
    const claim = [gpu.terms, provider.address];
    await operator.refused(world.market, "claim", claim, "Market_NotCapable");
    const record = (sequence: number, capabilities: bigint, memoryClass: number) => [
      {
        provider: provider.address,
        sequence,
        capabilities,
        memoryClass,
        expiry: world.now + 1_000,
        pricePerHour: 0n,
        endpoint: "",
      },
    ];
    await operator.send(world.registry, "setRecord", record(1, 4n, 4));
    await operator.refused(world.market, "claim", claim, "Market_NotCapable");
    await operator.send(world.registry, "setRecord", record(2, 7n, 3));
    await operator.refused(world.market, "claim", claim, "Market_NotCapable");
    await operator.send(world.registry, "setRecord", record(3, 7n, 4));
    world.pass(1_001);
    await operator.refused(world.market, "claim", claim, "Market_NotCapable");
    await operator.send(world.registry, "setRecord", record(4, 7n, 4));
    await operator.claim(gpu, provider.address);
  });
});

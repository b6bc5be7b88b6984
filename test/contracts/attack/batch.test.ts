import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Actor, ASY_UNIT, type Job, laneStatus, STATUS, settlement } from "../../support/actor.ts";
import { createScene, MANNER, registerMock, type Scene, STAKE, tell, VERDICT } from "../../support/scene.ts";
import type { Target } from "../../support/world.ts";

let scene: Scene;
let token: Target;
before(async () => {
  scene = await createScene();
  const { world, requester } = scene;
  token = await world.create("mocks/TestToken.sol");
  await world.send(world.deployer, world.market, "configureToken", [token.address, true, 100, 0]);
  await requester.send(token, "mint", [requester.address, 10_000n]);
  await requester.send(token, "approve", [world.market.address, 10_000n]);
  await requester.deposit(10_000n, token);
});
after(() => scene.world.close());

/** One strategy for each way to misbehave, under numbers 1, 2, ...; all of them accept until they are told otherwise. */
async function moods(): Promise<{ strategy: Target; manner: number; policy: number }[]> {
  const { world } = scene;
  const all = [];
  for (const [index, manner] of Object.values(MANNER).entries()) {
    const strategy = await registerMock(world, index + 1);
    await tell(world, strategy, MANNER.answer, VERDICT.accepted);
    all.push({ strategy, manner, policy: 1 | (1 << (index + 1)) });
  }
  return all;
}

test("hostile members between paying ones: providers, tokens and strategies mixed, each honest member paid once", async () => {
  const { world, requester, provider, anyone } = scene;
  const other = await new Actor(world, 6).funded(STAKE);
  await other.stake(STAKE);
  const misbehaving = await moods();
  const inToken = { token: token.address, feeBps: 100, maxPrice: 500n, minPrice: 500n };
  const honest: Job[] = [];
  const hostile: Job[] = [];
  const take = async (worker: Actor, job: Job) => {
    await worker.claim(job);
    await worker.submit(job);
    return job;
  };
  for (const [index, { policy }] of misbehaving.entries()) {
    // The hostile member has the provider and token of its honest neighbour: the group goes on across it.
    const terms = index % 2 === 0 ? inToken : {};
    const worker = index % 3 === 0 ? other : provider;
    honest.push(await take(worker, await requester.postNew({ ...terms, bond: 10n * ASY_UNIT, lane: 2 * index })));
    const job = await requester.postNew({ ...terms, bond: 10n * ASY_UNIT, lane: 2 * index + 1, policy });
    hostile.push(await take(worker, job));
  }
  world.pass(86_400);
  for (const { strategy, manner } of misbehaving) await tell(world, strategy, manner, VERDICT.rejected);

  const members = honest.flatMap((job, index) => [
    settlement(job),
    settlement(hostile[index]!),
    settlement(honest[0]!),
  ]);
  const { events } = await anyone.send(world.market, "finalizeBatch", [members]);

  const named = (name: string) => events.filter((event) => event.name === name).map(({ args }) => args.id);
  assert.deepEqual(
    named("JobFinalized"),
    honest.map(({ id }) => id),
  );
  assert.equal(named("SettlementSkipped").length, members.length - honest.length);
  for (const job of hostile) assert.equal(await laneStatus(world, job), STATUS.submitted);
  const price = 100n * ASY_UNIT;
  const paid = async (of: Target) => (await provider.earned(of)).gross + (await other.earned(of)).gross;
  assert.equal(await paid(world.asy), 3n * price);
  assert.equal(await paid(token), 3n * 500n);
  const locked = (await provider.stakes()).locked + (await other.stakes()).locked;
  assert.equal(locked, 60n * ASY_UNIT, "the bonds of the skipped stay, all others are free");

  // The skipped are not lost: every one of them ends, and nothing is left but what is owed to accounts.
  world.pass(30 * 86_400);
  for (const [index, job] of hostile.entries()) {
    await (misbehaving[index]!.manner === MANNER.answer ? anyone.reject(job) : anyone.resolveStalled(job));
  }
  for (const money of [world.asy, token]) {
    const { gross } = await provider.earned(money);
    const owed = (await requester.balance(money)) + gross + (await other.earned(money)).gross;
    assert.equal(await world.read(money, "balanceOf", [world.market.address]), owed);
  }
});

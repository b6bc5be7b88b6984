// The rewards bot against the real market, in one process with the chain.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openRewards } from "../../keepers/src/bots/rewards/bot.ts";
import { ASY_UNIT, type Job, settleArgs } from "../support/actor.ts";
import { createGoverned, type Governed } from "../support/governed.ts";
import { passWindow } from "../support/scene.ts";
import { openBot } from "./keeper.ts";

const HOUR = 3_600;
let governed: Governed;
let jobs: Job[];

before(async () => {
  governed = await createGoverned();
  const { world, alice, bob } = governed;
  await alice.deposit(10_000n * ASY_UNIT);
  await bob.stake(50_000n * ASY_UNIT);
  jobs = [];
  for (let lane = 0; lane < 4; lane++) {
    const job = await alice.postNew({ lane });
    await bob.claim(job);
    world.pass(60);
    await bob.submit(job);
    jobs.push(job);
  }
  for (const job of jobs) passWindow(world, job);
  world.now = Math.ceil(world.now / HOUR) * HOUR;
});
after(() => governed.world.close());

for (const mode of ["auto", "oversight"]) {
  test(`what is earned after a collection waits for the next hour, and is neither told nor asked for until then: ${mode}`, async () => {
    const { world, bob, anyone } = governed;
    const settings = {
      "rewards.enabled": "true",
      "rewards.mode": mode,
      "rewards.spreadSeconds": "0",
      "rewards.accounts": bob.address,
    };
    const bot = await openBot(governed, settings, openRewards);
    const { approvals } = bot.context;
    const earn = () => anyone.send(world.market, "finalize", settleArgs(jobs.pop()!));
    const collect = async () => {
      await bot.look();
      for (const { id } of approvals.list()) approvals.approve(id);
      world.pass(2);
      await bot.look();
    };
    const done = async () => /end="done"\} (\d+)/.exec(await bot.metric("assay_keeper_duties_total"))?.[1];
    try {
      if ((await bob.earned()).gross === 0n) await earn();
      await collect();
      assert.deepEqual([(await bob.earned()).gross, await done()], [0n, "1"]);
      await earn();
      for (let looks = 0; looks < 3; looks++) {
        world.pass(2);
        await bot.look();
      }
      assert.deepEqual([await done(), approvals.all()], ["1", []]);
      assert.ok((await bob.earned()).gross > 0n);
      world.pass(HOUR);
      await collect();
      assert.deepEqual([(await bob.earned()).gross, await done()], [0n, "2"]);
      world.pass(HOUR);
    } finally {
      bot.close();
    }
  });
}

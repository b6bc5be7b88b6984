import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress, zeroAddress } from "viem";
import { ASY_UNIT, type Job, laneStatus, STATUS } from "../../support/actor.ts";
import { createScene, DEPOSIT, passWindow, type Scene } from "../../support/scene.ts";
import type { Target } from "../../support/world.ts";

let scene: Scene;
let feed: Target;
let reset: () => Promise<void>;
let round = 10n;
const HEARTBEAT = 3_600;
before(async () => {
  scene = await createScene();
  const { world } = scene;
  feed = await world.create("mocks/TestAggregator.sol", [8, 50_000_000n]);
  await admin("setFeed", [world.asy.address, feed.address, HEARTBEAT, 500]);
  reset = await world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

const admin = (functionName: string, args: readonly unknown[]) =>
  scene.world.send(scene.world.deployer, scene.world.feeds, functionName, args);
/** Lets the feed answer with 8 decimals, as of `at`. */
const answer = (value: bigint, at = scene.world.now, source = feed) =>
  scene.world.send(scene.world.deployer, source, "updateRoundData", [round++, value, at, at]);

const DOLLARS = 20n * ASY_UNIT;
const posted = (overrides: Parameters<typeof scene.requester.postNew>[0] = {}) =>
  scene.requester.postNew({ rule: 2, minPrice: DOLLARS, ...overrides });
const refused = (job: Job, error: string, values?: readonly unknown[]) =>
  scene.provider.refused(scene.world.market, "claim", [job.terms, scene.provider.address], error, values);

describe("prices in dollars, USD", () => {
  test("converted once, at the claim, rounded up; the rest of the escrow goes back, USD-01", async () => {
    const { world, requester, provider, anyone } = scene;
    const job = await posted();
    await answer(50_000_000n);
    await provider.claim(job);
    // 20 dollars at half a dollar: 40 ASY, and at most one unit of the quote more
    const price = DEPOSIT - (await requester.balance());
    assert.ok(price >= 40n * ASY_UNIT && price <= 40n * ASY_UNIT + (100n * ASY_UNIT) / (2n ** 31n - 1n) + 1n);
    await answer(100_000_000n);
    await provider.submit(job);
    passWindow(world, job);
    await anyone.finalize(job);
    assert.equal((await provider.earned()).gross, price, "the price does not move after the claim");
  });

  test("a token with six decimals and a feed with eighteen, USD-02", async () => {
    const { world } = scene;
    const token = await world.create("mocks/DecimalsToken.sol", [6]);
    const other = await world.create("mocks/TestAggregator.sol", [18, 3n * ASY_UNIT]);
    await admin("setFeed", [token.address, other.address, HEARTBEAT, 500]);
    await answer(3n * ASY_UNIT, world.now, other);
    const { events } = await world.send(world.deployer, world.feeds, "tokensForUp", [token.address, 10n * ASY_UNIT]);
    assert.deepEqual(events, []);
    assert.equal(await world.read(world.feeds, "tokensForUp", [token.address, 10n * ASY_UNIT]), 3_333_334n);
  });

  test("above the escrow there is no claim, and the requester may cancel, USD-03", async () => {
    const { requester } = scene;
    const job = await posted();
    await answer(19_000_000n);
    await refused(job, "Market_PriceOutOfRange");
    await requester.cancel(job);
    assert.equal(await requester.balance(), DEPOSIT);
  });

  test("stale, future, absurd and missing answers are refused, USD-04", async () => {
    const { world, requester } = scene;
    const job = await posted();
    await answer(50_000_000n, world.now - HEARTBEAT - 1);
    await refused(job, "Feeds_StaleAnswer");
    await answer(50_000_000n, world.now + 1);
    await refused(job, "Feeds_StaleAnswer");
    await answer(0n);
    await refused(job, "Feeds_BadAnswer");
    await answer(-1n);
    await refused(job, "Feeds_BadAnswer");
    await answer(2n ** 128n);
    await refused(job, "Feeds_BadAnswer");
    await answer(2n ** 128n - 1n);
    const worth = await world.read(world.feeds, "tokensForUp", [world.asy.address, DOLLARS]);
    assert.equal(worth, 1n, "the largest answer is no absurd one");
    await admin("setFeed", [world.asy.address, zeroAddress, 0, 0]);
    await refused(job, "Feeds_NoFeed");
    await requester.cancel(job);
  });

  test("a jump is refused for an hour after the last accepted answer, then taken, USD-05", async () => {
    const { world, provider } = scene;
    const [first, second, third] = [await posted(), await posted({ lane: 1 }), await posted({ lane: 2 })];
    await answer(50_000_000n);
    await provider.claim(first!);
    await answer(52_500_001n);
    await refused(second!, "Feeds_Deviation");
    await answer(47_499_999n);
    await refused(second!, "Feeds_Deviation");
    await answer(52_500_000n);
    await provider.claim(second!);
    // the first answer stays the measure: small steps are no way around it
    await answer(55_000_000n);
    await refused(third!, "Feeds_Deviation");
    world.pass(3_600);
    await answer(80_000_000n);
    await provider.claim(third!);
    assert.equal(await laneStatus(world, third!), STATUS.claimed);
    const [, , , last] = await world.read<readonly bigint[]>(world.feeds, "feedOf", [world.asy.address]);
    assert.equal(last, 80_000_000n);
  });

  test("while the sequencer is down, and for its grace time after, no price is used, USD-06", async () => {
    const { world, provider } = scene;
    const sequencer = await world.create("mocks/TestAggregator.sol", [0, 0n]);
    await admin("setSequencer", [sequencer.address, 600n]);
    assert.deepEqual(await world.read(world.feeds, "sequencer"), [getAddress(sequencer.address), 600n]);
    const job = await posted();
    await answer(50_000_000n);
    await answer(1n, world.now, sequencer);
    await refused(job, "Feeds_SequencerDown");
    await answer(0n, world.now, sequencer);
    await refused(job, "Feeds_SequencerGrace");
    world.pass(600);
    await provider.claim(job);
  });

  test("bounds of a feed's configuration, USD-07", async () => {
    const { world, anyone } = scene;
    const asy = world.asy.address;
    const bad = (args: readonly unknown[], error: string) =>
      world.refused(world.deployer, world.feeds, ["setFeed", args], error);
    await bad([asy, feed.address, 0, 500], "Feeds_HeartbeatOutOfRange");
    await bad([asy, feed.address, 2 * 86_400 + 1, 500], "Feeds_HeartbeatOutOfRange");
    await bad([asy, feed.address, 60, 0], "Feeds_DeviationOutOfRange");
    await bad([asy, feed.address, 60, 10_001], "Feeds_DeviationOutOfRange");
    const odd = await world.create("mocks/TestAggregator.sol", [37, 1n]);
    await bad([asy, odd.address, 60, 500], "Feeds_TooManyDecimals");
    const many = await world.create("mocks/DecimalsToken.sol", [37]);
    await bad([many.address, feed.address, 60, 500], "Feeds_TooManyDecimals");
    const most = await world.create("mocks/TestAggregator.sol", [36, 10n ** 36n]);
    await admin("setFeed", [asy, most.address, 2 * 86_400, 10_000]);
    await answer(10n ** 36n, world.now, most);
    assert.equal(await world.read(world.feeds, "tokensForUp", [asy, DOLLARS]), DOLLARS, "36 decimals are not too many");
    await anyone.refused(world.feeds, "setFeed", [asy, feed.address, 60, 500], "AccessManagedUnauthorized");
    await anyone.refused(world.feeds, "setSequencer", [feed.address, 1n], "AccessManagedUnauthorized");
  });
});

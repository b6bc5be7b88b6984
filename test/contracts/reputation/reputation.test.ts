// Records fed by outcomes, and what they are worth, docs/spec/reputation.md.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import fc from "fast-check";
import { getAddress, zeroAddress } from "viem";
import { decayRecord, recordFailures, recordSuccess, scoreOf } from "../../../sdk/src/codec/reputation.ts";
import { Actor, ASY_UNIT } from "../../support/actor.ts";
import {
  createScene,
  MANNER,
  passWindow,
  registerMock,
  type Scene,
  STAKE,
  submittedJob,
  tell,
  VERDICT,
} from "../../support/scene.ts";
import type { Target } from "../../support/world.ts";

const DAY = 86_400;

let scene: Scene;
let harness: Target;
let strategy: Target;
let reset: () => Promise<void>;
before(async () => {
  scene = await createScene();
  harness = await scene.world.create("mocks/LibraryHarness.sol");
  strategy = await registerMock(scene.world, 1);
  reset = await scene.world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

const owner = () => scene.provider.address;
const registry = <Result = bigint>(name: string, args: readonly unknown[] = []) =>
  scene.world.read<Result>(scene.world.reputation, name, args);
const score = () => registry("scoreOf", [owner()]);
const record = async () => {
  const [good, bad] = await registry<readonly [bigint, bigint]>("recordOf", [owner()]);
  return { good, bad };
};
let generation = 0;
/** One paid job, by whom it is asked for. */
async function work(requester = scene.requester) {
  const job = await submittedJob({ ...scene, requester }, { lane: 30, generation: ++generation });
  passWindow(scene.world, job);
  await scene.anyone.finalize(job);
}

describe("outcomes feed the record, REP-03, REP-04", () => {
  test("an accepted result counts, once a day", async () => {
    assert.equal(await score(), 2_500n);
    await work();
    assert.deepEqual(await record(), { good: 1_024n, bad: 0n });
    assert.equal(await score(), 4_000n);
    await work();
    assert.deepEqual(await record(), { good: 1_024n, bad: 0n });
    scene.world.pass(DAY);
    await work();
    const wanted = recordSuccess({ good: 1_024n, bad: 0n, day: 0n }, 1n);
    assert.deepEqual(await record(), { good: wanted.good, bad: 0n });
  });

  test("self-dealing: a job that a provider asked for itself counts nothing, nor do a friend's many more than one", async () => {
    const { world, provider } = scene;
    await provider.deposit(1_000n * ASY_UNIT);
    await work(provider);
    assert.equal(await score(), 2_500n);
    const friends = [7, 8, 9].map((index) => new Actor(world, index));
    for (const friend of friends) {
      await friend.funded(1_000n * ASY_UNIT);
      await friend.deposit(1_000n * ASY_UNIT);
      const job = await submittedJob(
        { ...scene, requester: friend },
        { maxPrice: 900n * ASY_UNIT, minPrice: 900n * ASY_UNIT },
      );
      passWindow(world, job);
      await scene.anyone.finalize(job);
    }
    assert.equal(await score(), 4_000n, "three thousand spent in a day are worth one day");
  });

  test("a batch counts once, for each provider whose result somebody else asked for", async () => {
    const { world, anyone, provider } = scene;
    await provider.deposit(1_000n * ASY_UNIT);
    const own = await submittedJob({ ...scene, requester: provider }, { lane: 3 });
    const settle = async (job: typeof own) => {
      passWindow(world, job);
      const item = { terms: job.terms, run: job.run, commitment: job.commitment };
      await anyone.send(world.market, "finalizeBatch", [[item]]);
    };
    await settle(own);
    assert.equal(await score(), 2_500n);
    await settle(await submittedJob(scene, { lane: 3 }));
    assert.equal(await score(), 4_000n);
  });

  test("a late job is a failure, a rejected one eight; a stalled one is nothing", async () => {
    const { world, requester, provider, anyone } = scene;
    const late = await requester.postNew({ lane: 1 });
    await provider.claim(late);
    world.pass(late.fields.runTime + 1);
    await anyone.expire(late);
    assert.deepEqual(await record(), { good: 0n, bad: 1_024n });
    assert.equal(await score(), 1_250n);
    const stalled = await submittedJob(scene, { lane: 2, policy: 3 });
    const rejected = await submittedJob(scene, { lane: 3, policy: 3 });
    await tell(world, strategy, MANNER.answer, VERDICT.rejected);
    await anyone.reject(rejected);
    assert.deepEqual(await record(), { good: 0n, bad: 9n * 1_024n });
    await tell(world, strategy, MANNER.answer, VERDICT.pending);
    const before = await world.read(world.staking, "recordOf", [owner()]);
    world.pass(60 * DAY);
    await anyone.send(world.market, "resolveStalled", [stalled.terms, stalled.run, stalled.commitment]);
    assert.deepEqual(await world.read(world.staking, "recordOf", [owner()]), before);
  });

  test("nobody writes a record: not the authority, not the registry", () => {
    const { world } = scene;
    const writes = world.reputation.abi.flatMap((item) =>
      item.type === "function" && !["view", "pure"].includes(item.stateMutability) ? [item.name] : [],
    );
    const administration = ["initialize", "setAuthority", "setStakeCap", "setTier", "upgradeToAndCall"];
    assert.deepEqual(writes.sort(), administration);
  });
});

describe("jobs that ask for a record, REP-05", () => {
  test("are claimed by who has the score at that moment, and by nobody else", async () => {
    const { world, requester, provider } = scene;
    const job = await requester.postNew({ minReputation: 4_000 });
    const args = [getAddress(owner()), 2_500n, 4_000n];
    await provider.refused(world.market, "claim", [job.terms, owner()], "Staking_ReputationTooLow", args);
    await work();
    world.pass(30 * DAY);
    const later = await requester.postNew({ lane: 1, minReputation: 4_000 });
    await provider.refused(world.market, "claim", [later.terms, owner()], "Staking_ReputationTooLow", [
      getAddress(owner()),
      3_333n, // one good day, halved: (0.5 + 1) / (0.5 + 4)
      4_000n,
    ]);
    await work();
    await provider.claim(later);
    await requester.cancel(job);
  });
});

describe("what a record is worth, REP-06, REP-07", () => {
  test("weight is the root of the capped capacity times 0.25 to 1", async () => {
    const { world } = scene;
    const weight = () => registry("weightOf", [owner()]);
    const root = 31_622_776_601n; // sqrt(1,000 ASY)
    assert.equal(await weight(), root * (2_500n + 1_875n));
    await work();
    assert.equal(await weight(), root * (2_500n + 3_000n));
    await world.send(world.deployer, world.reputation, "setStakeCap", [10n ** 18n]);
    assert.equal(await weight(), 10n ** 9n * 5_500n);
    assert.equal(await registry("stakeCap"), 10n ** 18n);
  });

  test("tiers ask for stake and score together, delegated stake counted as far as it backs bonds", async () => {
    const { world, provider, requester } = scene;
    const tier = () => registry("tierOf", [owner()]);
    const set = (number: number, capacity: bigint, wanted: number) =>
      world.send(world.deployer, world.reputation, "setTier", [number, { capacity, score: wanted }]);
    await set(3, 2n * STAKE, 4_000);
    await set(2, STAKE, 3_000);
    await set(1, STAKE, 0);
    assert.equal(await tier(), 1n);
    await work();
    assert.equal(await tier(), 2n);
    await requester.send(world.pools, "delegateStake", [owner(), STAKE]);
    assert.equal(await tier(), 3n);
    await provider.send(world.staking, "requestThaw", [1n]);
    assert.equal(await tier(), 2n, "a unit of own stake less is two of capacity");
    assert.deepEqual(await registry("tier", [3]), { capacity: 2n * STAKE, score: 4_000 });
  });

  test("administration: role, order of the tiers, bounds", async () => {
    const { world, anyone } = scene;
    const args = (number: number, capacity: bigint, wanted: number) => [number, { capacity, score: wanted }] as const;
    const refused = (call: readonly [string, readonly unknown[]], error: string, values?: readonly unknown[]) =>
      world.refused(world.deployer, world.reputation, call, error, values);
    await anyone.refused(world.reputation, "setTier", args(1, 0n, 0), "AccessManagedUnauthorized");
    await anyone.refused(world.reputation, "setStakeCap", [1n], "AccessManagedUnauthorized");
    for (const number of [0, 4])
      await refused(["setTier", args(number, 0n, 0)], "Reputation_UnknownTier", [BigInt(number), 3n]);
    await refused(["setTier", args(3, 10n ** 24n, 10_001)], "Reputation_ScoreOutOfRange", [10_001n, 10_000n]);
    await refused(["setTier", args(2, 0n, 5_000)], "Reputation_TierOrder", [2n]);
    await refused(["setTier", args(2, 10n ** 24n, 5_000)], "Reputation_TierOrder", [2n]);
    await refused(["setTier", args(2, 10n ** 21n, 9_000)], "Reputation_TierOrder", [2n]);
    await refused(["setStakeCap", [0n]], "Reputation_ZeroStakeCap");
    await assert.rejects(world.create("reputation/ReputationRegistry.sol", [zeroAddress]), {
      errorName: "Reputation_ZeroAddress",
    });
  });
});

test("differential: the library and its TypeScript twin agree on every record", async () => {
  interface Words {
    good: bigint;
    bad: bigint;
    day: bigint;
  }
  const word = fc.bigInt(0n, 65_535n);
  const property = fc.asyncProperty(
    word,
    word,
    fc.bigInt(0n, 3_000n),
    fc.bigInt(0n, 3_000n),
    async (good, bad, day, today) => {
      const start = { good, bad, day };
      const found = await scene.world.read<readonly [Words, Words, Words, bigint]>(harness, "reputation", [
        good,
        bad,
        day,
        today,
      ]);
      const decayed = decayRecord(start, today);
      assert.deepEqual(found, [
        decayed,
        recordSuccess(start, today),
        recordFailures(start, today, 3n),
        scoreOf(decayed),
      ]);
    },
  );
  await fc.assert(property, { numRuns: 300, seed: 11 });
});

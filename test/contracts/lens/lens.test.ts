// ProtocolLens: what it shows is what the contracts say, and its pages end.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Address, getAddress, zeroAddress } from "viem";
import { readArtifact } from "../../../scripts/deploy/artifacts.ts";
import { ASY_UNIT, draftJob, type Job, STATUS } from "../../support/actor.ts";
import { createScene, DEPOSIT, passWindow, type Scene, STAKE, submittedJob, VERDICT } from "../../support/scene.ts";
import type { Target } from "../../support/world.ts";

const PAGE = 256;
const LANES = 65_536n;

interface Lane {
  lane: bigint;
  status: number;
  generation: bigint;
  word: bigint;
}

interface JobView {
  id: string;
  status: number;
  current: boolean;
  price: bigint;
  deadline: bigint;
  verdict: number;
  readyAt: bigint;
}

let scene: Scene;
let lens: Target;
before(async () => {
  scene = await createScene();
  const { address } = scene.world.deployment.contracts.ProtocolLens!;
  lens = scene.world.watch({ address, abi: readArtifact("ProtocolLens").abi });
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

const lanes = (first: bigint, limit: bigint) =>
  scene.world.read<readonly [Lane[], bigint]>(lens, "lanes", [scene.requester.address, first, limit]);
const jobs = (...keys: Job[]) =>
  scene.world.read<JobView[]>(lens, "jobs", [
    keys.map(({ terms, run, nonce, claimer, commitment }) => ({ terms, run, nonce, claimer, commitment })),
  ]);
const view = async (job: Job) => (await jobs(job))[0]!;

describe("pages", () => {
  test("a page of lanes ends where it should: zero, the last lane, beyond it, more than a page", async () => {
    assert.deepEqual(await lanes(0n, 0n), [[], 0n]);
    assert.deepEqual(await lanes(LANES, 10n), [[], 0n]);
    assert.deepEqual(await lanes(2n ** 256n - 1n, 2n ** 256n - 1n), [[], 0n]);
    const [last, none] = await lanes(LANES - 1n, 10n);
    assert.deepEqual([last.map(({ lane }) => lane), none], [[LANES - 1n], 0n]);
    const [page, next] = await lanes(0n, 2n ** 256n - 1n);
    assert.equal(page.length, PAGE);
    assert.equal(next, BigInt(PAGE));
    const [tail, end] = await lanes(LANES - BigInt(PAGE), BigInt(PAGE));
    assert.deepEqual([tail.length, end], [PAGE, 0n]);
    const [one, second] = await lanes(7n, 1n);
    assert.deepEqual([one[0]!.lane, second], [7n, 8n]);
  });

  test("a list of up to 256 is answered, a longer one refused", async () => {
    const { world, anyone } = scene;
    const some = (count: number): Address[] => Array.from({ length: count }, () => anyone.address);
    const { terms } = draftJob(world, anyone.address);
    const key = {
      terms,
      run: 0n,
      nonce: `0x${"0".repeat(64)}`,
      claimer: zeroAddress,
      commitment: `0x${"0".repeat(64)}`,
    };
    const asy = (count: number): Address[] => Array.from({ length: count }, () => world.asy.address);
    const calls: [string, (count: number) => readonly unknown[]][] = [
      ["providers", (count) => [some(count)]],
      ["jobs", (count) => [Array.from({ length: count }, () => key)]],
      ["position", (count) => [anyone.address, asy(count), []]],
      ["position", (count) => [anyone.address, [], some(count)]],
      ["parameters", (count) => [asy(count)]],
      ["accounting", (count) => [asy(count)]],
    ];
    for (const [name, args] of calls) {
      await world.read(lens, name, args(0));
      await anyone.refused(lens, name, args(PAGE + 1), "Lens_PageTooLarge", [BigInt(PAGE + 1), BigInt(PAGE)]);
    }
    assert.equal((await world.read<unknown[]>(lens, "providers", [some(PAGE)])).length, PAGE);
  });
});

describe("jobs", () => {
  test("each state of a job is told by its preimage, and no other preimage passes for it", async () => {
    const { world, requester, provider, anyone } = scene;
    const job = await requester.postNew({ minPrice: 10n * ASY_UNIT, rampStart: world.now, rampLength: 3_600 });
    const open = await view(job);
    assert.deepEqual([open.id, open.status, open.current], [job.id, STATUS.open, true]);
    assert.equal(open.deadline, BigInt(job.fields.claimBy));
    assert.equal(open.price, await world.read(world.market, "priceAt", [job.terms, BigInt(world.now)]));
    const other = draftJob(world, requester.address, { bond: 51n * ASY_UNIT });
    assert.equal((await view(other)).current, false);

    await provider.claim(job);
    const claimed = await view(job);
    assert.deepEqual([claimed.status, claimed.current], [STATUS.claimed, true]);
    assert.equal(claimed.deadline, BigInt(job.claimedAt + job.fields.runTime));
    assert.equal((await view({ ...job, claimer: anyone.address })).current, false);

    world.pass(60);
    await provider.submit(job);
    const submitted = await view(job);
    assert.deepEqual(
      [submitted.status, submitted.current, submitted.verdict],
      [STATUS.submitted, true, VERDICT.pending],
    );
    assert.equal(submitted.readyAt, BigInt(job.claimedAt + 60 + job.fields.window));
    assert.equal((await view({ ...job, commitment: job.id })).current, false);
    passWindow(world, job);
    assert.equal((await view(job)).verdict, VERDICT.accepted);

    await anyone.finalize(job);
    const paid = await view(job);
    assert.deepEqual([paid.status, paid.current, paid.price], [STATUS.finalized, true, claimed.price]);
    const later = draftJob(world, requester.address, { generation: 2 });
    assert.equal((await view(later)).current, false, "its generation has not been");
    const [[lane]] = await lanes(0n, 1n);
    assert.deepEqual([lane!.status, lane!.generation], [STATUS.finalized, 1n]);
  });
});

test("providers are shown as the contracts know them", async () => {
  const { world, provider, requester, anyone } = scene;
  await requester.send(world.asy, "approve", [world.pools.address, ASY_UNIT]);
  await requester.send(world.pools, "delegateStake", [provider.address, ASY_UNIT]);
  const job = await submittedJob(scene);
  const [shown, nobody] = await world.read<Record<string, unknown>[]>(lens, "providers", [
    [provider.address, anyone.address],
  ]);
  const read = (target: Target, name: string) => world.read(target, name, [provider.address]);
  assert.equal(shown!.provider, getAddress(provider.address));
  assert.deepEqual([shown!.stake, shown!.locked], [STAKE, job.fields.bond]);
  assert.equal(shown!.capacity, STAKE + ASY_UNIT);
  assert.equal(shown!.exposureBps, 2_000n);
  assert.deepEqual(shown!.pool, await read(world.pools, "poolOf"));
  assert.equal(shown!.score, await read(world.reputation, "scoreOf"));
  assert.equal(shown!.weight, await read(world.reputation, "weightOf"));
  assert.equal(shown!.tier, await read(world.reputation, "tierOf"));
  assert.deepEqual([nobody!.stake, nobody!.capacity, nobody!.tier, nobody!.score], [0n, 0n, 0n, 2_500n]);
});

test("a position has wallet, market, stake, delegation and votes of one account", async () => {
  const { world, provider, requester, anyone } = scene;
  await requester.send(world.asy, "approve", [world.pools.address, 5n * ASY_UNIT]);
  await requester.send(world.pools, "delegateStake", [provider.address, 5n * ASY_UNIT]);
  const shares = 2n * ASY_UNIT;
  await requester.send(world.pools, "undelegateStake", [provider.address, shares]);
  interface Position {
    stake: bigint;
    thaws: unknown[];
    tokens: { wallet: bigint; balance: bigint; gross: bigint }[];
    delegations: { delegation: { assets: bigint; exiting: bigint }; exits: unknown[]; fees: bigint[] }[];
    votes: { stakedDelegate: Address; stakedVotes: bigint; units: bigint; liquidVotes: bigint };
  }
  const position = (account: Address) =>
    world.read<Position>(lens, "position", [account, [world.asy.address], [provider.address]]);
  const found = await position(requester.address);
  assert.equal(found.tokens[0]!.wallet, await requester.wallet());
  assert.equal(found.tokens[0]!.balance, DEPOSIT);
  assert.deepEqual([found.stake, found.thaws.length], [0n, 0]);
  const [delegated] = found.delegations;
  assert.deepEqual([delegated!.delegation.assets, delegated!.delegation.exiting], [5n * ASY_UNIT, shares]);
  assert.equal(delegated!.exits.length, 1);
  assert.equal(found.votes.units, 5n * ASY_UNIT);
  assert.equal(found.votes.stakedDelegate, getAddress(requester.address));
  await provider.send(world.staking, "requestThaw", [ASY_UNIT]);
  const own = await position(provider.address);
  assert.deepEqual([own.stake, own.thaws.length, own.votes.stakedVotes], [STAKE - ASY_UNIT, 1, STAKE]);
  assert.deepEqual((await position(anyone.address)).delegations[0]!.exits, []);
});

test("parameters are those that were deployed; what is owed is held", async () => {
  const { world, treasury } = scene;
  const parameters = await world.read<Record<string, unknown>>(lens, "parameters", [[world.asy.address]]);
  assert.equal(parameters.treasury, getAddress(treasury.address));
  assert.deepEqual([parameters.minWindow, parameters.tipBps, parameters.pauseBits], [60, 0, 0]);
  assert.equal(parameters.thawPeriod, await world.read(world.staking, "thawPeriod"));
  assert.equal(parameters.caseDelay, await world.read(world.slashing, "delay"));
  const strategies = parameters.strategies as Address[];
  assert.deepEqual([strategies.length, strategies[0]], [16, getAddress(world.window.address)]);
  assert.deepEqual(strategies.slice(1), Array(15).fill(zeroAddress));
  const [terms] = parameters.tokens as { allowed: boolean; feeBps: number; minBond: bigint }[];
  assert.deepEqual(
    [terms!.allowed, terms!.feeBps, terms!.minBond],
    await world.read(world.market, "tokenConfig", [world.asy.address]),
  );

  const books = await world.read<Record<string, bigint> & { held: Record<string, bigint>[] }>(lens, "accounting", [
    [world.asy.address],
  ]);
  assert.equal(books.supply, await world.read(world.asy, "totalSupply"));
  const [held] = books.held;
  assert.deepEqual([held!.market, held!.staking], [DEPOSIT, STAKE]);
  assert.ok(held!.staking! >= books.stakingOwed! && held!.pools! >= books.poolsOwed!);
  assert.equal(books.stakingOwed, STAKE);
});

test("it cannot be made without one of its peers", async () => {
  const { world } = scene;
  const names = ["asy", "market", "staking", "pools", "slashing", "hub", "reputation", "registry"];
  const peers = Object.fromEntries(names.map((name) => [name, world.asy.address]));
  for (const name of names) {
    const broken = world.create("lens/ProtocolLens.sol", [{ ...peers, [name]: zeroAddress }]);
    await assert.rejects(broken, { errorName: "Lens_ZeroAddress" });
  }
  await world.create("lens/ProtocolLens.sol", [peers]);
});

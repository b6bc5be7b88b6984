import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress, maxUint96, zeroAddress } from "viem";
import { Actor, ASY_UNIT } from "../../support/actor.ts";
import { signPermit } from "../../support/permit.ts";
import { asMarket, createScene, penalty, REASON, type Scene, STAKE } from "../../support/scene.ts";
import { Refusal, readBuild } from "../../support/world.ts";

const HOUR = 3_600;

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

const owed = () => scene.world.read<bigint>(scene.world.staking, "totalOwed");

describe("stake, STK-01", () => {
  test("anyone may add to anybody's stake", async () => {
    const { world, requester, provider } = scene;
    const before = await owed();
    await requester.send(world.staking, "stakeFor", [provider.address, 5n]);
    assert.equal((await provider.stakes()).stake, STAKE + 5n);
    assert.equal(await owed(), before + 5n);
  });

  test("RevertWhen_ZeroOrTooLarge", async () => {
    const { world, requester } = scene;
    await requester.refused(world.staking, "stakeFor", [zeroAddress, 1n], "Staking_ZeroAddress");
    await requester.refused(world.staking, "stakeFor", [requester.address, 0n], "Staking_ZeroAmount");
    const args = [scene.provider.address, maxUint96 - STAKE + 1n];
    await requester.refused(world.staking, "stakeFor", args, "Staking_StakeTooLarge", [maxUint96 + 1n, maxUint96]);
    await requester.refused(world.staking, "stakeFor", [requester.address, maxUint96], "ERC20InsufficientBalance");
  });

  test("a permit replaces the approval, also when somebody else used it first", async () => {
    const { world, anyone, requester } = scene;
    await world.send(world.deployer, world.asy, "transfer", [anyone.address, 200n]);
    const first = await signPermit(world, world.asy, 4, world.staking.address, 100n);
    await anyone.send(world.staking, "stakeWithPermit", [100n, ...first]);
    const second = await signPermit(world, world.asy, 4, world.staking.address, 100n);
    await requester.send(world.asy, "permit", [anyone.address, world.staking.address, 100n, ...second]);
    await anyone.send(world.staking, "stakeWithPermit", [100n, ...second]);
    assert.equal((await anyone.stakes()).stake, 200n);
    await anyone.refused(world.staking, "stakeWithPermit", [1n, ...second], "ERC20InsufficientAllowance");
  });
});

describe("thaw and withdraw, STK-02", () => {
  test("stake leaves after the thaw, to the provider, by anyone's hand", async () => {
    const { world, provider, anyone } = scene;
    const before = await provider.wallet();
    const { events } = await provider.send(world.staking, "requestThaw", [STAKE]);
    const readyAt = BigInt(world.now + HOUR);
    assert.deepEqual(events[0]?.args, { provider: getAddress(provider.address), amount: STAKE, readyAt, stake: 0n });
    assert.deepEqual(await world.read(world.staking, "thawsOf", [provider.address]), [{ amount: STAKE, readyAt }]);
    assert.equal(await owed(), STAKE, "thawing stake is still owed");
    world.pass(HOUR - 1);
    await anyone.refused(world.staking, "withdraw", [provider.address], "Staking_NothingThawed", [readyAt]);
    world.pass(1);
    await anyone.send(world.staking, "withdraw", [provider.address]);
    assert.equal((await provider.wallet()) - before, STAKE);
    assert.equal(await owed(), 0n);
    await anyone.refused(world.staking, "withdraw", [provider.address], "Staking_NothingThawed", [0n]);
  });

  test("pays what has thawed, keeps what has not", async () => {
    const { world, provider, anyone } = scene;
    for (const amount of [1n, 2n, 4n]) {
      await provider.send(world.staking, "requestThaw", [amount]);
      world.pass(1_000);
    }
    world.pass(HOUR - 1_500);
    const before = await provider.wallet();
    await anyone.send(world.staking, "withdraw", [provider.address]);
    assert.equal((await provider.wallet()) - before, 3n);
    assert.equal((await world.read<readonly unknown[]>(world.staking, "thawsOf", [provider.address])).length, 1);
  });

  test("RevertWhen_ZeroOrMoreThanFree: a locked bond cannot leave, STK-03", async () => {
    const { world, provider, requester } = scene;
    await provider.refused(world.staking, "requestThaw", [0n], "Staking_ZeroAmount");
    await provider.refused(world.staking, "requestThaw", [STAKE + 1n], "Staking_InsufficientFreeStake");
    const job = await requester.postNew();
    await provider.claim(job);
    const free = STAKE - job.fields.bond;
    await provider.refused(world.staking, "requestThaw", [free + 1n], "Staking_InsufficientFreeStake", [
      getAddress(provider.address),
      free,
      free + 1n,
    ]);
    await provider.send(world.staking, "requestThaw", [free]);
    assert.deepEqual(await provider.stakes(), { stake: job.fields.bond, locked: job.fields.bond, free: 0n });
  });

  test("RevertWhen_32UnderWay, and all 32 are paid in one call", async () => {
    const { world, provider } = scene;
    for (let index = 0; index < 32; index++) await provider.send(world.staking, "requestThaw", [1n]);
    await provider.refused(world.staking, "requestThaw", [1n], "Staking_TooManyThaws", [32n, 32n]);
    world.pass(HOUR);
    const before = await provider.wallet();
    await provider.send(world.staking, "withdraw", [provider.address]);
    assert.equal((await provider.wallet()) - before, 32n);
    await provider.send(world.staking, "requestThaw", [1n]);
  });

  test("a changed period holds for later requests only", async () => {
    const { world, provider } = scene;
    await provider.send(world.staking, "requestThaw", [1n]);
    await world.send(world.deployer, world.staking, "setThawPeriod", [86_400]);
    await provider.send(world.staking, "requestThaw", [2n]);
    world.pass(HOUR);
    const before = await provider.wallet();
    await provider.send(world.staking, "withdraw", [provider.address]);
    assert.equal((await provider.wallet()) - before, 1n);
    assert.equal(await world.read(world.staking, "thawPeriod"), 86_400n);
  });
});

describe("operators, STK-04", () => {
  test("each provider names its own; zero is none", async () => {
    const { world, provider, operator, anyone } = scene;
    const isOperator = (a: Actor, b: Actor) => world.read(world.staking, "isOperator", [a.address, b.address]);
    assert.equal(await isOperator(provider, operator), true);
    assert.equal(await isOperator(provider, provider), true);
    assert.equal(await isOperator(operator, provider), false);
    assert.equal(await isOperator(anyone, operator), false);
    await provider.refused(world.staking, "setOperator", [zeroAddress, true], "Staking_ZeroAddress");
    await provider.send(world.staking, "setOperator", [operator.address, false]);
    assert.equal(await isOperator(provider, operator), false);
  });

  test("an operator cannot touch the stake", async () => {
    const { world, operator } = scene;
    await operator.refused(world.staking, "requestThaw", [1n], "Staking_InsufficientFreeStake");
  });
});

describe("the market's calls, STK-05", () => {
  test("RevertWhen_NotTheMarket", async () => {
    const { world, provider, anyone } = scene;
    const market = getAddress(world.market.address);
    for (const sender of [provider, anyone, new Actor(world, 0)]) {
      const wanted = [getAddress(sender.address), market];
      const { address } = provider;
      await sender.refused(world.staking, "lock", [address, address, 1n, 0n, 0n], "Staking_NotMarket", wanted);
      await sender.refused(world.staking, "release", [address, 1n, false], "Staking_NotMarket", wanted);
      const forfeit = [address, 1n, penalty(address, 1n, 0n)];
      const slashing = [getAddress(sender.address), getAddress(world.slashing.address)];
      await sender.refused(world.staking, "forfeit", forfeit, "Staking_NotSlashing", slashing);
    }
  });

  test("never release or forfeit more than is locked, nor split more than the bond, STK-06", async () => {
    const { world, provider, anyone } = scene;
    const { address } = provider;
    await asMarket(scene.world, "lock", [address, address, 100n]);
    await assert.rejects(asMarket(scene.world, "release", [address, 101n]), Refusal);
    const forfeit = (bond: bigint, to: bigint, burned: bigint, toFinder = 0n) =>
      asMarket(scene.world, "forfeit", [address, bond, penalty(anyone.address, to, burned, anyone.address, toFinder)]);
    await assert.rejects(forfeit(101n, 0n, 0n), Refusal);
    await assert.rejects(forfeit(100n, 60n, 41n), Refusal);
    await assert.rejects(forfeit(100n, 60n, 40n, 1n), Refusal);
    const most = 2n ** 96n - 1n;
    await assert.rejects(forfeit(100n, most, 2n), Refusal);
    await assert.rejects(forfeit(100n, most, most, most), Refusal);
    await assert.rejects(forfeit(2n ** 96n + 100n, 0n, 0n), Refusal);
    assert.deepEqual(await provider.stakes(), { stake: STAKE, locked: 100n, free: STAKE - 100n });
    assert.equal(await world.read(world.staking, "exposureOf", [address]), 2_000n);
    assert.equal(await world.read(world.staking, "burnDue"), 0n);
  });

  test("forfeit splits: two credits, the rest to burn, what is not lost is free again, STK-08", async () => {
    const { world, provider, requester, anyone } = scene;
    const { address } = provider;
    await asMarket(world, "lock", [address, address, 100n]);
    const before = await owed();
    const parts = penalty(requester.address, 15n, 50n, anyone.address, 20n);
    const { events } = await asMarket(world, "forfeit", [address, 100n, parts]);
    assert.deepEqual(await provider.stakes(), { stake: STAKE - 85n, locked: 0n, free: STAKE - 85n });
    assert.equal(await owed(), before, "what is to burn is owed until it is burned");
    assert.equal(await world.read(world.asy, "balanceOf", [world.staking.address]), before);
    assert.deepEqual(events.find(({ name }) => name === "BondForfeited")?.args, {
      provider: getAddress(address),
      reason: REASON.rejected,
      bond: 100n,
      requester: getAddress(requester.address),
      toRequester: 15n,
      finder: getAddress(anyone.address),
      toFinder: 20n,
      toAudit: 0n,
      burned: 50n,
    });
    const wallet = await requester.wallet();
    await provider.send(world.staking, "claimCredit", [requester.address]);
    assert.equal((await requester.wallet()) - wallet, 15n);
    await provider.send(world.staking, "claimCredit", [anyone.address]);
    assert.equal(await anyone.wallet(), 20n);
    await anyone.refused(world.staking, "claimCredit", [anyone.address], "Staking_NoCredit");
    assert.equal(await owed(), before - 35n);
  });

  test("requester and finder may be one account: both shares are its credit", async () => {
    const { world, provider, anyone } = scene;
    const { address } = provider;
    await asMarket(world, "lock", [address, address, 100n]);
    await asMarket(world, "forfeit", [address, 100n, penalty(anyone.address, 15n, 60n, anyone.address, 25n)]);
    assert.equal(await world.read(world.staking, "creditOf", [anyone.address]), 40n);
  });
});

describe("burning what was forfeited, STK-09", () => {
  const burnDue = () => scene.world.read<bigint>(scene.world.staking, "burnDue");

  test("anyone burns all that is due, once; supply, balance and owed fall by it", async () => {
    const { world, provider, requester, anyone } = scene;
    const { address } = provider;
    await anyone.refused(world.staking, "burnForfeited", [], "Staking_NothingToBurn", []);
    await asMarket(world, "lock", [address, address, 300n]);
    for (const burned of [40n, 0n, 30n]) {
      await asMarket(world, "forfeit", [address, 100n, penalty(requester.address, 10n, burned)]);
    }
    assert.equal(await burnDue(), 70n);
    const [supply, before] = [await world.read<bigint>(world.asy, "totalSupply"), await owed()];
    const { events } = await anyone.send(world.staking, "burnForfeited");
    assert.deepEqual(events.find(({ name }) => name === "Burned")?.args, { amount: 70n });
    assert.equal(await world.read(world.asy, "totalSupply"), supply - 70n);
    assert.equal(await owed(), before - 70n);
    assert.equal(await world.read(world.asy, "balanceOf", [world.staking.address]), before - 70n);
    assert.equal(await burnDue(), 0n);
    await anyone.refused(world.staking, "burnForfeited", [], "Staking_NothingToBurn", []);
    assert.equal(await world.read(world.staking, "creditOf", [requester.address]), 30n, "credits are untouched");
  });

  test("tokens sent by mistake are not burned", async () => {
    const { world, provider, requester } = scene;
    const { address } = provider;
    await requester.send(world.asy, "transfer", [world.staking.address, 7n]);
    await asMarket(world, "lock", [address, address, 10n]);
    await asMarket(world, "forfeit", [address, 10n, penalty(requester.address, 0n, 10n)]);
    await requester.send(world.staking, "burnForfeited");
    assert.equal(await world.read(world.asy, "balanceOf", [world.staking.address]), STAKE - 10n + 7n);
    assert.equal(await owed(), STAKE - 10n);
  });
});

describe("administration, STK-07", () => {
  test("setThawPeriod: role and bounds", async () => {
    const { world, anyone } = scene;
    await anyone.refused(world.staking, "setThawPeriod", [HOUR], "AccessManagedUnauthorized");
    const refused = (period: number) =>
      world.refused(world.deployer, world.staking, ["setThawPeriod", [period]], "Staking_ThawPeriodOutOfRange", [
        BigInt(period),
        BigInt(HOUR),
        BigInt(60 * 86_400),
      ]);
    await refused(HOUR - 1);
    await refused(60 * 86_400 + 1);
    const { events } = await world.send(world.deployer, world.staking, "setThawPeriod", [60 * 86_400]);
    assert.deepEqual(events[0]?.args, { previous: BigInt(HOUR), current: BigInt(60 * 86_400) });
  });

  test("RevertWhen_ConstructedWithoutPeers", async () => {
    const { world, anyone } = scene;
    const peersOf = (count: number, missing: number) =>
      Array.from({ length: count }, (_, index) => (index === missing ? zeroAddress : anyone.address));
    const refusal = { errorName: /ZeroAddress/ };
    for (const missing of [0, 1, 2, 3]) {
      await assert.rejects(world.create("staking/StakingManager.sol", peersOf(4, missing)), refusal);
    }
    for (const missing of [0, 1, 2, 3, 4, 5, 6]) {
      const peers = peersOf(7, missing);
      await assert.rejects(world.create("market/MarketExtension.sol", [peers]), refusal);
      await assert.rejects(world.create("market/JobMarketplace.sol", [peers, world.market.address]), refusal);
    }
    const bare = world.create("market/JobMarketplace.sol", [peersOf(7, 7), anyone.address]);
    await assert.rejects(bare, { errorName: "Market_NotAContract" });
    await assert.rejects(world.create("registry/ProviderRegistry.sol", [zeroAddress]), {
      errorName: "Registry_ZeroAddress",
    });
  });

  test("RevertWhen_TheRefereeHasNoPeersOrMoreTimeThanTheMarketWaits, DSP-70", async () => {
    const { world } = scene;
    const build = readBuild("verification/RefereedDispute.sol");
    world.watch({ address: zeroAddress, abi: build.abi });
    const { market, staking, hub, asy } = world;
    const all = { market, staking, hub, asy, judge: asy };
    const peers = Object.fromEntries(Object.entries(all).map(([name, { address }]) => [name, address]));
    const limits = { strategy: 1n, minWindow: 86_400n, minBudget: 86_400n, minBond: 1n };
    const refused = (change: object, bounds: object, errorName: string) =>
      assert.rejects(
        world.createFrom(build, [
          { ...peers, ...change },
          { ...limits, ...bounds },
        ]),
        { errorName },
      );
    for (const name of Object.keys(peers)) await refused({ [name]: zeroAddress }, {}, "Dispute_ZeroAddress");
    await refused({}, { minWindow: 30n * 86_400n }, "Dispute_LimitsTooLong");
    await refused({}, { minBudget: 12n * 86_400n }, "Dispute_LimitsTooLong");
  });

  test("nothing here can be paused: withdrawals have no switch", () => {
    const names = scene.world.staking.abi.flatMap((item) => (item.type === "function" ? [item.name] : []));
    assert.equal(
      names.some((name) => /pause|freeze|seize/i.test(name)),
      false,
    );
  });
});

test("tokens sent by mistake change no book", async () => {
  const { world, requester } = scene;
  const before = await owed();
  await requester.send(world.asy, "transfer", [world.staking.address, ASY_UNIT]);
  assert.equal(await owed(), before);
});

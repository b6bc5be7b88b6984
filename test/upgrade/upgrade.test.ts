import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Address, encodeFunctionData } from "viem";
import { MANAGED, type ManagedName } from "../../scripts/deploy/layout.ts";
import { ASY_UNIT, settleArgs } from "../support/actor.ts";
import { createScene, passWindow, type Scene, submittedJob } from "../support/scene.ts";
import type { Target } from "../support/world.ts";

const IMPLEMENTATION_SLOT = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

function target(name: ManagedName): Target {
  const { authority, asy, staking, pools, reputation, slashing, hub, registry, feeds, market } = scene.world;
  return {
    ProtocolAuthority: authority,
    AssayToken: asy,
    StakingManager: staking,
    DelegationPools: pools,
    ReputationRegistry: reputation,
    SlashingManager: slashing,
    VerificationHub: hub,
    ProviderRegistry: registry,
    PriceFeeds: feeds,
    JobMarketplace: market,
  }[name];
}

/** The next version's implementation, with the same peers. */
async function createV2(name: ManagedName): Promise<Target> {
  const { asy, market, staking, pools, slashing, hub, registry, feeds } = scene.world;
  const extension = await scene.world.read<Address>(market, "EXTENSION");
  const marketPeers = [asy, staking, hub, slashing, pools, registry, feeds];
  const [a, b, c, d, e, f, g] = marketPeers.map(({ address }) => address);
  const peers: Partial<Record<ManagedName, unknown[]>> = {
    StakingManager: [asy.address, market.address, slashing.address, pools.address],
    DelegationPools: [asy.address, staking.address, market.address],
    ReputationRegistry: [staking.address],
    SlashingManager: [staking.address, market.address],
    ProviderRegistry: [staking.address],
    JobMarketplace: [{ asy: a, staking: b, hub: c, slashing: d, pools: e, registry: f, feeds: g }, extension],
  };
  return scene.world.create(`mocks/Upgrades.sol:${name}V2`, peers[name] ?? []);
}

/** A view of everything that must survive. */
async function everything() {
  const { world, requester, provider, operator } = scene;
  const { market, staking, asy, hub, authority } = world;
  return {
    lane: await world.read(market, "laneOf", [requester.address, 0]),
    balance: await requester.balance(),
    earned: await provider.earned(),
    config: await world.read(market, "config"),
    token: await world.read(market, "tokenConfig", [asy.address]),
    stake: await provider.stakes(),
    operator: await world.read(staking, "isOperator", [provider.address, operator.address]),
    thaws: await world.read(staking, "thawsOf", [provider.address]),
    exposure: await world.read(staking, "exposureOf", [provider.address]),
    credit: await world.read(staking, "creditOf", [requester.address]),
    burnDue: await world.read(staking, "burnDue"),
    owed: await world.read(staking, "totalOwed"),
    wallet: await provider.wallet(),
    supply: await world.read(asy, "totalSupply"),
    cap: await world.read(asy, "cap"),
    strategies: await world.read(hub, "registered"),
    admin: await world.read(authority, "hasRole", [0, world.deployer]),
  };
}

describe("upgrade, UPG-01", () => {
  for (const name of MANAGED) {
    test(`${name}: state survives, the addition starts once, a stranger is refused`, async () => {
      const { world, provider, anyone } = scene;
      const { requester } = scene;
      const late = await requester.postNew({ lane: 1 });
      await provider.claim(late);
      world.pass(late.fields.runTime + 1);
      await anyone.expire(late);
      await submittedJob(scene);
      await provider.send(world.staking, "requestThaw", [5n]);
      const before = await everything();
      assert.ok((before.burnDue as bigint) > 0n && (before.credit as bigint) > 0n && before.exposure === 1_950n);
      const proxy = target(name);
      const next = await createV2(name);
      const data = encodeFunctionData({ abi: next.abi, functionName: "initializeV2", args: [42n] });
      const refusal = name === "ProtocolAuthority" ? "AccessManagerUnauthorizedAccount" : "AccessManagedUnauthorized";
      await anyone.refused(proxy, "upgradeToAndCall", [next.address, data], refusal);
      await world.send(world.deployer, proxy, "upgradeToAndCall", [next.address, data]);
      const upgraded = { address: proxy.address, abi: next.abi };
      assert.equal(await world.read(upgraded, "added"), 42n);
      assert.equal(await world.read(upgraded, "nextVersion"), "2.0.0");
      assert.equal(BigInt(await world.storageAt(proxy.address, IMPLEMENTATION_SLOT)), BigInt(next.address));
      assert.deepEqual(await everything(), before);
      await anyone.refused(upgraded, "initializeV2", [1n], "InvalidInitialization");
    });
  }

  test("a job that was posted before the upgrade is paid after it", async () => {
    const { world, provider, anyone } = scene;
    const job = await submittedJob(scene);
    for (const name of MANAGED) {
      const next = await createV2(name);
      await world.send(world.deployer, target(name), "upgradeToAndCall", [next.address, "0x"]);
    }
    passWindow(world, job);
    await anyone.send(world.market, "finalize", settleArgs(job));
    assert.equal((await provider.earned()).gross, 100n * ASY_UNIT);
  });

  test("a proxy never ends on something that cannot be upgraded again", async () => {
    const { world } = scene;
    const dead = await world.create("mocks/Upgrades.sol:NotUpgradeable");
    for (const name of MANAGED) {
      const call = ["upgradeToAndCall", [dead.address, "0x"]] as const;
      await world.refused(world.deployer, target(name), call, "ERC1967InvalidImplementation");
    }
  });

  test("an implementation by itself obeys nobody", async () => {
    const { world } = scene;
    for (const name of MANAGED) {
      const address = world.deployment.contracts[name]!.implementation;
      const bare = { address, abi: target(name).abi };
      const call = ["upgradeToAndCall", [address, "0x"]] as const;
      await world.refused(world.deployer, bare, call, "UUPSUnauthorizedCallContext");
    }
  });

  test("versions are semantic", async () => {
    for (const name of MANAGED) {
      const version = await scene.world.read<string>(target(name), "version");
      assert.match(version, /^\d+\.\d+\.\d+$/);
      assert.equal(version, scene.world.deployment.contracts[name]!.version);
    }
  });
});

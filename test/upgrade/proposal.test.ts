// Each proxy is upgraded the way it will be after the hand-over: by a proposal.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type AbiFunction, type Address, encodeFunctionData, getAddress, type Hex } from "viem";
import { readArtifact } from "../../scripts/deploy/artifacts.ts";
import { GOVERNANCE } from "../../scripts/deploy/governance.ts";
import { constructorArgs, MANAGED, type ManagedName, PEERS } from "../../scripts/deploy/layout.ts";
import { namespaceSlot } from "../../scripts/lib/storage-layout.ts";
import { UPGRADEABLE, type UpgradeableName } from "../../scripts/lib/upgradeable.ts";
import { prepareUpgrade, requireSafe, upgradeableName, upgradeContent } from "../../scripts/upgrade/prepare.ts";
import { readValidations, thisBuild, unsafe } from "../../scripts/upgrade/safety.ts";
import { ASY_UNIT } from "../support/actor.ts";
import { createGoverned, decide, type Governed, propose, readyToExecute } from "../support/governed.ts";
import type { Target } from "../support/world.ts";

const IMPLEMENTATION_SLOT = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const ALL = Object.keys(UPGRADEABLE) as UpgradeableName[];
/** What a deployment has; the contracts for other chains are not among them yet. */
const NAMES: readonly UpgradeableName[] = [...MANAGED, ...GOVERNANCE];

let governed: Governed;
before(async () => {
  governed = await createGoverned();
});
beforeEach(() => governed.reset());
after(() => governed.world.close());

function target(name: UpgradeableName): Target {
  return { address: governed.deployment.contracts[name]!.address, abi: readArtifact(name).abi };
}

function isManaged(name: UpgradeableName): name is ManagedName {
  return (MANAGED as readonly string[]).includes(name);
}

/** The next version of a contract, with the same peers: one with an addition, where the mocks have one. */
function successor(name: UpgradeableName): Promise<Target> {
  const { world, deployment } = governed;
  if (isManaged(name)) {
    const peers = PEERS[name].map((peer) => deployment.contracts[peer]!.address);
    return world.create(`mocks/Upgrades.sol:${name}V2`, constructorArgs(name, peers));
  }
  const peers: Partial<Record<UpgradeableName, Address[]>> = {
    ProtocolTimelock: [world.staking.address],
    AssayGovernor: [world.staking.address],
    Treasury: [world.market.address],
    QuadraticGrants: [world.asy.address, world.staking.address],
  };
  return world.create(UPGRADEABLE[name], peers[name] ?? []);
}

/** What every view without arguments of every proxy says; one that refuses says that. */
async function everyView(): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  for (const name of NAMES) {
    const views = target(name).abi.filter(
      (item): item is AbiFunction =>
        item.type === "function" && ["view", "pure"].includes(item.stateMutability) && item.inputs.length === 0,
    );
    for (const { name: view } of views) {
      // clocks tell the time of the question
      if (view === "clock") continue;
      seen[`${name}.${view}`] = await governed.world.read(target(name), view).catch((error: Error) => error.message);
    }
  }
  return seen;
}

/** Storage that a transaction changed, by contract, from the chain's own tracer. */
async function changedStorage(hash: Hex): Promise<Map<Address, Set<bigint>>> {
  const options = { tracer: "prestateTracer", tracerConfig: { diffMode: true } };
  const trace = (await governed.world.provider.request({
    method: "debug_traceTransaction",
    params: [hash, options],
  })) as Record<"pre" | "post", Record<Address, { storage?: Record<Hex, Hex> }>>;
  const changed = new Map<Address, Set<bigint>>();
  for (const [address, { storage = {} }] of [...Object.entries(trace.pre), ...Object.entries(trace.post)]) {
    const slots = changed.get(getAddress(address)) ?? new Set();
    for (const slot of Object.keys(storage)) slots.add(BigInt(slot));
    if (slots.size > 0) changed.set(getAddress(address), slots);
  }
  return changed;
}

/** State in every contract: stake, delegation, a job under way, a range, a payment. */
async function lived(): Promise<void> {
  const { world, treasury, parameters, whale, alice, bob } = governed;
  await whale.stake(5_000n * ASY_UNIT);
  await bob.send(world.asy, "approve", [world.pools.address, 1_000n * ASY_UNIT]);
  await bob.send(world.pools, "delegateStake", [whale.address, 1_000n * ASY_UNIT]);
  await alice.deposit(1_000n * ASY_UNIT);
  const job = await alice.postNew();
  await whale.claim(job);
  await whale.submit(job);
  await bob.send(world.asy, "transfer", [treasury.address, 100n]);
  await decide(governed, [
    { to: treasury, functionName: "pay", args: [world.asy.address, bob.address, 40n] },
    { to: parameters, functionName: "setRange", args: [world.market.address, "0x12345678", 3n, 9n] },
  ]);
}

describe("upgrades by proposal, UPG-03", () => {
  for (const name of NAMES) {
    test(`${name}: proposed, voted, queued, executed; no other word of storage changes, and it works on`, async () => {
      const { world, deployment } = governed;
      await lived();
      const next = await successor(name);
      const data = isManaged(name)
        ? encodeFunctionData({ abi: next.abi, functionName: "initializeV2", args: [42n] })
        : "0x";
      const { calls } = upgradeContent(deployment, { name, implementation: next.address, data });
      const call = { to: target(name), functionName: "upgradeToAndCall", args: [next.address, data] };
      assert.equal(
        calls[0]!.data,
        encodeFunctionData({ abi: call.to.abi, functionName: call.functionName, args: call.args }),
      );
      const ready = await readyToExecute(governed, [call], `upgrade ${name}`);
      const known = await everyView();
      const { hash, events } = await governed.anyone.send(governed.governor, "execute", ready.args);
      assert.ok(events.some((event) => event.name === "Upgraded"));
      assert.deepEqual(await everyView(), known);

      const changed = await changedStorage(hash);
      const own = changed.get(getAddress(target(name).address))!;
      assert.ok(own.delete(BigInt(IMPLEMENTATION_SLOT)), "the code was replaced");
      const books = new Set(
        ["AssayGovernor", "ProtocolTimelock"].map((of) => getAddress(deployment.contracts[of]!.address)),
      );
      if (isManaged(name)) {
        const added = ["assay.storage.Addition", "openzeppelin.storage.Initializable"].map((id) =>
          BigInt(namespaceSlot(id)),
        );
        assert.deepEqual([...own].sort(), added.sort(), "its addition only");
        const upgraded = { address: target(name).address, abi: next.abi };
        assert.equal(await world.read(upgraded, "added"), 42n);
        await governed.anyone.refused(upgraded, "initializeV2", [1n], "InvalidInitialization");
      } else if (!books.has(getAddress(target(name).address))) assert.equal(own.size, 0);
      const others = [...changed.keys()].filter(
        (address) => address !== getAddress(target(name).address) && !books.has(address),
      );
      assert.deepEqual(others, [], "nothing but the governor's and the timelock's books");

      await decide(governed, [{ to: world.staking, functionName: "setThawPeriod", args: [3_700n] }], "afterwards");
      assert.equal(await world.read(world.staking, "thawPeriod"), 3_700n);
    });
  }

  test("a staking manager that cannot tell its thaw is not installed", async () => {
    const { world, governor, anyone } = governed;
    const dead = await world.create("governance/ParameterCouncil.sol");
    const call = { to: world.staking, functionName: "upgradeToAndCall", args: [dead.address, "0x"] };
    const proposal = await readyToExecute(governed, [call]);
    await assert.rejects(anyone.send(governor, "execute", proposal.args));
    assert.equal(await world.read(world.staking, "thawPeriod"), 3_600n);
  });

  test("nobody upgrades without a vote, not even the deployer", async () => {
    const { world, whale } = governed;
    const next = await successor("Treasury");
    for (const name of NAMES) {
      const data = encodeFunctionData({
        abi: readArtifact(name).abi,
        functionName: "upgradeToAndCall",
        args: [next.address, "0x"],
      });
      await assert.rejects(world.sendRaw({ from: world.deployer, to: target(name).address, data }), /refused with/);
      await assert.rejects(world.sendRaw({ from: whale.address, to: target(name).address, data }), /refused with/);
    }
    const call = { to: target("Treasury"), functionName: "upgradeToAndCall", args: [next.address, "0x"] };
    const early = await propose(governed, [call]);
    await whale.refused(governed.governor, "execute", early.args, "GovernorUnexpectedProposalState");
  });
});

describe("before an upgrade is proposed, UPG-04", () => {
  test("every contract of this build passes OpenZeppelin's validation and the storage snapshots; others are refused", () => {
    const bad = [
      { source: "mocks/Unsafe.sol:UnsafeTreasury", replaces: "Treasury" },
      { source: "mocks/Upgrades.sol:NotUpgradeable", replaces: "ParameterCouncil" },
    ] as const;
    const {
      [bad[0].source]: foreign,
      [bad[1].source]: dead,
      ...own
    } = unsafe(readValidations(), [...thisBuild(ALL), ...bad]);
    assert.deepEqual(new Set(Object.values(own).flat()), new Set());
    assert.equal(Object.keys(own).length, ALL.length);
    assert.match(foreign!.join("\n"), /delegatecall at .*Unsafe\.sol/);
    assert.match(foreign!.join("\n"), /assay\.storage\.Treasury: spent .* became/);
    assert.match(dead!.join("\n"), /missing-public-upgradeto/);
    assert.throws(() => requireSafe(bad), /DEPLOY-050: .*UnsafeTreasury: delegatecall/);
    assert.match(dead!.join("\n"), /namespace assay\.storage\.ParameterCouncil is gone/);
  });

  test("code that is in force already is not proposed again; an unknown contract is told", async () => {
    const { publicClient, walletClient } = await governed.world.clients();
    const options = { publicClient, walletClient, deployment: governed.deployment };
    await assert.rejects(prepareUpgrade({ ...options, name: "Treasury" }), /DEPLOY-051/);
    const { Treasury: _, ...contracts } = governed.deployment.contracts;
    const without = { ...governed.deployment, contracts };
    await assert.rejects(prepareUpgrade({ ...options, deployment: without, name: "Treasury" }), /DEPLOY-052/);
    assert.throws(() => upgradeableName("Judge"), /DEPLOY-052: Judge is behind no proxy/);
  });

  test("code is put on the chain once, and the proposal installs it", async () => {
    const { world } = governed;
    const { publicClient, walletClient } = await world.clients();
    // as if the protocol ran an older build
    const old = await successor("Treasury");
    await decide(governed, [{ to: target("Treasury"), functionName: "upgradeToAndCall", args: [old.address, "0x"] }]);
    const options = { publicClient, walletClient, deployment: governed.deployment, name: "Treasury" as const };
    const first = await prepareUpgrade(options);
    assert.equal(first.sent.length, 0, "this build's code stands since the deployment");
    world.now = Number((await publicClient.getBlock()).timestamp) + 1;
    const [call] = first.content.calls;
    assert.equal(getAddress(call!.target), getAddress(target("Treasury").address));
    await decide(
      governed,
      [{ to: target("Treasury"), functionName: "upgradeToAndCall", args: [first.implementation.address, "0x"] }],
      "again",
    );
    await assert.rejects(prepareUpgrade(options), /DEPLOY-051/);
    assert.deepEqual(new Set(NAMES), new Set(NAMES.filter((name) => ALL.includes(name))));
  });
});

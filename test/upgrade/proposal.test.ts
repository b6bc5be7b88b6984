// Each proxy is upgraded the way it will be after the hand-over: by a proposal.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Address, encodeFunctionData, zeroAddress } from "viem";
import { readArtifact } from "../../scripts/deploy/artifacts.ts";
import { GOVERNANCE, type GovernanceName } from "../../scripts/deploy/governance.ts";
import { ASY_UNIT } from "../support/actor.ts";
import { createGoverned, decide, type Governed, propose, readyToExecute } from "../support/governed.ts";
import type { Target } from "../support/world.ts";

let governed: Governed;
before(async () => {
  governed = await createGoverned();
});
beforeEach(() => governed.reset());
after(() => governed.world.close());

function target(name: GovernanceName): Target {
  const { timelock, governor, treasury, parameters } = governed;
  return { ProtocolTimelock: timelock, AssayGovernor: governor, Treasury: treasury, ParameterCouncil: parameters }[
    name
  ];
}

/** A fresh build of the same contract, with the same peers. */
function successor(name: GovernanceName): Promise<Target> {
  const { staking, market } = governed.world;
  const peers: Record<GovernanceName, Address[]> = {
    ProtocolTimelock: [staking.address],
    AssayGovernor: [staking.address],
    Treasury: [market.address],
    ParameterCouncil: [],
  };
  return governed.world.create(`governance/${name}.sol`, peers[name]);
}

async function everything() {
  const { world, timelock, governor, treasury, parameters, whale } = governed;
  const setter = "0x12345678";
  return {
    delay: await world.read(timelock, "getMinDelay"),
    period: await world.read(governor, "votingPeriod"),
    threshold: await world.read(governor, "proposalThreshold"),
    quorum: await world.read(governor, "quorumNumerator"),
    guardian: await world.read(governor, "proposalGuardian"),
    token: await world.read(governor, "token"),
    books: await world.read(treasury, "accountOf", [world.asy.address]),
    grants: await world.read(treasury, "grantCount"),
    range: await world.read(parameters, "rangeOf", [world.market.address, setter]),
    supply: await world.read(world.asy, "totalSupply"),
    votes: await world.read(world.asy, "getVotes", [whale.address]),
    thaw: await world.read(world.staking, "thawPeriod"),
    stake: await world.read(world.staking, "stakeOf", [whale.address]),
  };
}

/** State in every contract: a range, a payment, stake. */
async function lived(): Promise<void> {
  const { world, treasury, parameters, whale, bob } = governed;
  await whale.stake(50n * ASY_UNIT);
  await bob.send(world.asy, "transfer", [treasury.address, 100n]);
  await decide(governed, [
    { to: treasury, functionName: "pay", args: [world.asy.address, bob.address, 40n] },
    { to: parameters, functionName: "setRange", args: [world.market.address, "0x12345678", 3n, 9n] },
  ]);
}

describe("upgrades by proposal, UPG-03", () => {
  for (const name of GOVERNANCE) {
    test(`${name}: proposed, voted, queued, executed; state unchanged, and it decides once more`, async () => {
      const { world } = governed;
      await lived();
      const known = await everything();
      const next = await successor(name);
      const call = { to: target(name), functionName: "upgradeToAndCall", args: [next.address, "0x"] };
      const { events } = await decide(governed, [call], `upgrade ${name}`);
      assert.ok(events.some((event) => event.name === "Upgraded" && event.args.implementation !== zeroAddress));
      assert.deepEqual(await everything(), known);
      await decide(governed, [{ to: world.staking, functionName: "setThawPeriod", args: [3_700n] }], "afterwards");
      assert.equal(await world.read(world.staking, "thawPeriod"), 3_700n);
    });
  }

  test("AssayToken and ProtocolAuthority: the same, with an addition that starts once", async () => {
    const { world, anyone } = governed;
    await lived();
    const known = await everything();
    for (const [name, proxy] of [
      ["AssayToken", world.asy],
      ["ProtocolAuthority", world.authority],
    ] as const) {
      const next = await world.create(`mocks/Upgrades.sol:${name}V2`);
      const data = encodeFunctionData({ abi: next.abi, functionName: "initializeV2", args: [42n] });
      const call = { to: proxy, functionName: "upgradeToAndCall", args: [next.address, data] };
      await decide(governed, [call], `upgrade ${name}`);
      const upgraded = { address: proxy.address, abi: next.abi };
      assert.equal(await world.read(upgraded, "added"), 42n);
      await anyone.refused(upgraded, "initializeV2", [1n], "InvalidInitialization");
    }
    assert.deepEqual(await everything(), known);
  });

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
    for (const name of GOVERNANCE) {
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

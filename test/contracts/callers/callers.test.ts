// Every function that changes state, of every contract that is deployed, called by somebody who may not: the table is held
// against the ABIs, so that a function without a row fails here before it is ever reviewed.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Address, keccak256, toBytes } from "viem";
import { type ContractName, readArtifact } from "../../../scripts/deploy/artifacts.ts";
import { configPath, loadConfig } from "../../../scripts/deploy/config.ts";
import { deploy } from "../../../scripts/deploy/deploy.ts";
import { handover } from "../../../scripts/deploy/handover.ts";
import type { Deployment } from "../../../scripts/deploy/types.ts";
import { Actor, ASY_UNIT } from "../../support/actor.ts";
import { CLOCKS, governedConfig, THRESHOLD } from "../../support/governed.ts";
import { REASON } from "../../support/scene.ts";
import { createCoordinator, randomnessOn } from "../../support/vrf.ts";
import { createWorld, Refusal, type Target, type World } from "../../support/world.ts";
import type { Cast } from "./kinds.ts";
import { ROWS } from "./rows.ts";
import { zeros } from "./zeros.ts";

interface Fn {
  name: string;
  inputs: readonly { type: string }[];
}

function changing(name: string): Fn[] {
  return readArtifact(name as ContractName)
    .abi.filter((entry) => entry.type === "function")
    .filter(({ stateMutability }) => stateMutability !== "view" && stateMutability !== "pure");
}

describe("who may not call what", () => {
  let world: World;
  let deployment: Deployment;
  let cast: Cast;
  let callers: Address[];
  const targets = new Map<string, Target>();

  before(async () => {
    ({ world, deployment, cast } = await prepare());
    callers = [cast.caller, world.deployer];
    for (const [name, { address }] of Object.entries(deployment.contracts)) {
      targets.set(name, world.watch({ address, abi: readArtifact(name as ContractName).abi }));
    }
    targets.set("ProxySeed", await world.create("access/ProxySeed.sol", [world.deployer]));
  });
  after(() => world.close());

  test("the table names every contract that is deployed", () => {
    // the seed is under every proxy until its implementation is installed, and no contract of its own
    const deployed = ["ProxySeed", ...Object.keys(deployment.contracts)];
    assert.deepEqual(Object.keys(ROWS).sort(), deployed.sort());
  });

  for (const [contract, rows] of Object.entries(ROWS)) {
    test(`${contract}: a row for every function`, () => {
      const names = changing(contract).map(({ name }) => name);
      assert.equal(new Set(names).size, names.length, "no overloads, so that a name is a row");
      assert.deepEqual(Object.keys(rows).sort(), names.sort());
    });

    test(`${contract}: neither a stranger nor who deployed it`, async () => {
      for (const { name, inputs } of changing(contract)) {
        const row = rows[name]!;
        if ("open" in row) {
          assert.ok(row.open.length > 20, `${name}: a reason`);
          continue;
        }
        for (const caller of callers) {
          const args = row.args?.({ ...cast, caller }) ?? zeros(inputs);
          const error = await refusal(world, caller, targets.get(contract)!, name, args);
          assert.equal(error, row.error, `${contract}.${name} by ${caller}`);
        }
      }
    });
  }

  test("no implementation behind a proxy can be initialised", async () => {
    for (const [name, { implementation }] of Object.entries(deployment.contracts)) {
      const initialize = changing(name).find((fn) => fn.name === "initialize");
      if (!initialize) continue;
      assert.ok(implementation, `${name} has an implementation`);
      const target = { address: implementation, abi: readArtifact(name as ContractName).abi };
      const error = await refusal(world, cast.caller, target, "initialize", zeros(initialize.inputs));
      assert.equal(error, "InvalidInitialization", name);
    }
  });
});

async function refusal(world: World, from: Address, to: Target, name: string, args: readonly unknown[]) {
  try {
    await world.send(from, to, name, args);
    return "nothing: it went through";
  } catch (error) {
    if (error instanceof Refusal) return error.errorName;
    throw error;
  }
}

/** The protocol in the hands of governance, with a job, a case and a proposal under way. */
async function prepare(): Promise<{ world: World; deployment: Deployment; cast: Cast }> {
  const { referee } = loadConfig(configPath("local"));
  const world = await createWorld((config) => Object.assign(config, { referee }));
  const requester = await new Actor(world, 1).funded(10_000n * ASY_UNIT);
  const provider = await new Actor(world, 2).funded(10_000n * ASY_UNIT);
  const holder = await new Actor(world, 3).funded(2n * THRESHOLD);
  await requester.deposit(1_000n * ASY_UNIT);
  await provider.stake(1_000n * ASY_UNIT);
  await holder.send(world.asy, "delegate", [holder.address]);
  const victim = requester.address;
  const evidence = `0x${"11".repeat(32)}`;
  const opening = [REASON.dataWithheld, provider.address, victim, 10n * ASY_UNIT, evidence];
  const opened = await world.send(world.deployer, world.slashing, "openCase", opening);
  const posted = await requester.postNew({ lane: 1 });
  const claimed = await requester.postNew({ lane: 2 });
  await provider.claim(claimed);
  const bidding = await requester.postNew({
    lane: 3,
    rule: 1,
    priceWeight: 1,
    minPrice: 1n,
    rampStart: world.now + 86_400,
  });

  const guardian = await world.create("mocks/Council.sol");
  const council = await world.create("mocks/Council.sol");
  const randomness = randomnessOn(await createCoordinator(world));
  const config = { ...governedConfig(guardian.address, council.address), ...(referee ? { referee } : {}), randomness };
  const { publicClient, walletClient } = await world.clients();
  await deploy({ publicClient, walletClient, config, path: null });
  const { deployment } = await handover({ publicClient, walletClient, config, path: null });
  world.now = Number((await publicClient.getBlock()).timestamp) + 10;

  const governor = { address: deployment.contracts.AssayGovernor!.address, abi: readArtifact("AssayGovernor").abi };
  world.watch(governor);
  const proposing = [[world.market.address], [0n], ["0x"], "a proposal"] as const;
  const { events } = await holder.send(governor, "propose", proposing);
  const proposed = events.find(({ name }) => name === "ProposalCreated")!;
  world.pass(CLOCKS.votingDelay + 1);

  const proposal: Cast["governor"]["proposal"] = [
    [world.market.address],
    [0n],
    ["0x"],
    keccak256(toBytes("a proposal")),
  ];
  return {
    world,
    deployment,
    cast: {
      world,
      caller: world.accounts[12]!,
      provider,
      requester,
      posted,
      claimed,
      bidding,
      caseId: opened.events.find(({ name }) => name === "CaseOpened")!.args.id as bigint,
      governor: { proposal, id: proposed.args.proposalId as bigint },
      authority: world.authority,
    },
  };
}

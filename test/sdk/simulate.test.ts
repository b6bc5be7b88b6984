// What a proposal would change, told before anybody votes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, beforeEach, describe, test } from "node:test";
import { encodeFunctionData, getAddress, zeroAddress } from "viem";
import { namespaceSlots } from "../../sdk/src/governance/executable.ts";
import {
  type AssayClient,
  createAssayClient,
  describeSimulation,
  type ProposalCall,
  type ProposalSimulation,
  parseDeployment,
  protocolCall,
} from "../../sdk/src/index.ts";
import { createGoverned, decide, type Governed, propose } from "../support/governed.ts";

let governed: Governed;
let client: AssayClient;
before(async () => {
  governed = await createGoverned();
  const { publicClient } = await governed.world.clients();
  const deployment = parseDeployment(JSON.parse(JSON.stringify(governed.deployment)));
  client = createAssayClient({ publicClient, deployment });
});
beforeEach(() => governed.reset());
after(() => governed.world.close());

const call = ((args: Parameters<typeof protocolCall>[1]) =>
  protocolCall(client.deployment, args as never)) as unknown as (args: {
  contract: string;
  functionName: string;
  args: readonly unknown[];
}) => ProposalCall;

// the world's chain serves as its own copy: the simulation leaves it as it was
const simulate = (...calls: ProposalCall[]) =>
  client.simulateProposal({ fork: governed.world.provider, calls, description: "what if" });

const parameter = ({ parameters }: ProposalSimulation, name: string) => parameters.find((entry) => entry.name === name);

describe("a proposal is simulated", () => {
  test("the slots it writes are those of the storage layout snapshots", () => {
    const slot = (contract: string, namespace: string) =>
      BigInt(JSON.parse(readFileSync(`test/layout/${contract}.json`, "utf8"))[namespace].slot);
    assert.equal(namespaceSlots.governor, slot("AssayGovernor", "openzeppelin.storage.Governor"));
    assert.equal(namespaceSlots.lateQuorum, slot("AssayGovernor", "openzeppelin.storage.GovernorPreventLateQuorum"));
    assert.equal(namespaceSlots.timelockControl, slot("AssayGovernor", "openzeppelin.storage.GovernorTimelockControl"));
    assert.equal(namespaceSlots.counting, slot("AssayGovernor", "assay.storage.OverridableCounting"));
    assert.equal(namespaceSlots.timelock, slot("ProtocolTimelock", "openzeppelin.storage.TimelockController"));
  });

  test("parameters are named, with arguments where they have some, before and after; nothing else is in the list", async () => {
    const { asy } = governed.world;
    const result = await simulate(
      call({ contract: "StakingManager", functionName: "setThawPeriod", args: [5_000n] }),
      call({ contract: "AssayGovernor", functionName: "setVotingPeriod", args: [7_200] }),
      call({ contract: "JobMarketplace", functionName: "configureToken", args: [asy.address, true, 123, 9n] }),
    );
    assert.equal(result.failure, null);
    assert.deepEqual(parameter(result, "StakingManager.thawPeriod"), {
      name: "StakingManager.thawPeriod",
      before: 3_600n,
      after: 5_000n,
    });
    assert.equal(parameter(result, "AssayGovernor.votingPeriod")?.after, 7_200n);
    const fee = result.parameters.find(({ name }) => /tokenConfig\(0x.*\)\.feeBps/.test(name));
    assert.equal(fee?.after, 123);
    assert.deepEqual(
      new Set(result.parameters.map(({ name }) => name.replace(/\(.*/, ""))),
      new Set([
        "StakingManager.thawPeriod",
        "AssayGovernor.votingPeriod",
        "JobMarketplace.tokenConfig",
        // a fee that is set stands still: its range closes on it
        "JobMarketplace.feeRange",
      ]),
    );
    assert.deepEqual([result.implementations, result.roles, result.balances], [[], [], []]);
    const text = describeSimulation(client.deployment, result).join("\n");
    assert.match(text, /1\. StakingManager\.setThawPeriod\(period: 5000\)/);
    assert.match(text, /StakingManager\.thawPeriod: 3600 -> 5000/);
  });

  test("it tells what the chain then does, and leaves its copy as it was", async () => {
    const { world, parameters, market } = { ...governed, market: governed.world.market };
    const args = [market.address, "0x12345678", 3n, 9n] as const;
    const before = await world.provider.request({ method: "eth_getBlockByNumber", params: ["latest", false] });
    const result = await simulate(call({ contract: "ParameterCouncil", functionName: "setRange", args }));
    assert.deepEqual(
      await world.provider.request({ method: "eth_getBlockByNumber", params: ["latest", false] }),
      before,
    );
    const told = result.parameters.map(({ name, after }) => `${name.replace(/^.*\)/, "")} ${after}`).sort();
    assert.deepEqual(told, [".max 9", ".min 3"]);
    await decide(governed, [{ to: parameters, functionName: "setRange", args }]);
    const [min, max] = await world.read<readonly bigint[]>(parameters, "rangeOf", args.slice(0, 2));
    assert.deepEqual([min, max], [3n, 9n]);
  });

  test("money that leaves the treasury is shown on both sides, coin and tokens", async () => {
    const { world, treasury, bob, timelock } = governed;
    await world.send(world.deployer, world.asy, "transfer", [treasury.address, 1_000n]);
    await world.provider.request({ method: "hardhat_setBalance", params: [timelock.address, "0x64"] });
    const result = await simulate(
      call({ contract: "Treasury", functionName: "pay", args: [world.asy.address, bob.address, 400n] }),
      { target: bob.address, value: 70n, data: "0x" },
    );
    const moved = result.balances.map(
      ({ token, account, before, after }) => `${getAddress(token)} ${getAddress(account)} ${after - before}`,
    );
    const asy = getAddress(world.asy.address);
    assert.deepEqual(
      moved.sort(),
      [
        `${asy} ${getAddress(treasury.address)} -400`,
        `${asy} ${getAddress(bob.address)} 400`,
        `${zeroAddress} ${getAddress(timelock.address)} -70`,
        `${zeroAddress} ${getAddress(bob.address)} 70`,
      ].sort(),
    );
  });

  test("roles and code that change hands are told, also when they hide behind the authority, GOV-40", async () => {
    const { world, treasury, alice } = governed;
    const next = await world.create("governance/Treasury.sol", [world.market.address]);
    const upgrade = call({ contract: "Treasury", functionName: "upgradeToAndCall", args: [next.address, "0x"] });
    const result = await simulate(
      call({ contract: "ProtocolAuthority", functionName: "grantRole", args: [1n, alice.address, 0] }),
      call({ contract: "ProtocolAuthority", functionName: "execute", args: [treasury.address, upgrade.data] }),
    );
    assert.equal(result.failure, null);
    assert.deepEqual(
      result.implementations.map(({ contract, after }) => [contract, getAddress(after)]),
      [["Treasury", getAddress(next.address)]],
    );
    assert.deepEqual(
      result.roles.map(({ role, account, granted }) => [role, getAddress(account), granted]),
      [["guardian", getAddress(alice.address), true]],
    );
    const text = describeSimulation(client.deployment, result).join("\n");
    assert.match(text, /-> Treasury\.upgradeToAndCall/);
    assert.match(text, /Treasury gets new code/);
    assert.match(text, /gains the role guardian of ProtocolAuthority/);
  });

  test("a contract of nobody's that a proposal writes to is shown, GOV-40", async () => {
    const { world } = governed;
    const stranger = await world.create("mocks/MockStrategy.sol");
    const data = encodeFunctionData({ abi: stranger.abi, functionName: "set", args: [0, 1, 5n] });
    const result = await simulate({ target: stranger.address, value: 0n, data });
    const touched = result.touched.find(({ address }) => getAddress(address) === getAddress(stranger.address));
    assert.equal(touched?.contract, null);
    assert.match(describeSimulation(client.deployment, result).join("\n"), /not the protocol's, changes \d+ words/);
  });

  test("one that would fail is told so, with the contract's sentence, GOV-01", async () => {
    const result = await simulate(call({ contract: "StakingManager", functionName: "setThawPeriod", args: [7_200n] }));
    assert.equal(result.failure?.revert?.name, "Timelock_DelayNotAboveThaw");
    assert.deepEqual([result.parameters, result.touched], [[], []]);
    assert.match(describeSimulation(client.deployment, result).join("\n"), /It would fail: SDK-030/);
  });

  test("in every state of the proposal, even while it is pending or after it was executed", async () => {
    const calls = [call({ contract: "AssayGovernor", functionName: "setVotingDelay", args: [120] })];
    const target = { to: governed.governor, functionName: "setVotingDelay", args: [120] };
    const changed = async () => {
      const result = await client.simulateProposal({ fork: governed.world.provider, calls, description: "what if" });
      return result.failure?.message ?? parameter(result, "AssayGovernor.votingDelay")?.after;
    };
    assert.equal(await changed(), 120n);
    await propose(governed, [target], "what if");
    assert.equal(await changed(), 120n);
    await governed.reset();
    await decide(governed, [target], "what if");
    assert.equal(await changed(), undefined, "it has the value already");
  });
});

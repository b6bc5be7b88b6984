// Games that the upkeep coordinator ends.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeFunctionData, zeroAddress } from "viem";
import { deployRegistry } from "../contracts/automation/network.ts";
import { SimulatedRegistry } from "../contracts/automation/registry.ts";
import { useCase } from "./support/case.ts";

/** Of a registry, as on the networks with the least room. */
const LIMITS = {
  checkGasLimit: 10_000_000,
  maxPerformGas: 5_000_000,
  maxCheckDataSize: 5_000,
  maxPerformDataSize: 2_000,
};

describe("upkeep of games", () => {
  const the = useCase();

  test("a game is ended in the second in which its clock has run out; a move before that is respected", async () => {
    const { court } = the;
    const { world } = court;
    const peers = [world.market.address, court.dispute.address, world.slashing.address, zeroAddress];
    const upkeep = await world.create("automation/UpkeepCoordinator.sol", peers);
    const registry = new SimulatedRegistry(world, upkeep);
    const game = await court.challenge(the.accuser);
    const data = encodeFunctionData({ abi: upkeep.abi, functionName: "timeout", args: [[game]] });
    const opened = world.now;
    assert.equal(await registry.check(data), undefined);
    // the first second at which the referee itself takes a timeout
    let [low, high] = [opened, opened + 60 * 86_400];
    while (low < high) {
      world.now = Math.floor((low + high) / 2);
      if (await registry.check(data)) high = world.now;
      else low = world.now + 1;
    }
    world.now = low - 1;
    await court.refused(the.bob, ["timeout", [game]], "Dispute_ClockRunning");
    await assert.rejects(registry.perform(the.bob, data), { errorName: "Upkeep_NothingDue" });
    world.now = low;
    await registry.perform(the.bob, data);
    assert.equal(await court.verdict(the.suit), 2, "rejected");
    assert.equal(await registry.check(data), undefined);
    await assert.rejects(registry.perform(the.bob, data), { errorName: "Upkeep_NothingDue" });
  });

  test("the same through a registry of Chainlink itself; games that go on are no work, and no part of the report", async () => {
    const { court } = the;
    const { world } = court;
    const peers = [world.market.address, court.dispute.address, world.slashing.address, zeroAddress];
    const upkeep = await world.create("automation/UpkeepCoordinator.sol", peers);
    const network = await deployRegistry(world, LIMITS, 10);
    const game = await court.challenge(the.accuser);
    const data = encodeFunctionData({ abi: upkeep.abi, functionName: "timeout", args: [[game]] });
    const id = await network.register(upkeep.address, 500_000, data, 100n * 10n ** 18n);
    assert.equal((await network.check(id)).reason, "not needed");
    const early = await network.transmit([await network.draft(id, data)]);
    const successes = (events: typeof early.events) =>
      events.filter(({ name }) => name === "UpkeepPerformed").map(({ args }) => args.success);
    assert.deepEqual(successes(early.events), [false], "nobody's clock has run out");
    world.now += 60 * 86_400;
    const check = await network.check(id);
    assert.deepEqual([check.needed, check.performData], [true, data], check.reason);
    const receipt = await network.transmit([await network.draft(id, check.performData)]);
    assert.deepEqual(successes(receipt.events), [true]);
    assert.equal(await court.verdict(the.suit), 2, "rejected");
    assert.equal((await network.check(id)).reason, "not needed");
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { zeroAddress } from "viem";
import { useCase } from "./support/case.ts";

describe("a paused protocol", () => {
  const the = useCase();

  test("still takes challenges and counts answers", async () => {
    const { world } = the.court;
    await world.send(world.deployer, world.market, "setPause", [3]);
    const game = await the.court.challenge(the.accuser);
    const data = await the.court.reveal(the.defender, game);
    const next = await the.court.pick(the.accuser, game, data);
    assert.ok(next, "the game goes on");
    assert.notEqual(next.place, game.place);
  });

  test("still pays out what an account has in the referee, and refuses amounts and accounts that are none", async () => {
    const { court, alice, bob } = the;
    const { world } = court;
    await world.send(world.deployer, world.market, "setPause", [3]);
    await court.refused(alice, ["deposit", [zeroAddress, 1n]], "Dispute_ZeroAddress");
    await court.refused(alice, ["deposit", [bob, 0n]], "Dispute_ZeroAmount");
    await court.send(alice, ["deposit", [bob, 7n]]);
    assert.equal(await court.credit(bob), 7n);
    await court.refused(bob, ["withdraw", [0n]], "Dispute_ZeroAmount");
    await court.refused(bob, ["withdraw", [8n]], "Dispute_InsufficientCredit");
    const before = await world.read<bigint>(world.asy, "balanceOf", [bob]);
    await court.send(bob, ["withdraw", [7n]]);
    assert.equal((await world.read<bigint>(world.asy, "balanceOf", [bob])) - before, 7n);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
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
});

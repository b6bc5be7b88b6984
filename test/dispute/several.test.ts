import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, type Hex, keccak256 } from "viem";
import { useCase } from "./support/case.ts";
import { keyOf } from "./support/court.ts";
import { decodePlace, type Game, LEVEL } from "./support/place.ts";
import { play, walkTo } from "./support/play.ts";

describe("several challengers", () => {
  const the = useCase();

  test("a provider cannot answer two challengers differently (V5)", async () => {
    const other = the.accuserOf(the.bob);
    let second = await the.court.challenge(other);
    const { game } = await walkTo(the.court, the.accuser, the.defender, LEVEL.Segment, true);
    assert.equal(keyOf(second), keyOf({ ...second, party: 0n }), "challengers do not enter the key");
    second = (await the.court.pick(other, second, (await the.court.revealed(second))!))!;
    assert.equal(keyOf(second), keyOf(game), "both stand at the same place");
    await the.refused(the.court.provider.address, the.defender.answer(second), "Dispute_AlreadyRevealed", second);
  });

  test("answers to one game after another may differ, and each of them convicts", async () => {
    const { game } = await walkTo(the.court, the.accuser, the.defender, LEVEL.Segment, true);
    await the.refused(the.court.provider.address, the.defender.answer(game), "Dispute_AlreadyRevealed", game);
    // to the second challenger the provider shows other states in between, and must still end where it said
    const other = the.accuserOf(the.bob);
    let second = await the.court.challenge(other);
    second = (await the.court.pick(other, second, await the.court.reveal(the.defender, second)))!;
    const [name, args] = the.defender.answer(second);
    const states = (args[4] as Hex[]).with(0, keccak256("0x01"));
    await the.court.send(the.court.provider.address, [name, args.with(4, states)]);
    const fork = await the.court.world.snapshot();
    const next = await the.court.pick(other, second, concat([args[2] as Hex, ...states]));
    await the.refused(the.court.provider.address, the.defender.answer(next!), "Dispute_WrongEnd", next);
    the.court.world.pass(7_200 + 2 * 16 * 60 + 1);
    await the.court.send(the.bob, ["timeout", [next]]);
    assert.equal(await the.court.verdict(the.suit), 2);
    await fork();
    const first = (await the.court.pick(the.accuser, game, (await the.court.revealed(game))!))!;
    await play(the.court, the.accuser, the.defender, first);
    assert.equal(await the.court.verdict(the.suit), 2);
  });

  /** Lets the.bob walk to where the.alice stands; returns his game and what is revealed there. */
  async function follow(): Promise<{ second: Game; data: Hex }> {
    const other = the.accuserOf(the.bob);
    let second = await the.court.challenge(other);
    while (decodePlace(second.place).level !== LEVEL.Prefix) {
      second = (await the.court.pick(other, second, await the.court.reveal(the.defender, second)))!;
    }
    return { second, data: await the.court.reveal(the.defender, second) };
  }

  test("a copied proof pays the one who was copied (DSP-82, P5)", async () => {
    const { game, data } = await walkTo(the.court, the.accuser, the.defender, LEVEL.Prefix, true);
    const { second } = await follow();
    const [, [, ...shown]] = the.accuser.answer(game, data);
    await the.court.send(the.bob, ["proveChunk", [second, ...shown]]);
    const { party } = await the.court.docket(the.suit.commitment);
    assert.equal(party.toLowerCase(), the.alice.toLowerCase());
  });

  test("a first comer that ran out of time is not paid for another's proof", async () => {
    const { game } = await walkTo(the.court, the.accuser, the.defender, LEVEL.Prefix, true);
    the.court.world.pass(3_000);
    const { second, data } = await follow();
    the.court.world.pass(4_201);
    await the.court.send(the.bob, ["timeout", [game]]);
    await the.court.send(the.bob, the.accuserOf(the.bob).answer(second, data));
    const { party } = await the.court.docket(the.suit.commitment);
    assert.equal(party.toLowerCase(), the.bob.toLowerCase());
  });

  test("a puppet that loses on purpose shields nothing (V6)", async () => {
    const { game: puppet } = await walkTo(the.court, the.accuserOf(the.bob), the.defender, LEVEL.Segment, true);
    the.court.world.pass(7_201 - 3_700);
    const game = await the.court.challenge(the.accuser);
    the.court.world.pass(3_700);
    await the.court.send(the.court.provider.address, ["timeout", [puppet]]);
    await play(the.court, the.accuser, the.defender, game);
    assert.equal(await the.court.verdict(the.suit), 2);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Hex, keccak256, numberToHex } from "viem";
import { answeredGame } from "../../sdk/src/codec/game.ts";
import { bend, useCase } from "./support/case.ts";
import { keyOf, wordOf } from "./support/court.ts";
import { decodePlace } from "./support/place.ts";
import { type Move, words } from "./support/players.ts";

describe("turns", () => {
  const the = useCase();

  test("DSP-30, DSP-43: moves out of turn and by others", async () => {
    const game = await the.court.challenge(the.accuser);
    const pick: Move = ["pickNode", [game, 0, keccak256("0x01"), []]];
    await the.refused(the.alice, pick, "Dispute_NotRevealed", game);
    await the.refused(the.bob, pick, "Dispute_NotChallenger", game);
    await the.refused(the.bob, the.defender.answer(game), "Dispute_NotProvider", game);
    await the.refused(
      the.alice,
      ["pickElement", [game, 0n, numberToHex(0, { size: 32 }), []]],
      "Dispute_WrongLevel",
      game,
    );
    await the.refused(the.court.provider.address, ["revealTile", [game, "0x"]], "Dispute_WrongLevel", game);
    const data = await the.court.reveal(the.defender, game);
    await the.refused(the.court.provider.address, the.defender.answer(game), "Dispute_AlreadyRevealed", game);
    const next = (await the.court.pick(the.accuser, game, data))!;
    await the.refused(the.alice, the.accuser.answer(game, data), "Dispute_StaleGame", next);
    await the.refused(the.court.provider.address, the.defender.answer(game), "Dispute_StaleGame", next);
  });

  test("an operator of the provider may answer", async () => {
    const operator = the.court.world.accounts[8]!;
    const game = await the.court.challenge(the.accuser);
    await the.refused(operator, the.defender.answer(game), "Dispute_NotProvider", game);
    await the.court.provider.send(the.court.world.staking, "setOperator", [operator, true]);
    await the.court.send(operator, the.defender.answer(game));
  });

  test("a game that is not where it says: every word of it is bound", async () => {
    const game = await the.court.challenge(the.accuser);
    const answer = the.defender.answer(game);
    for (const change of [
      { party: game.party + 1n },
      { clock: game.clock + (1n << 216n) },
      { place: game.place + (1n << 144n) },
      { expect: keccak256("0x01") },
      { pre: keccak256("0x01") },
    ]) {
      await the.refused(
        the.court.provider.address,
        bend(answer, 0, () => ({ ...game, ...change })),
        "Dispute_StaleGame",
        game,
      );
    }
  });

  test("DSP-72: the words of a reveal are in its event, so a challenger needs nothing but logs", async () => {
    const game = await the.court.challenge(the.accuser);
    const alone = await the.court.world.snapshot();
    const answer = async () =>
      (await the.court.send(the.court.provider.address, the.defender.answer(game))).events[0]!.args;
    const own = await answer();
    assert.deepEqual(words(own.data as Hex), the.defender.nodes(decodePlace(game.place)));
    const answered = answeredGame(game, own as { key: Hex; clock: bigint; expect: Hex })!;
    const args = [the.suit.commitment, the.alice];
    const [word] = await the.court.world.read<readonly [bigint, number]>(the.court.dispute, "gameOf", args);
    assert.equal(word, wordOf(answered), "the only live game is moved, to where the event says");
    await alone();
    await the.court.challenge(the.accuserOf(the.bob));
    const shared = await answer();
    assert.equal(shared.key, keyOf(game));
    assert.equal(answeredGame(game, shared as { key: Hex; clock: bigint; expect: Hex }), undefined);
    const [same] = await the.court.world.read<readonly [bigint, number]>(the.court.dispute, "gameOf", args);
    assert.equal(same, wordOf(game), "a reveal that games share moves none (DSP-72)");
  });
});

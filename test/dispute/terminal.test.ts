import { describe, test } from "node:test";
import { concat, type Hex, keccak256, numberToHex, slice } from "viem";
import { bend, useCase } from "./support/case.ts";
import { LEVEL } from "./support/place.ts";
import { walkTo } from "./support/play.ts";
import type { Move } from "./support/players.ts";

describe("the last levels", () => {
  const the = useCase();

  test("tile, element, prefix sums, proof: lengths, contents, ends and indexes (W12, J1, J2, J3, V28)", async () => {
    const provider = the.court.provider.address;
    const wrong = keccak256("0x01");
    let { game } = await walkTo(the.court, the.accuser, the.defender, LEVEL.Tile, false);
    const tile = the.defender.answer(game);
    await the.refused(
      provider,
      bend(tile, 1, (data: Hex) => slice(data, 1)),
      "Dispute_WrongLength",
      game,
    );
    await the.refused(
      provider,
      bend(tile, 1, (data: Hex) => concat([data, "0x00"])),
      "Dispute_WrongLength",
      game,
    );
    await the.refused(
      provider,
      bend(tile, 1, (data: Hex) => concat(["0xff", slice(data, 1)])),
      "Dispute_WrongRoot",
      game,
    );
    let data = await the.court.reveal(the.defender, game);
    const element = the.accuser.answer(game, data);
    await the.refused(
      the.alice,
      bend(element, 1, () => 256n),
      "Dispute_IndexOutOfRange",
      game,
    );
    await the.refused(
      the.alice,
      bend(element, 1, (index: bigint) => (index + 128n) % 256n),
      "Dispute_WrongReveal",
      game,
    );
    await the.refused(
      the.alice,
      bend(element, 2, () => wrong),
      "Dispute_WrongReveal",
      game,
    );
    await the.refused(
      the.alice,
      bend(element, 3, (proof: Hex[]) => proof.slice(1)),
      "Dispute_WrongLength",
      game,
    );
    game = (await the.court.pick(the.accuser, game, data))!;

    const sums = the.defender.answer(game);
    await the.refused(
      provider,
      bend(sums, 1, (value: Hex) => concat([value, value])),
      "Dispute_WrongLength",
      game,
    );
    await the.refused(
      provider,
      bend(sums, 1, (value: Hex) => concat([slice(value, 0, 7), "0x77"])),
      "Dispute_WrongEnd",
      game,
    );
    data = await the.court.reveal(the.defender, game);
    const chunk = the.accuser.answer(game, data);
    await the.refused(
      the.alice,
      bend(chunk, 2, () => 1n),
      "Dispute_IndexOutOfRange",
      game,
    );
    await the.refused(
      the.alice,
      bend(chunk, 1, () => numberToHex(7, { size: 8 })),
      "Dispute_WrongReveal",
      game,
    );
    const proof = chunk;
    const change = (fields: object): Move => bend(proof, 3, (value: object) => ({ ...value, ...fields }));
    const { op, roots, tiles } = proof[1][3] as {
      op: { rows: number };
      roots: Hex[];
      tiles: { data: Hex; proof: Hex[] }[];
    };
    await the.refused(the.alice, change({ op: { ...op, rows: 1 } }), "Dispute_WrongStart", game);
    await the.refused(the.alice, change({ roots: roots.with(0, wrong) }), "Dispute_WrongStart", game);
    await the.refused(the.alice, change({ nonce: wrong }), "Dispute_WrongStart", game);
    await the.refused(the.alice, change({ tiles: [] }), "Judge_TileCount", game);
    await the.refused(the.alice, change({ tiles: tiles.toReversed() }), "Judge_DataLength", game);
    await the.refused(
      the.alice,
      change({ tiles: [{ ...tiles[0]!, data: "0x000000" }, tiles[1]!] }),
      "Judge_DataLength",
      game,
    );
    const long = { ...tiles[1]!, proof: [...tiles[1]!.proof, wrong] };
    await the.refused(the.alice, change({ tiles: [tiles[0]!, long] }), "Judge_ProofLength", game);
    await the.court.send(the.alice, proof);
    await the.refused(the.alice, proof, "Dispute_Settled", game);
    await the.refused(the.bob, the.accuser.challenge(), "Dispute_Settled");
  });
});

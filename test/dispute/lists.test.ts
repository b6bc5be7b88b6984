import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, type Hex, keccak256, slice, toHex } from "viem";
import { bend, useCase } from "./support/case.ts";
import { decodePlace, LEVEL } from "./support/place.ts";
import { walkTo } from "./support/play.ts";
import { headersOf, type Move } from "./support/players.ts";

describe("lists", () => {
  const the = useCase();

  test("DSP-21: tree: too few or many nodes, other nodes, padding, index out of range, short and long proofs (W6, V4, V27, V28)", async () => {
    const game = await the.court.challenge(the.accuser);
    const answer = the.defender.answer(game);
    const provider = the.court.provider.address;
    const nodes = answer[1][1] as Hex[];
    assert.equal(nodes.length, 4, "nine steps in segments of two have four inner boundaries");
    await the.refused(
      provider,
      bend(answer, 1, () => nodes.slice(1)),
      "Dispute_WrongLength",
      game,
    );
    await the.refused(
      provider,
      bend(answer, 1, () => [...nodes, nodes[0]]),
      "Dispute_WrongLength",
      game,
    );
    await the.refused(
      provider,
      bend(answer, 1, () => nodes.with(0, keccak256("0x01"))),
      "Dispute_WrongRoot",
      game,
    );
    const bomb = Array.from({ length: 3_000 }, () => keccak256("0x01"));
    await the.refused(
      provider,
      bend(answer, 1, () => bomb),
      "Dispute_WrongLength",
      game,
    );
    const data = await the.court.reveal(the.defender, game);
    const pick = the.accuser.answer(game, data);
    await the.refused(
      the.alice,
      bend(pick, 1, () => 4),
      "Dispute_IndexOutOfRange",
      game,
    );
    await the.refused(
      the.alice,
      bend(pick, 1, (index: number) => index ^ 1),
      "Dispute_WrongRoot",
      game,
    );
    await the.refused(
      the.alice,
      bend(pick, 3, (proof: Hex[]) => proof.slice(1)),
      "Dispute_WrongLength",
      game,
    );
    await the.refused(
      the.alice,
      bend(pick, 3, (proof: Hex[]) => [...proof, proof[0]]),
      "Dispute_WrongLength",
      game,
    );
    await the.refused(
      the.alice,
      bend(pick, 3, () => bomb),
      "Dispute_WrongLength",
      game,
    );
    // an inner node passed off as a child: a second preimage at another depth
    const inner = keccak256(concat(["0x01", nodes[0]!, nodes[1]!]));
    await the.refused(
      the.alice,
      bend(
        bend(pick, 2, () => inner),
        3,
        (proof: Hex[]) => proof.slice(1),
      ),
      "Dispute_WrongLength",
      game,
    );
  });

  test("DSP-22: segment: wrong count, end, start, proof; a pick of states that were not revealed (W11)", async () => {
    const { game } = await walkTo(the.court, the.accuser, the.defender, LEVEL.Segment, false);
    const answer = the.defender.answer(game);
    const provider = the.court.provider.address;
    const states = answer[1][4] as Hex[];
    await the.refused(
      provider,
      bend(answer, 4, () => [...states, states.at(-1)]),
      "Dispute_WrongLength",
      game,
    );
    await the.refused(
      provider,
      bend(answer, 4, () => states.slice(1)),
      "Dispute_WrongLength",
      game,
    );
    await the.refused(
      provider,
      bend(answer, 4, () => states.with(-1, keccak256("0x01"))),
      "Dispute_WrongEnd",
      game,
    );
    await the.refused(
      provider,
      bend(answer, 2, () => keccak256("0x01")),
      "Dispute_WrongRoot",
      game,
    );
    await the.refused(
      provider,
      bend(answer, 3, (proof: Hex[]) => proof.slice(1)),
      "Dispute_WrongLength",
      game,
    );
    await the.refused(
      provider,
      bend(answer, 3, (proof: Hex[]) => [...proof, proof[0]]),
      "Dispute_WrongLength",
      game,
    );
    for (const field of ["initState", "shape", "runRoot", "program"]) {
      await the.refused(
        provider,
        bend(answer, 1, (run: object) => ({ ...run, [field]: keccak256("0x01") })),
        "Dispute_WrongStart",
        game,
      );
    }
    const data = await the.court.reveal(the.defender, game);
    const pick = the.accuser.answer(game, data);
    const change = (fields: object): Move => bend(pick, 1, (value: object) => ({ ...value, ...fields }));
    const { states: opened, proof } = pick[1][1] as { states: Hex[]; proof: Hex[] };
    await the.refused(the.alice, change({ start: keccak256("0x01") }), "Dispute_WrongReveal", game);
    await the.refused(the.alice, change({ program: keccak256("0x01") }), "Dispute_WrongReveal", game);
    await the.refused(the.alice, change({ firstStep: 0n }), "Dispute_WrongReveal", game);
    await the.refused(the.alice, change({ root: keccak256("0x01") }), "Dispute_WrongReveal", game);
    await the.refused(the.alice, change({ index: 2n }), "Dispute_IndexOutOfRange", game);
    await the.refused(the.alice, change({ states: [...opened, opened[0]!] }), "Dispute_WrongLength", game);
    await the.refused(the.alice, change({ states: opened.map(() => keccak256("0x01")) }), "Dispute_WrongRoot", game);
    await the.refused(the.alice, change({ proof: proof.slice(1) }), "Dispute_WrongLength", game);
  });

  test("DSP-33: operators: roots that do not start or end where they should, other programs, other inputs (W2)", async () => {
    const { game } = await walkTo(the.court, the.accuser, the.defender, LEVEL.Ops, false);
    const answer = the.defender.answer(game);
    const provider = the.court.provider.address;
    const roots = answer[1][3] as Hex[];
    const states = the.suit.honest.states[0]!.length;
    await the.refused(
      provider,
      bend(answer, 3, () => roots.slice(1)),
      "Dispute_WrongLength",
      game,
    );
    await the.refused(
      provider,
      bend(answer, 3, () => roots.with(0, keccak256("0x01"))),
      "Dispute_WrongStart",
      game,
    );
    await the.refused(
      provider,
      bend(answer, 3, () => roots.with(-1, keccak256("0x01"))),
      "Dispute_WrongEnd",
      game,
    );
    // W2: the honest roots of the step under a wrong end
    const step = decodePlace(game.place).step;
    await the.refused(
      provider,
      bend(answer, 3, () => the.suit.honest.opRoots(step)),
      "Dispute_WrongEnd",
      game,
    );
    for (const change of [{ dataRoot: keccak256("0x01") }, { nonce: keccak256("0x01") }]) {
      await the.refused(
        provider,
        bend(answer, 1, (program: object) => ({ ...program, ...change })),
        "Dispute_WrongStart",
        game,
      );
    }
    const headers = headersOf(the.suit.honest);
    await the.refused(
      provider,
      bend(answer, 2, () => slice(headers, 0, 44 + 2 * states)),
      "Dispute_WrongProgram",
      game,
    );
    await the.refused(
      provider,
      bend(answer, 2, () => "0x"),
      "Dispute_MalformedProgram",
      game,
    );
    await the.refused(
      provider,
      bend(answer, 2, () => toHex(new Uint8Array(100_000))),
      "Dispute_MalformedProgram",
      game,
    );

    const data = await the.court.reveal(the.defender, game);
    const pick = the.accuser.answer(game, data);
    const { head, index, valueProof, opProof, inputs, inputProofs } = pick[1][1] as {
      head: { nonce: Hex; dataRoot: Hex; opsRoot: Hex };
      index: bigint;
      valueProof: Hex[];
      opProof: Hex[];
      inputs: Hex[];
      inputProofs: Hex[];
    };
    const change = (fields: object): Move => bend(pick, 1, (value: object) => ({ ...value, ...fields }));
    const wrong = keccak256("0x01");
    await the.refused(the.alice, change({ head: { ...head, opsRoot: wrong } }), "Dispute_WrongReveal", game);
    await the.refused(the.alice, change({ head: { ...head, nonce: wrong } }), "Dispute_WrongReveal", game);
    await the.refused(the.alice, change({ states: BigInt(states + 1) }), "Dispute_WrongReveal", game);
    await the.refused(the.alice, change({ index: 41n }), "Dispute_IndexOutOfRange", game);
    await the.refused(the.alice, change({ index: index - 1n }), "Dispute_WrongRoot", game);
    await the.refused(the.alice, change({ value: wrong }), "Dispute_WrongRoot", game);
    await the.refused(the.alice, change({ valueProof: valueProof.slice(1) }), "Dispute_WrongLength", game);
    await the.refused(the.alice, change({ opProof: [...opProof, wrong] }), "Dispute_WrongLength", game);
    await the.refused(the.alice, change({ inputs: inputs.slice(1) }), "Dispute_WrongLength", game);
    await the.refused(the.alice, change({ inputs: inputs.with(0, wrong) }), "Dispute_WrongRoot", game);
    await the.refused(the.alice, change({ inputProofs: inputProofs.slice(0, -1) }), "Dispute_WrongLength", game);
    await the.refused(the.alice, change({ inputProofs: [...inputProofs, wrong] }), "Dispute_WrongLength", game);
    // another record of the same step
    const other = bend(pick, 2, (record: { attrs: bigint[] }) => ({ ...record, attrs: record.attrs.with(0, 7n) }));
    await the.refused(the.alice, other, "Dispute_WrongRoot", game);
  });
});

import { describe, test } from "node:test";
import { type Hex, keccak256 } from "viem";
import { CASE_TASK, useCase } from "./support/case.ts";
import { fault } from "./support/faults.ts";
import { LEVEL } from "./support/place.ts";
import { walkTo } from "./support/play.ts";

describe("forks", () => {
  const the = useCase();

  for (const [others, error] of [
    [0, "Dispute_StaleGame"],
    [1, "Dispute_WrongReveal"],
  ] as const) {
    test(`a signed pick does not fit another reveal after a fork (W7), ${others} other games`, async () => {
      if (others > 0) await the.court.challenge(the.accuserOf(the.bob));
      const { game } = await walkTo(the.court, the.accuser, the.defender, LEVEL.Segment, false);
      const fork = await the.court.world.snapshot();
      const signed = the.accuser.answer({ ...game }, await the.court.reveal(the.defender, { ...game }));
      const [name, args] = the.defender.answer(game);
      await fork();
      // on the other branch the provider reveals a list that differs already at its first state
      const states = (args[4] as Hex[]).with(0, keccak256("0x01"));
      await the.court.send(the.court.provider.address, [name, args.with(4, states)]);
      await the.refused(the.alice, signed, error);
    });
  }

  test("a signed challenge does not fit another result after a fork (W7)", async () => {
    const signed = the.accuser.challenge();
    const other = await the.court.submit(CASE_TASK, { tamper: fault(2, 37, 5) });
    const [, [record, , last]] = signed;
    await the.refused(
      the.alice,
      ["challenge", [{ ...(record as object), runRoot: other.record.runRoot }, other.run, last]],
      "Dispute_NotSubmitted",
    );
  });
});

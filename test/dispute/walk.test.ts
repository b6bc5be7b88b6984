import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { OP } from "../../exact/src/program/opcodes.ts";
import { buildsOf } from "./support/builds.ts";
import { Court, MIN_BOND, STAKE } from "./support/court.ts";
import { fault, generator } from "./support/faults.ts";
import { accuseFalsely, play } from "./support/play.ts";
import { Accuser, Defender } from "./support/players.ts";
import type { Tamper, Task } from "./support/run.ts";
import { smallTask } from "./support/tasks.ts";

const bond = (stake: bigint) => (stake / 50n > MIN_BOND ? stake / 50n : MIN_BOND);

describe("the walk", () => {
  let court: Court;
  let challenger: `0x${string}`;
  before(async () => {
    court = await Court.open(buildsOf());
    challenger = await court.fund(court.world.accounts[5]!, 100_000n * 10n ** 18n);
  });
  after(() => court.close());

  /** A result that the fault has changed. A job's nonce is not known before, and under some of them rounding hides a fault. */
  async function submitted(task: Task, tamper: Tamper) {
    for (let tries = 0; tries < 20; tries++) {
      const suit = await court.submit(task, { tamper });
      if (suit.record.finalState !== suit.honest.state(task.compiled.steps)) return suit;
    }
    return assert.fail("the fault never reaches the final state");
  }

  async function convict(task: Task, tamper: Tamper): Promise<number> {
    const suit = await submitted(task, tamper);
    const moves = await play(court, new Accuser(suit, suit.honest, challenger), new Defender(suit, suit.claimed));
    assert.equal(await court.verdict(suit), 2, "rejected");
    const { party } = await court.docket(suit.commitment);
    assert.equal(party.toLowerCase(), challenger.toLowerCase(), "the finder is the beneficiary");
    return moves;
  }

  test("one weight changed by one costs the provider its stake", async () => {
    const before = await court.provider.stakes();
    const task = smallTask();
    const suit = await court.submit(task, { tamper: fault(3, 37, 5) });
    const accuser = new Accuser(suit, suit.honest, challenger);
    await play(court, accuser, new Defender(suit, suit.claimed));
    await court.world.send(court.requester.address, court.world.market, "reject", [
      suit.job.terms,
      suit.run,
      suit.commitment,
    ]);
    const after = await court.provider.stakes();
    assert.equal(before.stake - after.stake, STAKE, "the whole bond is gone");
    assert.equal(after.locked, before.locked, "nothing stays locked");
    const credit = (account: string) => court.world.read<bigint>(court.world.staking, "creditOf", [account]);
    assert.equal(await credit(challenger), STAKE / 4n, "a quarter for the finder");
    assert.equal(await credit(court.requester.address), (STAKE * 15n) / 100n);
  });

  for (const [name, tamper] of [
    ["data loaded wrongly", fault(2, 0, 7)],
    ["a wrong quantised weight", fault(1, 5, 33, 100)],
    ["a wrong product", fault(4, 8, 60, 100_000)],
    ["a wrong maximum", fault(0, 9, 0, 1 << 20)],
    ["a wrong shift", fault(2, 11, 0)],
    ["a wrong exponential", fault(3, 17, 2, 8)],
    ["a wrong row sum", fault(3, 18, 1, 512)],
    ["a wrong quotient", fault(1, 23, 2)],
    ["a wrong relu mask", fault(2, 32, 9, 1000)],
    ["wrong new weights", fault(4, 40, 359)],
  ] as const) {
    test(`${name} is found`, async () => {
      await convict(smallTask(), tamper);
    });
  }

  test("a run of one segment, and of one full and one single step", async () => {
    await convict(smallTask({ steps: 2, segmentLength: 4 }), fault(1, 37, 5));
    await convict(smallTask({ steps: 3, segmentLength: 2 }), fault(2, 37, 5));
    await convict(smallTask({ steps: 3, segmentLength: 2 }), fault(0, 37, 5));
  });

  test("DSP-32: a long run tree: every segment of nine", async () => {
    for (const step of [0, 3, 8]) await convict(smallTask({ steps: 9, segmentLength: 1 }), fault(step, 27, 3));
  });

  test("an altered output of an inference run is found", async () => {
    const task = smallTask({ kind: "infer" });
    const logits = task.compiled.records.findIndex(({ opcode }) => opcode === OP.CHAIN) - 1;
    await convict(task, fault(3, logits, 4));
  });

  test("false accusations end before the judge, who finds nothing, and cost the bond", async () => {
    const random = generator(7);
    for (let i = 0; i < 12; i++) {
      const suit = await court.submit(smallTask(i % 2 === 0 ? {} : { kind: "infer" }));
      const before = await court.world.read<bigint>(court.world.asy, "balanceOf", [challenger]);
      const { game, proof } = await accuseFalsely(court, suit, challenger, random);
      await court.refused(challenger, proof, "Dispute_NoFraud");
      court.world.pass(7_201);
      await court.send(court.provider.address, ["timeout", [game]]);
      assert.equal(await court.verdict(suit), 1, "accepted");
      const after = await court.world.read<bigint>(court.world.asy, "balanceOf", [challenger]);
      assert.equal(before - after, bond(STAKE));
    }
  });
});

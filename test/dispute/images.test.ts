import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Address } from "viem";
import { buildsOf } from "./support/builds.ts";
import { Court } from "./support/court.ts";
import { fault, generator } from "./support/faults.ts";
import { AccuserOf, faultSize, IMAGE_OPERATORS } from "./support/image-operators.ts";
import { decodePlace } from "./support/place.ts";
import { accuseFalsely } from "./support/play.ts";
import { Defender } from "./support/players.ts";
import { prosecute, Stubborn } from "./support/prosecute.ts";
import { TracedRun } from "./support/run.ts";
import { claimOf } from "./support/suit.ts";
import { imageTask } from "./support/tasks.ts";

describe("a convolutional run in court", () => {
  const task = imageTask();
  const random = generator(7);
  let court: Court;
  let challenger: Address;
  before(async () => {
    court = await Court.open(buildsOf());
    challenger = await court.fund(court.world.accounts[5]!);
  });
  after(() => court.close());

  for (const [name, isMeant] of Object.entries(IMAGE_OPERATORS)) {
    test(`${name}: a fault in each record of it ends with the provider rejected`, async () => {
      const { claimed, honest, back } = await claim();
      const ops = task.compiled.records.flatMap((record, op) => (isMeant(record) ? [op] : []));
      assert.ok(ops.length > 0, "the program has such a record");
      let shown = 0;
      for (const op of ops) {
        const { rows, cols } = task.compiled.records[op]!;
        const drawn = Array.from({ length: 4 }, () => random(rows * cols));
        for (const element of [rows * cols - 1, 0, ...drawn]) {
          const run = new TracedRun(task, claimed.job.nonce, fault(1, op, element, faultSize(task, op)));
          if (run.state(3) === honest.state(3) && run.runRoot === honest.runRoot) continue;
          const suit = await court.enter(claimed, honest, claimOf(run));
          const trial = await prosecute(court, Stubborn.of(suit, challenger), new Defender(suit, run));
          assert.deepEqual(trial, { outcome: "proof", retries: 0 }, `record ${op}, element ${element}`);
          assert.equal(await court.verdict(suit), 2);
          shown++;
          await back();
        }
      }
      assert.ok(shown >= 2, `${shown} faults changed the result`);
    });

    test(`${name}: a false accusation of it has nothing to prove`, async () => {
      const { claimed, honest, back } = await claim();
      const op = task.compiled.records.findLastIndex(isMeant);
      for (let i = 0; i < 3; i++) {
        const suit = await court.enter(claimed, honest, claimOf(honest));
        const accuser = new AccuserOf(op, suit, challenger, random);
        const { game, proof } = await accuseFalsely(court, suit, challenger, random, accuser);
        assert.equal(decodePlace(game.place).op, op);
        await court.refused(challenger, proof, "Dispute_NoFraud");
        await back();
      }
    });
  }

  async function claim() {
    const claimed = await court.claim(task);
    const honest = new TracedRun(task, claimed.job.nonce);
    return { claimed, honest, back: await court.world.snapshot() };
  }
});

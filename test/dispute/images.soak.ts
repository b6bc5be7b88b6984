import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Address } from "viem";
import { initialState } from "../../exact/src/data/init.ts";
import { compileProgram } from "../../exact/src/program/compile.ts";
import { x24DigitsCnn } from "../../exact/src/recipes.ts";
import { loadDigits, packDigits } from "../../scripts/lib/digits.ts";
import { buildsOf } from "./support/builds.ts";
import { Court } from "./support/court.ts";
import { fault, generator } from "./support/faults.ts";
import { AccuserOf, faultSize, IMAGE_OPERATORS } from "./support/image-operators.ts";
import { decodePlace } from "./support/place.ts";
import { accuseFalsely } from "./support/play.ts";
import { Defender } from "./support/players.ts";
import { prosecute, Stubborn } from "./support/prosecute.ts";
import { type Task, TracedRun } from "./support/run.ts";
import { claimOf } from "./support/suit.ts";

const SEED = Number(process.env.ASSAY_SEED ?? 1);

/** The recipe as it is sold: 64 digits of 28 x 28, two convolutions, 127 operators. */
function digits(): Task {
  const program = x24DigitsCnn();
  const compiled = compileProgram(program);
  const dataset = packDigits(loadDigits().train, program.input.bits);
  return { compiled, dataset, start: initialState(compiled, `0x${"5a".repeat(32)}`) };
}

describe(`the digits' convolutional network in court, seed ${SEED}`, () => {
  const task = digits();
  const { records, steps } = task.compiled;
  // The last step, computed from the initial weights: what a dispute over it costs does not depend on the steps before.
  const span = { first: steps - 1, count: 1 };
  const random = generator(SEED);
  let court: Court;
  let challenger: Address;
  before(async () => {
    court = await Court.open(buildsOf());
    challenger = await court.fund(court.world.accounts[5]!, 10_000n * 10n ** 18n);
  });
  after(() => court.close());

  for (const [name, isMeant] of Object.entries(IMAGE_OPERATORS)) {
    test(`${name}: a fault in each record of it ends with the provider rejected`, async (t) => {
      const claimed = await court.claim(task);
      const honest = new TracedRun(task, claimed.job.nonce, {}, span);
      for (const [op, record] of records.entries()) {
        if (!isMeant(record)) continue;
        let shown = false;
        for (let tries = 0; !shown && tries < 20; tries++) {
          const element = random(record.rows * record.cols);
          const run = new TracedRun(task, claimed.job.nonce, fault(span.first, op, element, faultSize(task, op)), span);
          if (run.state(steps) === honest.state(steps)) continue;
          const back = await court.world.snapshot();
          const suit = await court.enter(claimed, honest, claimOf(run));
          const trial = await prosecute(court, Stubborn.of(suit, challenger), new Defender(suit, run));
          assert.deepEqual(trial, { outcome: "proof", retries: 0 }, `record ${op}, element ${element}`);
          assert.equal(await court.verdict(suit), 2);
          t.diagnostic(`${record.note}, element ${element}: last move ${court.gas.at(-1)![1]} gas`);
          await back();
          shown = true;
        }
        assert.ok(shown, `none of 20 faults of record ${op} (${record.note}) changes the state`);
      }
    });

    test(`${name}: a false accusation of it has nothing to prove`, async () => {
      const claimed = await court.claim(task);
      const honest = new TracedRun(task, claimed.job.nonce, {}, span);
      const suit = await court.enter(claimed, honest, claimOf(honest));
      const op = records.findLastIndex(isMeant);
      const accuser = new AccuserOf(op, suit, challenger, random, true);
      const { game, proof } = await accuseFalsely(court, suit, challenger, random, accuser);
      assert.deepEqual([decodePlace(game.place).step, decodePlace(game.place).op], [span.first, op]);
      await court.refused(challenger, proof, "Dispute_NoFraud");
    });
  }
});

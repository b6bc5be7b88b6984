import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Address } from "viem";
import { buildsOf } from "./support/builds.ts";
import { Court } from "./support/court.ts";
import { generator, randomFault } from "./support/faults.ts";
import { accuseFalsely, play } from "./support/play.ts";
import { Accuser, Defender } from "./support/players.ts";
import type { Suit } from "./support/suit.ts";
import { smallTask } from "./support/tasks.ts";

const FAULTS = Number(process.env.ASSAY_FAULTS ?? 500);
const ACCUSATIONS = Number(process.env.ASSAY_ACCUSATIONS ?? 200);
const SEED = Number(process.env.ASSAY_SEED ?? 1);

const BOND = 100n * 10n ** 18n;

const SHAPES = [
  smallTask(),
  smallTask({ steps: 4, segmentLength: 1 }),
  smallTask({ steps: 7, segmentLength: 3, features: 35, hidden: 33 }),
  smallTask({ kind: "infer" }),
];

describe(`random disputes, seed ${SEED}`, () => {
  let court: Court;
  let challenger: Address;
  before(async () => {
    court = await Court.open(buildsOf());
    challenger = await court.fund(court.world.accounts[5]!, 1_000_000n * 10n ** 18n);
  });
  after(() => court.close());

  const settle = ({ job, run, commitment }: Suit, how: "finalize" | "reject") =>
    court.world.send(challenger, court.world.market, how, [job.terms, run, commitment]);

  test(`${FAULTS} faults that change a result: each ends with the provider rejected`, async () => {
    const random = generator(SEED);
    for (let found = 0, tried = 0; found < FAULTS; tried++) {
      assert.ok(tried < 20 * FAULTS, "hardly any fault changes a result");
      const task = SHAPES[random(SHAPES.length)]!;
      const suit = await court.submit(task, { tamper: randomFault(task, random).tamper, terms: { bond: BOND } });
      if (
        suit.record.finalState === suit.honest.state(task.compiled.steps) &&
        suit.record.runRoot === suit.honest.runRoot
      ) {
        court.world.pass(3_600);
        await settle(suit, "finalize");
        continue;
      }
      await play(court, new Accuser(suit, suit.honest, challenger), new Defender(suit, suit.claimed));
      assert.equal(await court.verdict(suit), 2, `fault ${found}, job ${tried}`);
      await settle(suit, "reject");
      found++;
    }
  });

  test(`${ACCUSATIONS} false accusations: each ends with the bond lost and the result accepted`, async () => {
    const random = generator(SEED + 1);
    for (let i = 0; i < ACCUSATIONS; i++) {
      const suit = await court.submit(SHAPES[random(SHAPES.length)]!, { terms: { bond: BOND } });
      const game = await accuseFalsely(court, suit, challenger, random);
      await court.refused(challenger, new Accuser(suit, suit.honest, challenger).answer(game, "0x"), "Dispute_NoFraud");
      court.world.pass(7_201);
      await court.send(court.provider.address, ["timeout", [game]]);
      await settle(suit, "finalize");
      await court.send(court.provider.address, ["sweep", [game, suit.record]]);
      assert.equal(await court.verdict(suit), 1, `accusation ${i}`);
    }
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Address } from "viem";
import { buildsOf } from "./support/builds.ts";
import { Court } from "./support/court.ts";
import { FAULT_KINDS, fits } from "./support/fault-kinds.ts";
import { generator } from "./support/faults.ts";
import { accuseFalsely } from "./support/play.ts";
import type { Suit } from "./support/suit.ts";
import { PROGRAMS } from "./support/tasks.ts";
import { tryFault } from "./support/try-fault.ts";

const FAULTS = Number(process.env.ASSAY_FAULTS ?? 500);
const ACCUSATIONS = Number(process.env.ASSAY_ACCUSATIONS ?? 200);
const SEED = Number(process.env.ASSAY_SEED ?? 1);

const BOND = 100n * 10n ** 18n;

describe(`random disputes, seed ${SEED}`, () => {
  const tasks = Object.values(PROGRAMS).map((make) => make());
  let court: Court;
  let challenger: Address;
  before(async () => {
    court = await Court.open(buildsOf());
    challenger = await court.fund(court.world.accounts[5]!, 1_000_000n * 10n ** 18n);
  });
  after(() => court.close());

  const settle = ({ job, run, commitment }: Suit, how: "finalize" | "reject") =>
    court.world.send(challenger, court.world.market, how, [job.terms, run, commitment]);

  test(`${FAULTS} faults of every kind: each ends with the provider rejected`, async (t) => {
    const random = generator(SEED);
    const pairs = tasks.flatMap((task) =>
      Object.keys(FAULT_KINDS)
        .filter((kind) => fits(kind, task))
        .map((kind) => ({ task, kind })),
    );
    const found: Record<string, number> = {};
    for (let i = 0; i < FAULTS; i++) {
      const { task, kind } = pairs[i % pairs.length]!;
      await settle(await tryFault(court, challenger, task, kind, random, BOND), "reject");
      found[kind] = (found[kind] ?? 0) + 1;
    }
    t.diagnostic(JSON.stringify(found));
    assert.equal(Object.keys(found).length, Math.min(FAULTS, Object.keys(FAULT_KINDS).length), "every kind was tried");
  });

  test(`${ACCUSATIONS} false accusations: each ends with the bond lost and the result accepted`, async () => {
    const random = generator(SEED + 1);
    for (let i = 0; i < ACCUSATIONS; i++) {
      const suit = await court.submit(tasks[random(tasks.length)]!, { terms: { bond: BOND } });
      const { game, proof } = await accuseFalsely(court, suit, challenger, random);
      await court.refused(challenger, proof, "Dispute_NoFraud");
      court.world.pass(7_201);
      await court.send(court.provider.address, ["timeout", [game]]);
      await settle(suit, "finalize");
      await court.send(court.provider.address, ["sweep", [game, suit.record]]);
      assert.equal(await court.verdict(suit), 1, `accusation ${i}`);
    }
  });
});

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Address } from "viem";
import { buildsOf } from "./support/builds.ts";
import { Court } from "./support/court.ts";
import { generator } from "./support/faults.ts";
import { Forger, Forgery } from "./support/forger.ts";
import { play } from "./support/play.ts";
import { Accuser } from "./support/players.ts";
import type { Claim } from "./support/suit.ts";
import { smallTask } from "./support/tasks.ts";

const ROUNDS = Number(process.env.ASSAY_FORGERIES ?? 40);
const SEED = Number(process.env.ASSAY_SEED ?? 1);

describe("the adversary", () => {
  let court: Court;
  let challenger: Address;
  before(async () => {
    court = await Court.open(buildsOf());
    challenger = await court.fund(court.world.accounts[5]!, 1_000_000n * 10n ** 18n);
  });
  after(() => court.close());

  test(`an honest challenger beats every one of ${ROUNDS} forgeries`, async () => {
    const random = generator(SEED);
    const shapes = [
      smallTask(),
      smallTask({ steps: 9, segmentLength: 2 }),
      smallTask({ steps: 3, segmentLength: 4 }),
      smallTask({ steps: 4, segmentLength: 1, features: 35 }),
    ];
    for (let round = 0; round < ROUNDS; round++) {
      const task = shapes[random(shapes.length)]!;
      let forgery: Forgery | undefined;
      let claim: Claim | undefined;
      const suit = await court.submit(task, {
        terms: { bond: 100n * 10n ** 18n },
        lie: (honest) => {
          forgery = new Forgery(honest, random);
          claim = forgery.claim();
          return claim;
        },
      });
      const accuser = new Accuser(suit, suit.honest, challenger);
      await play(court, accuser, new Forger(suit, forgery!, claim!));
      assert.equal(await court.verdict(suit), 2, `round ${round} of seed ${SEED}`);
      const settle = [suit.job.terms, suit.run, suit.commitment];
      await court.world.send(challenger, court.world.market, "reject", settle);
    }
  });
});

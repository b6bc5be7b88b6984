import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Address } from "viem";
import { ASY_UNIT } from "../support/actor.ts";
import { buildsOf } from "./support/builds.ts";
import { moved, unpackClock } from "./support/clock-model.ts";
import { Court, keyOf, MIN_BUDGET, MIN_WINDOW, STAKE } from "./support/court.ts";
import { generator } from "./support/faults.ts";
import { decodePlace, type Game, LEVEL } from "./support/place.ts";
import { Defender, RandomAccuser } from "./support/players.ts";
import { smallTask } from "./support/tasks.ts";

const GRIEFERS = 50;
/** How long the honest provider takes over each answer, and its one machine over all of them. */
const SECONDS_PER_REVEAL = 55;

/** What the provider has, staked or in its wallet. */
async function wealth({ provider }: Court): Promise<bigint> {
  return (await provider.stakes()).stake + (await provider.wallet());
}

describe("many challengers at once", () => {
  let court: Court;
  before(async () => {
    court = await Court.open(buildsOf());
  });
  after(() => court.close());

  test(`${GRIEFERS} griefers cannot make an honest provider late, nor poorer, nor hold up its job for ever (V8)`, async () => {
    const random = generator(50);
    const before = await wealth(court);
    const suit = await court.submit(smallTask({ steps: 60, segmentLength: 2, features: 40 }));
    const { world } = court;
    const defender = new Defender(suit, suit.honest);
    const submittedAt = world.now;
    const games: { game: Game; accuser: RandomAccuser }[] = [];
    for (let i = 0; i < GRIEFERS; i++) {
      const address: Address = `0x${(0xbad0000 + i).toString(16).padStart(40, "0")}`;
      await world.impersonate(address);
      await court.fund(address, 100n * ASY_UNIT);
      const accuser = new RandomAccuser(suit, suit.honest, address, random);
      games.push({ accuser, game: await court.challenge(accuser) });
    }
    assert.equal((await court.docket(suit.commitment)).live, GRIEFERS);

    let reveals = 0;
    let latest = 0;
    for (let open = [...games]; open.length > 0; ) {
      // the provider answers every game that waits, one after the other, on one slow machine
      for (const entry of open) {
        if (await court.revealed(entry.game)) continue;
        world.pass(SECONDS_PER_REVEAL);
        latest = Math.max(latest, world.now - Number(entry.game.clock >> 216n));
        await court.reveal(defender, entry.game);
        reveals++;
      }
      // the griefers move at once, each to a place of its own
      for (const entry of open) {
        const revealed = (await court.revealed(entry.game))!;
        const reveal = await world.read<bigint>(court.dispute, "revealOf", [keyOf(entry.game)]);
        const expected = moved(unpackClock(entry.game.clock), Number(BigInt.asUintN(40, reveal)), world.now);
        entry.game = (await court.pick(entry.accuser, entry.game, revealed))!;
        assert.deepEqual(unpackClock(entry.game.clock), expected, "the clock is the model's");
      }
      open = open.filter(({ game }) => decodePlace(game.place).level !== LEVEL.Proof);
    }
    assert.ok(reveals > GRIEFERS, `${reveals} reveals: the games did not just share them`);
    assert.ok(latest < Number(MIN_BUDGET));

    const budgetProvider = Number(MIN_BUDGET) + GRIEFERS * 16 * 60;
    const end = submittedAt + Number(MIN_WINDOW) + budgetProvider + Number(MIN_BUDGET);
    world.pass(Number(MIN_BUDGET) + 1);
    for (const { game } of games) await court.send(court.provider.address, ["timeout", [game]]);
    assert.ok(world.now <= end, "final no later than window and both budgets");
    assert.equal(await court.verdict(suit), 1);
    await world.send(world.deployer, world.market, "finalize", [suit.job.terms, suit.run, suit.commitment]);
    for (const { game } of games) await court.send(court.provider.address, ["sweep", [game, suit.record]]);

    const forfeits = (BigInt(GRIEFERS) * (STAKE / 50n) * 6n) / 10n;
    assert.equal(await court.credit(court.provider.address), forfeits);
    await court.send(court.provider.address, ["withdraw", [forfeits]]);
    const price = suit.job.fields.maxPrice;
    const { gross } = await court.provider.earned();
    assert.equal(gross, price, "the job is paid");
    assert.equal(
      (await wealth(court)) - before,
      forfeits,
      "and its stake is whole: it ends with more than it started with",
    );
    assert.equal((await court.provider.stakes()).locked, 0n);
    assert.equal(
      await world.read<bigint>(world.asy, "balanceOf", [court.dispute.address]),
      0n,
      "nothing is left behind",
    );
  });
});

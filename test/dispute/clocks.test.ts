import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Address } from "viem";
import { buildsOf } from "./support/builds.ts";
import { Court, MIN_BOND, MIN_BUDGET, MIN_WINDOW, STAKE } from "./support/court.ts";
import { fault } from "./support/faults.ts";
import { LEVEL, LEVEL_NAME } from "./support/place.ts";
import { accuseFalsely, walkTo } from "./support/play.ts";
import { Accuser, Defender } from "./support/players.ts";
import { smallTask } from "./support/tasks.ts";

const BUDGET = Number(MIN_BUDGET);
/** What one opened game adds to the provider's budget. */
const EXTRA = 16 * 60;
/** Nine segments of one step, two tiles per hidden weight column: every level occurs. */
const task = smallTask({ steps: 9, segmentLength: 1 });
const tamper = fault(4, 37, 5);

describe("clocks", () => {
  let court: Court;
  let alice: Address;
  let bob: Address;
  let reset: () => Promise<void>;
  before(async () => {
    court = await Court.open(buildsOf());
    alice = await court.fund(court.world.accounts[5]!);
    bob = await court.fund(court.world.accounts[6]!);
    reset = await court.world.snapshot();
  });
  beforeEach(() => reset());
  after(() => court.close());

  const sides = async (lie = tamper) => {
    const suit = await court.submit(task, { tamper: lie });
    return {
      suit,
      defender: new Defender(suit, suit.claimed),
      alice: new Accuser(suit, suit.honest, alice),
      bob: new Accuser(suit, suit.honest, bob),
    };
  };

  for (const level of [LEVEL.Tree, LEVEL.Segment, LEVEL.Ops, LEVEL.Tiles, LEVEL.Tile, LEVEL.Prefix]) {
    test(`${LEVEL_NAME[level]}: a silent provider loses, one second after its budget and not before (V10, V11)`, async () => {
      const { suit, defender, alice: accuser } = await sides();
      const { game } = await walkTo(court, accuser, defender, level, false);
      court.world.pass(BUDGET + EXTRA);
      await court.refused(bob, ["timeout", [game]], "Dispute_ClockRunning", [MIN_BUDGET + 960n, MIN_BUDGET + 960n]);
      court.world.pass(1);
      await court.refused(court.provider.address, defender.answer(game), "Dispute_ClockExpired");
      await court.send(bob, ["timeout", [game]]);
      assert.equal(await court.verdict(suit), 2);
      const { party } = await court.docket(suit.commitment);
      assert.equal(party.toLowerCase(), alice.toLowerCase(), "the challenger, not the caller, is the finder");
    });

    test(`${LEVEL_NAME[level]}: the provider may still answer in the last second of its budget (V9)`, async () => {
      const { defender, alice: accuser } = await sides();
      const { game } = await walkTo(court, accuser, defender, level, false);
      court.world.pass(BUDGET + EXTRA);
      await court.send(court.provider.address, defender.answer(game));
    });
  }

  for (const level of [LEVEL.Tree, LEVEL.Segment, LEVEL.Ops, LEVEL.Tiles, LEVEL.Tile, LEVEL.Prefix, LEVEL.Proof]) {
    test(`${LEVEL_NAME[level]}: a silent challenger loses its bond, one second after its budget and not before (V9, V10)`, async () => {
      // a sum of products is proven where its prefix sums are picked; a weight that was changed comes to the last level
      const { suit, defender, alice: accuser } = await sides(level === LEVEL.Proof ? fault(4, 40, 5) : tamper);
      const { game, data } = await walkTo(court, accuser, defender, level, level !== LEVEL.Proof);
      court.world.pass(BUDGET);
      await court.refused(bob, ["timeout", [game]], "Dispute_ClockRunning", [MIN_BUDGET, MIN_BUDGET]);
      court.world.pass(1);
      await court.refused(alice, accuser.answer(game, data), "Dispute_ClockExpired");
      await court.send(bob, ["timeout", [game]]);
      await court.refused(bob, ["timeout", [game]], "Dispute_StaleGame");
      await court.refused(alice, accuser.answer(game, data), "Dispute_StaleGame");
      assert.equal((await court.docket(suit.commitment)).live, 0);
    });
  }

  test("time that the provider took to answer is never charged to a challenger, in either order of two games (P1)", async () => {
    for (const first of ["alice", "bob"] as const) {
      await reset();
      const people = await sides();
      const leader = people[first];
      const follower = people[first === "alice" ? "bob" : "alice"];
      const ahead = await court.challenge(leader);
      court.world.pass(100);
      const behind = await court.challenge(follower);
      court.world.pass(BUDGET - 200);
      const data = await court.reveal(people.defender, ahead);
      // each has its whole budget from the reveal on
      court.world.pass(BUDGET);
      const next = (await court.pick(leader, ahead, data))!;
      const other = (await court.pick(follower, behind, data))!;
      const used = (clock: bigint) => [Number((clock >> 184n) & 0xffffffffn), Number((clock >> 152n) & 0xffffffffn)];
      assert.deepEqual(used(next.clock), [BUDGET - 100, BUDGET]);
      assert.deepEqual(used(other.clock), [BUDGET - 200, BUDGET]);
    }
  });

  test("a reveal made before a game arrives costs its provider nothing and starts its challenger's clock on arrival", async () => {
    const { defender, alice: leader, bob: follower } = await sides();
    const ahead = await court.challenge(leader);
    await court.challenge(new Accuser(leader.suit, leader.run, await court.fund(court.world.accounts[7]!)));
    const data = await court.reveal(defender, ahead);
    court.world.pass(1_000);
    const behind = await court.challenge(follower);
    court.world.pass(50);
    const next = (await court.pick(follower, behind, data))!;
    assert.equal((next.clock >> 184n) & 0xffffffffn, 0n);
    assert.equal((next.clock >> 152n) & 0xffffffffn, 50n);
  });

  test("an answer given too late in one game, through another game, is counted when that game goes on", async () => {
    const { suit, defender, alice: early, bob: late } = await sides();
    const first = await court.challenge(early);
    court.world.pass(3_500);
    const second = await court.challenge(late);
    // two games are open now; the first has used up its budget, the second not
    court.world.pass(BUDGET + 2 * EXTRA - 3_500 + 1);
    await court.refused(court.provider.address, defender.answer(first), "Dispute_ClockExpired");
    const data = await court.reveal(defender, second);
    await court.refused(alice, ["timeout", [first]], "Dispute_ClockRunning");
    const next = (await court.pick(early, first, data))!;
    await court.send(alice, ["timeout", [next]]);
    assert.equal(await court.verdict(suit), 2);
  });

  test("the window opens games until its last second and no longer; a longer run has a longer one (K1)", async () => {
    const { suit, alice: accuser, bob: late } = await sides();
    const end = await court.world.read<bigint>(court.dispute, "windowEnd", [suit.record.terms, suit.run]);
    assert.equal(end, BigInt(court.world.now) + MIN_WINDOW);
    court.world.now = Number(end) - 1;
    assert.equal(await court.verdict(suit), 0);
    await court.challenge(accuser);
    court.world.pass(1);
    await court.refused(bob, late.challenge(), "Dispute_WindowClosed", [end, end]);

    const long = await court.submit(task, { tamper, seconds: 8_000, terms: { runTime: 10_000 } });
    const longEnd = await court.world.read<bigint>(court.dispute, "windowEnd", [long.record.terms, long.run]);
    assert.equal(longEnd, BigInt(court.world.now) + 10_000n);
  });

  test("a job under dispute is not final: not before the game ends, and not by the stall rule of the market", async () => {
    const suit = await court.submit(task);
    const { game } = await accuseFalsely(court, suit, alice, (count) => count - 1);
    court.world.pass(Number(MIN_WINDOW));
    assert.equal(await court.verdict(suit), 0);
    const settle = [suit.job.terms, suit.run, suit.commitment];
    await court.world.refused(bob, court.world.market, ["finalize", settle], "Market_TooEarly");
    court.world.pass(BUDGET + 1);
    await court.send(bob, ["timeout", [game]]);
    assert.equal(await court.verdict(suit), 1);
    await court.world.send(bob, court.world.market, "finalize", settle);
  });

  test("DSP-84: a lost bond goes 60 : 40 to provider and fire, only once the result has become final", async () => {
    const suit = await court.submit(task);
    const { game } = await accuseFalsely(court, suit, alice, (count) => count - 1);
    court.world.pass(BUDGET + 1);
    await court.send(bob, ["timeout", [game]]);
    const supply = await court.world.read<bigint>(court.world.asy, "totalSupply");
    await court.send(bob, ["sweep", [game, suit.record]]);
    const bond = STAKE / 50n;
    assert.ok(bond > MIN_BOND);
    assert.equal(await court.credit(court.provider.address), (bond * 6n) / 10n);
    assert.equal(supply - (await court.world.read<bigint>(court.world.asy, "totalSupply")), (bond * 4n) / 10n);
    await court.refused(bob, ["sweep", [game, suit.record]], "Dispute_StaleGame");
  });

  test("a bond lost against a result that is rejected later is burned whole; the others come back whole (P6)", async () => {
    const { suit, defender, alice: loser, bob: winner } = await sides();
    const { game } = await walkTo(court, loser, defender, LEVEL.Segment, true);
    court.world.pass(3_000);
    let other = await court.challenge(winner);
    court.world.pass(BUDGET - 3_000 + 1);
    await court.send(bob, ["timeout", [game]]);
    await court.refused(bob, ["sweep", [game, suit.record]], "Dispute_NotSettled");
    await court.refused(bob, ["reclaim", [other, suit.record]], "Dispute_NotSettled");
    for (;;) {
      const data = (await court.revealed(other)) ?? (await court.reveal(defender, other).catch(() => "0x" as const));
      const next = await court.pick(winner, other, data);
      if (!next) break;
      other = next;
    }
    await court.send(alice, ["sweep", [game, suit.record]]);
    assert.equal(await court.credit(court.provider.address), 0n);
    await court.send(alice, ["reclaim", [other, suit.record]]);
    assert.equal(await court.credit(bob), STAKE / 50n);
    await court.refused(alice, ["reclaim", [other, suit.record]], "Dispute_StaleGame");
    await court.refused(alice, ["timeout", [other]], "Dispute_StaleGame");
    await court.send(bob, ["withdraw", [STAKE / 50n]]);
    assert.equal(await court.world.read<bigint>(court.world.asy, "balanceOf", [court.dispute.address]), 0n);
  });
});

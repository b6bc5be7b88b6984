import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { numberToHex } from "viem";
import { useCase } from "./support/case.ts";
import { MIN_BOND, STAKE } from "./support/court.ts";
import { type Game, LEVEL } from "./support/place.ts";
import { play, walkTo } from "./support/play.ts";

const BOND = STAKE / 50n;

describe("attacks on the money", () => {
  const the = useCase();

  const credit = (account: string) => the.court.world.read<bigint>(the.court.world.staking, "creditOf", [account]);
  const settle = () => [the.suit.job.terms, the.suit.run, the.suit.commitment] as const;

  test("a provider that convicts itself through a puppet and shares with its requester still loses 60 % (P3, V7)", async () => {
    const { court } = the;
    const before = (await court.provider.stakes()).stake;
    const puppet = the.bob;
    await play(court, the.accuserOf(puppet), the.defender);
    await court.world.send(puppet, court.world.market, "reject", settle());
    const lost = before - (await court.provider.stakes()).stake;
    assert.equal(lost, STAKE);
    const alone = await credit(puppet);
    const ring = alone + (await credit(court.requester.address));
    assert.ok(lost - alone >= (lost * 55n) / 100n, `${alone} of ${lost} come back to a puppet`);
    assert.ok(lost - ring >= (lost * 60n) / 100n, `${ring} of ${lost} come back to a ring with the requester`);
  });

  test("puppets that lose, copy and win draw nothing from anybody: what comes out was staked or bonded (P4)", async () => {
    const { court } = the;
    const { world } = court;
    const total = async () => {
      const parts = [court.dispute.address, world.staking.address, world.market.address];
      const held = await Promise.all(parts.map((at) => world.read<bigint>(world.asy, "balanceOf", [at])));
      return held.reduce((sum, part) => sum + part, 0n);
    };
    const { game: loser } = await walkTo(court, the.accuserOf(the.bob), the.defender, LEVEL.Segment, true);
    const before = await total();
    await play(court, the.accuser, the.defender);
    await world.send(the.alice, world.market, "reject", settle());
    await court.send(the.bob, ["reclaim", [loser, the.suit.record]]);
    const burned = (STAKE * 45n) / 100n;
    await world.send(the.bob, world.staking, "burnForfeited");
    assert.equal(await total(), before + BOND - burned, "no fund pays into a dispute");
    assert.equal(await court.credit(the.bob), BOND, "a loser in time gets its own bond and nothing for its gas");
  });

  test("DSP-83: after one of ten games is won every move of the other nine is refused and every bond comes back (P7)", async () => {
    const { court } = the;
    const others: { address: `0x${string}`; game: Game; data: `0x${string}` }[] = [];
    const levels = [LEVEL.Tree, LEVEL.Segment, LEVEL.Ops, LEVEL.Tile, LEVEL.Prefix];
    for (let i = 0; i < 9; i++) {
      const address = numberToHex(0xace0000 + i, { size: 20 });
      await court.world.impersonate(address);
      await court.fund(address);
      const level = levels[i % levels.length]!;
      others.push({
        address,
        ...(await walkTo(court, the.accuserOf(address), the.defender, level, true)),
      });
    }
    await play(court, the.accuser, the.defender);
    for (const { address, game, data } of others) {
      await the.refused(address, the.accuserOf(address).answer(game, data), "Dispute_Settled", game);
      await the.refused(the.bob, ["timeout", [game]], "Dispute_Settled", game);
      await court.send(the.bob, ["reclaim", [game, the.suit.record]]);
      assert.equal(await court.credit(address), BOND);
      await court.refused(the.bob, ["reclaim", [game, the.suit.record]], "Dispute_StaleGame");
    }
    // DSP-82: of those who disputed the operator, the first is paid
    const { party } = await court.docket(the.suit.commitment);
    assert.equal(party.toLowerCase(), others[levels.indexOf(LEVEL.Tile)]!.address);
  });

  test("DSP-80: the bond is two hundredths of the stake, at least the floor, whatever gas costs when it is asked (K5)", async () => {
    const { court } = the;
    const bondFor = (stake: bigint) => court.world.read<bigint>(court.dispute, "bondFor", [stake]);
    assert.equal(await bondFor(STAKE), BOND);
    assert.equal(await bondFor(0n), MIN_BOND);
    for (const gwei of [1n, 1_000n, 1_000_000n]) {
      await court.world.provider.request({
        method: "hardhat_setNextBlockBaseFeePerGas",
        params: [numberToHex(gwei * 10n ** 9n)],
      });
      assert.equal(await bondFor(STAKE), BOND);
    }
  });

  test("DSP-81: a verdict alone moves no stake; the market settles it once, for the finder alone (P5)", async () => {
    const { court } = the;
    await walkTo(court, the.accuserOf(the.bob), the.defender, LEVEL.Ops, true);
    await play(court, the.accuser, the.defender);
    assert.equal(await credit(the.alice), 0n);
    await court.world.send(the.bob, court.world.market, "reject", settle());
    assert.deepEqual([await credit(the.alice), await credit(the.bob)], [STAKE / 4n, 0n]);
    await court.world.refused(the.bob, court.world.market, ["reject", settle()], "Market_StaleJob");
  });
});

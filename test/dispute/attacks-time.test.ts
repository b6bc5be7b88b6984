import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { keccak256, numberToHex } from "viem";
import { stateHash } from "../../sdk/src/codec/commitments.ts";
import { CASE_TASK, useCase } from "./support/case.ts";
import { LEVEL } from "./support/place.ts";
import { play, walkTo } from "./support/play.ts";
import { Accuser, Defender } from "./support/players.ts";
import { TracedRun } from "./support/run.ts";
import { claimOf } from "./support/suit.ts";

/** keccak256("eip1967.proxy.implementation") - 1 */
const IMPLEMENTATION = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const NOTHING = `0x${"0".repeat(64)}`;

describe("attacks by time, forks and upgrades", () => {
  const the = useCase();

  const mine = (blocks: number) =>
    the.court.world.provider.request({ method: "hardhat_mine", params: [numberToHex(blocks)] });

  test("the nonce is drawn and kept by the claim itself: three hundred blocks later it is the same (K2)", async () => {
    const { court } = the;
    const claimed = await court.claim(CASE_TASK);
    await mine(300);
    court.world.pass(1_000);
    const honest = new TracedRun(CASE_TASK, claimed.job.nonce);
    await court.enter(claimed, honest, claimOf(honest));
    assert.notEqual(claimed.job.nonce, NOTHING);
  });

  test("a claim in another block draws another nonce, and a result under the old one is refused (K3, V13, V26)", async () => {
    const { court } = the;
    const before = await court.world.snapshot();
    const first = await court.claim(CASE_TASK);
    await before();
    await mine(64);
    court.world.pass(64 * 12);
    const second = await court.claim(CASE_TASK);
    assert.notEqual(first.job.nonce, second.job.nonce);
    // what was computed before the fork, or before the claim, is a result for nobody
    const old = new TracedRun(CASE_TASK, first.job.nonce);
    const own = new TracedRun(CASE_TASK, second.job.nonce);
    assert.notEqual(old.runRoot, own.runRoot);
    const stale = { ...second, job: { ...second.job, nonce: first.job.nonce } };
    await assert.rejects(court.enter(stale, old, claimOf(old)), /Market_StaleJob/);
    // and under the right nonce the old run is a wrong one
    const suit = await court.enter(second, own, claimOf(old));
    await play(court, new Accuser(suit, own, the.alice), new Defender(suit, old));
    assert.equal(await court.verdict(suit), 2);
  });

  test("DSP-74: nobody can pause, own or upgrade referee and judge (K4, W13)", async () => {
    const { court } = the;
    const writes = court.dispute.abi.flatMap((item) =>
      item.type === "function" && item.stateMutability !== "view" && item.stateMutability !== "pure" ? [item.name] : [],
    );
    assert.ok(writes.includes("challenge"));
    assert.deepEqual(
      writes.filter((name) => /pause|owner|upgrade|admin|set/i.test(name)),
      [],
    );
    for (const { address } of [court.dispute, court.judge]) {
      assert.equal(await court.world.storageAt(address, IMPLEMENTATION), NOTHING);
    }
  });

  test("an administrator cannot put another referee in the place of one that hears a game (W13)", async () => {
    const { court } = the;
    const { world } = court;
    const { game } = await walkTo(court, the.accuser, the.defender, LEVEL.Ops, false);
    const other = await court.anotherReferee(court.judge.address);
    await world.refused(world.deployer, world.hub, ["registerStrategy", [1n, other.address]], "Hub_StrategyTaken");
    await play(court, the.accuser, the.defender, game);
    assert.equal(await court.verdict(the.suit), 2);
  });

  test("neither the name of the output file nor who submits is part of what is judged (K8)", async () => {
    const { court } = the;
    const { world } = court;
    const claimed = await court.claim(CASE_TASK);
    const honest = new TracedRun(CASE_TASK, claimed.job.nonce);
    const fork = await world.snapshot();
    const suit = await court.enter(claimed, honest, claimOf(honest));
    await fork();
    world.pass(60);
    const { terms, spec, run, nonce } = claimed.job;
    const args = [
      terms,
      run,
      nonce,
      suit.record.runRoot,
      stateHash(spec.steps, suit.job.finalRoots),
      keccak256("0xbad0"),
    ];
    await court.provider.send(world.market, "submit", args);
    const same = [suit.record.terms, suit.run, suit.commitment];
    assert.equal(await world.read<boolean>(world.market, "isSubmitted", same), true);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Hex, keccak256, numberToHex, toFunctionSelector } from "viem";
import { buildsOf } from "./support/builds.ts";
import { CASE_TASK, useCase } from "./support/case.ts";
import { deployBuild, MIN_WINDOW } from "./support/court.ts";
import { fault } from "./support/faults.ts";
import { Accuser, type Move } from "./support/players.ts";
import { smallTask } from "./support/tasks.ts";

describe("challenges", () => {
  const the = useCase();

  test("DSP-44: a challenge to oneself, without dispute policy, to another judge, twice, after the window, without money", async () => {
    await the.court.fund(the.court.provider.address, 100n);
    await the.refused(the.court.provider.address, the.accuser.challenge(), "Dispute_SelfChallenge");
    const plain = await the.court.submit(CASE_TASK, { terms: { policy: 1 } });
    await the.refused(the.alice, new Accuser(plain, plain.honest, the.alice).challenge(), "Dispute_NotInPolicy");
    const other = await the.court.anotherReferee(the.bob);
    const unknown = the.court.world.send(the.alice, other, ...the.accuser.challenge());
    await assert.rejects(unknown, ({ data }: { data: Hex }) =>
      data.startsWith(toFunctionSelector("Dispute_UnknownJudge(address,address)")),
    );
    const game = await the.court.challenge(the.accuser);
    await the.refused(the.alice, the.accuser.challenge(), "Dispute_GameExists", game);
    await the.refused(the.court.world.accounts[9]!, the.accuser.challenge(), "ERC20InsufficientAllowance");
    the.court.world.pass(Number(MIN_WINDOW));
    await the.refused(the.bob, the.accuser.challenge(), "Dispute_WindowClosed");
  });

  test("it accepts jobs that name its judge and whose window is one and a half times the run", async () => {
    const judgeable = (spec: readonly Hex[], terms = the.suit.record.terms) =>
      the.court.world.read<boolean>(the.court.dispute, "accepts", [terms, spec]);
    const { spec } = the.suit.record;
    assert.equal(await judgeable(spec), true);
    assert.equal(await judgeable(spec.with(5, numberToHex(BigInt(the.bob), { size: 32 }))), false);
    const slow = (seconds: bigint) =>
      spec.with(3, numberToHex(BigInt(spec[3]!) + ((seconds - 60n) << 88n), { size: 32 }));
    const window = BigInt(Math.max(the.suit.job.fields.window, Number(MIN_WINDOW)));
    assert.equal(await judgeable(slow((window * 2n) / 3n)), true);
    assert.equal(await judgeable(slow((window * 2n) / 3n + 1n)), false);
  });

  test("a challenge with another commitment, run word, spec or terms", async () => {
    const { record } = the.suit;
    const call = (change: object, run = the.suit.run): Move => [
      "challenge",
      [{ ...record, ...change }, run, the.accuser.last],
    ];
    await the.refused(the.alice, call({ runRoot: keccak256("0x01") }), "Dispute_NotSubmitted");
    await the.refused(the.alice, call({ finalState: keccak256("0x01") }), "Dispute_NotSubmitted");
    await the.refused(the.alice, call({ nonce: keccak256("0x01") }), "Dispute_NotSubmitted");
    await the.refused(the.alice, call({}, the.suit.run + (1n << 56n)), "Dispute_NotSubmitted");
    await the.refused(
      the.alice,
      call({ spec: the.suit.record.spec.with(0, keccak256("0x01")) }),
      "Dispute_WrongRecord",
    );
    const terms = the.suit.record.terms.with(0, the.suit.record.terms[0]! + 1n);
    await the.refused(the.alice, call({ terms }), "Dispute_NotSubmitted");
  });

  test("a run of one segment must be challenged at its end", async () => {
    const single = await the.court.submit(smallTask({ steps: 2, segmentLength: 2 }), { tamper: fault(1, 37, 5) });
    await the.refused(the.alice, ["challenge", [single.record, single.run, false]], "Dispute_SingleSegment");
  });

  test("a referee without one of its peers cannot be deployed", async () => {
    const zero = `0x${"0".repeat(40)}`;
    const peers = { market: zero, staking: the.alice, hub: the.alice, asy: the.alice, judge: the.alice };
    const limits = { strategy: 1n, minWindow: 1n, minBudget: 1n, minBond: 1n };
    const { dispute } = buildsOf();
    await assert.rejects(() => deployBuild(the.court.world, dispute, [peers, limits]));
    const long = { ...limits, minBudget: 12n * 86_400n };
    await assert.rejects(() => deployBuild(the.court.world, dispute, [{ ...peers, market: the.alice }, long]));
    await deployBuild(the.court.world, dispute, [{ ...peers, market: the.alice }, limits]);
  });
});

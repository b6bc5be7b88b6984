// Rounds of grants, docs/spec/grants.md: first what an attacker would do.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import fc from "fast-check";
import { encodeFunctionData, getAddress, keccak256, toBytes, zeroAddress } from "viem";
import { readArtifact } from "../../../scripts/deploy/artifacts.ts";
import { Actor, ASY_UNIT } from "../../support/actor.ts";
import { asCouncil, createGoverned, decide, type Governed } from "../../support/governed.ts";
import type { Target } from "../../support/world.ts";

const DAY = 86_400;
const BUDGET = 1_000n * ASY_UNIT;
const BOND = 5n * ASY_UNIT;
const TEXT = keccak256(toBytes("a project"));

let governed: Governed;
let grants: Target;
let carol: Actor;
let reset: () => Promise<void>;
before(async () => {
  governed = await createGoverned();
  const { world, deployment, alice, bob } = governed;
  const address = deployment.contracts.QuadraticGrants!.address;
  grants = world.watch({ address, abi: readArtifact("QuadraticGrants").abi });
  carol = await new Actor(world, 6).funded(10_000n * ASY_UNIT);
  await alice.stake(9_000n * ASY_UNIT);
  await bob.stake(1_000n * ASY_UNIT);
  for (const actor of [alice, bob, carol]) await actor.send(world.asy, "approve", [address, 2n ** 200n]);
  world.pass(8 * DAY);
  await world.impersonate(governed.timelock.address);
  reset = await world.snapshot();
});
beforeEach(() => reset());
after(() => governed.world.close());

const wallet = (account: string, token = governed.world.asy) =>
  governed.world.read<bigint>(token, "balanceOf", [account]);
const asGovernance = (functionName: string, args: readonly unknown[]) =>
  governed.world.send(governed.timelock.address, grants, functionName, args);

/** A funded round of these projects, asked by carol for accounts of their own; the voting has begun. */
async function openRound(projects: number, { token = governed.world.asy, asked = BUDGET } = {}): Promise<void> {
  const { world } = governed;
  if (token === world.asy) await governed.whale.send(token, "transfer", [grants.address, BUDGET]);
  const start = world.now + DAY;
  await asGovernance("openRound", [token.address, BUDGET, BOND, start, start + 7 * DAY]);
  for (let index = 0; index < projects; index++) {
    await carol.send(grants, "proposeProject", [0n, payee(index), asked, TEXT]);
  }
  world.now = start;
}
const strike = (args: bigint[]) => asCouncil(governed, governed.guardian, grants, "strike", args);
const payee = (index: number) => governed.world.accounts[12 + index]!;
const vote = (actor: Actor, project: number, credits: bigint) =>
  actor.send(grants, "voteGrant", [0n, BigInt(project), credits]);
const toPayment = () => governed.world.pass(14 * DAY);
const settle = (project: number) => governed.anyone.send(grants, "settleProject", [0n, BigInt(project)]);
const share = (project: number) => governed.world.read<bigint>(grants, "shareOf", [0n, BigInt(project)]);

const sqrt = (value: bigint): bigint => {
  let low = 0n;
  let high = 2n ** 128n;
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (middle * middle <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
};
const votesOf = (credits: bigint, voice: bigint) => sqrt(credits * voice);

describe("splitting a stake does not pay, GRT-01, GRT-03", () => {
  test("for every spending, the whole has at least the votes of its parts, project by project", () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 27n });
    const part = fc.array(amount, { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 12 }), (parts) => {
        const voices = parts.map((credits) => credits.reduce((sum, value) => sum + value, 0n));
        const whole = voices.reduce((sum, value) => sum + value, 0n);
        for (const project of [0, 1, 2]) {
          const merged = parts.reduce((sum, credits) => sum + credits[project]!, 0n);
          const split = parts.reduce((sum, credits, index) => sum + votesOf(credits[project]!, voices[index]!), 0n);
          assert.ok(votesOf(merged, whole) >= split, `${votesOf(merged, whole)} < ${split}`);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("on chain: nine times the stake has nine times the votes for one project, as nine accounts would", async () => {
    const { alice, bob } = governed;
    await openRound(2);
    await vote(alice, 0, 9_000n * ASY_UNIT);
    await vote(bob, 1, 1_000n * ASY_UNIT);
    assert.equal(await share(0), (BUDGET * 9n) / 10n);
    assert.equal(await share(1), BUDGET / 10n);
  });

  test("concentrating costs the square: a quarter of the credits has half of the votes", async () => {
    const { alice, world } = governed;
    await openRound(2);
    const { events } = await vote(alice, 0, 2_250n * ASY_UNIT);
    assert.equal(events.at(-1)!.args.votes, 4_500n * ASY_UNIT);
    await vote(alice, 1, 6_750n * ASY_UNIT);
    const { votes } = await world.read<{ votes: bigint }>(grants, "projectOf", [0n, 1n]);
    assert.equal(votes, votesOf(6_750n * ASY_UNIT, 9_000n * ASY_UNIT));
  });

  test("a voice below the minimum is none", async () => {
    const { world, anyone } = governed;
    await anyone.funded(10n * ASY_UNIT);
    await anyone.stake(10n * ASY_UNIT - 1n);
    world.pass(8 * DAY);
    await openRound(1);
    await anyone.refused(grants, "voteGrant", [0n, 0n, 1n], "Grants_VoiceTooSmall");
  });
});

describe("voices are those of stake that was there, GRT-02", () => {
  test("stake that arrives with the round, or less than the holding time before, has no voice", async () => {
    const { world } = governed;
    await carol.stake(1_000n * ASY_UNIT);
    world.pass(6 * DAY);
    await openRound(1);
    assert.deepEqual(await world.read(grants, "voiceOf", [0n, carol.address]), [0n, 0n]);
    await carol.refused(grants, "voteGrant", [0n, 0n, 1n], "Grants_VoiceTooSmall");
  });

  test("liquid tokens have none, however many: a flash loan buys nothing", async () => {
    const { whale, alice, world } = governed;
    await openRound(1);
    await whale.refused(grants, "voteGrant", [0n, 0n, 1n], "Grants_VoiceTooSmall");
    await whale.stake(1_000_000n * ASY_UNIT);
    await whale.refused(grants, "voteGrant", [0n, 0n, 1n], "Grants_VoiceTooSmall");
    assert.deepEqual(await world.read(grants, "voiceOf", [0n, alice.address]), [9_000n * ASY_UNIT, 0n]);
  });

  test("stake handed to another representative after the snapshot does not vote twice", async () => {
    const { world, alice, bob } = governed;
    await openRound(1);
    await vote(alice, 0, 9_000n * ASY_UNIT);
    await alice.send(world.staking, "delegate", [bob.address]);
    world.pass(DAY);
    assert.deepEqual(await world.read(grants, "voiceOf", [0n, bob.address]), [1_000n * ASY_UNIT, 0n]);
  });
});

describe("credits, GRT-04", () => {
  test("are spent once, over any number of votes; two votes for a project count as one of their sum", async () => {
    const { alice, world } = governed;
    await openRound(2);
    await vote(alice, 0, 1_000n * ASY_UNIT);
    await vote(alice, 0, 3_000n * ASY_UNIT);
    const { votes } = await world.read<{ votes: bigint }>(grants, "projectOf", [0n, 0n]);
    assert.equal(votes, votesOf(4_000n * ASY_UNIT, 9_000n * ASY_UNIT));
    const [wanted, left] = [5_001n * ASY_UNIT, 5_000n * ASY_UNIT];
    await alice.refused(grants, "voteGrant", [0n, 1n, wanted], "Grants_CreditsSpent", [wanted, left]);
    await vote(alice, 1, left);
    await alice.refused(grants, "voteGrant", [0n, 1n, 1n], "Grants_CreditsSpent", [1n, 0n]);
  });

  test("the largest numbers neither overflow nor wrap", async () => {
    const { alice, world } = governed;
    await openRound(1, { asked: 2n ** 128n - 1n });
    const most = 2n ** 96n - 1n;
    await alice.refused(grants, "voteGrant", [0n, 0n, most], "Grants_CreditsSpent", [most, 9_000n * ASY_UNIT]);
    await vote(alice, 0, 9_000n * ASY_UNIT);
    assert.equal(await share(0), BUDGET);
    assert.equal(await world.read(grants, "reservedOf", [world.asy.address]), BUDGET + BOND);
  });
});

describe("a round's times, GRT-05", () => {
  test("projects before the vote, votes in it, payments after the review, and nothing at any other time", async () => {
    const { world, alice, anyone } = governed;
    await openRound(1);
    await carol.refused(grants, "proposeProject", [0n, carol.address, 1n, TEXT], "Grants_OutOfTime");
    await vote(alice, 0, 1_000n);
    await anyone.refused(grants, "settleProject", [0n, 0n], "Grants_OutOfTime");
    world.pass(7 * DAY);
    await alice.refused(grants, "voteGrant", [0n, 0n, 1n], "Grants_OutOfTime");
    world.pass(7 * DAY - 1);
    await anyone.refused(grants, "settleProject", [0n, 0n], "Grants_OutOfTime");
    await anyone.refused(grants, "sweepRound", [0n], "Grants_OutOfTime");
    world.pass(1);
    await settle(0);
  });

  test("times that cannot be are refused, as are rounds and projects that are not there", async () => {
    const { world, anyone } = governed;
    const { asy, now } = { asy: world.asy.address, now: world.now };
    await governed.whale.send(world.asy, "transfer", [grants.address, BUDGET]);
    for (const [start, end] of [
      [now, now + DAY],
      [now + DAY, now + DAY],
      [now + DAY, now + 61 * DAY],
    ] as const) {
      await assert.rejects(asGovernance("openRound", [asy, BUDGET, BOND, start, end]), /Grants_TimesOutOfRange/);
    }
    await assert.rejects(asGovernance("openRound", [asy, 0n, BOND, now + 1, now + 2]), /Grants_ZeroAmount/);
    await openRound(1);
    await anyone.refused(grants, "settleProject", [0n, 1n], "Grants_UnknownProject");
    await anyone.refused(grants, "settleProject", [1n, 0n], "Grants_UnknownRound");
  });

  test("who settles late gets the same; after the claiming time the rest goes home", async () => {
    const { world, alice, treasury } = governed;
    await openRound(2);
    await vote(alice, 0, 4_500n * ASY_UNIT);
    await vote(alice, 1, 4_500n * ASY_UNIT);
    const early = await share(0);
    toPayment();
    world.pass(89 * DAY);
    await settle(0);
    assert.equal(await wallet(payee(0)), early);
    world.pass(DAY);
    const bonds = await wallet(carol.address);
    await settle(1);
    assert.equal(await wallet(payee(1)), 0n, "too late for the payment");
    assert.equal((await wallet(carol.address)) - bonds, BOND, "not for the bond");
    await governed.anyone.send(grants, "sweepRound", [0n]);
    assert.equal(await wallet(treasury.address), BUDGET - early);
    await governed.anyone.refused(grants, "sweepRound", [0n], "Grants_Swept");
    assert.equal(await wallet(grants.address), 0n);
  });
});

describe("payment, GRT-06", () => {
  test("is pulled once, at most what was asked; all shares together never exceed the budget", async () => {
    const { alice, bob, anyone } = governed;
    await openRound(3, { asked: 400n * ASY_UNIT });
    await vote(alice, 0, 8_000n * ASY_UNIT);
    await vote(alice, 1, 1_000n * ASY_UNIT);
    await vote(bob, 2, 777n);
    toPayment();
    await settle(0);
    assert.equal(await wallet(payee(0)), 400n * ASY_UNIT);
    await anyone.refused(grants, "settleProject", [0n, 0n], "Grants_Settled");
    await settle(1);
    assert.ok((await wallet(payee(0))) + (await wallet(payee(1))) <= BUDGET);
  });

  test("support below half a percent is spam: no payment, and the bond is the treasury's, GRT-09", async () => {
    const { alice, bob, treasury } = governed;
    await openRound(2);
    await vote(alice, 0, 9_000n * ASY_UNIT);
    await vote(bob, 1, 1n);
    toPayment();
    await settle(1);
    assert.equal(await wallet(payee(1)), 0n);
    assert.equal(await wallet(treasury.address), BOND);
  });

  test("a token that calls back finds the project settled", async () => {
    const { world, alice, whale } = governed;
    const token = await world.create("mocks/CallbackToken.sol");
    const hook = await world.create("mocks/Reentrant.sol", [grants.address]);
    await world.send(whale.address, token, "mint", [grants.address, 2n * BUDGET]);
    await openRound(1, { token });
    await vote(alice, 0, 9_000n * ASY_UNIT);
    toPayment();
    await world.send(whale.address, token, "setHook", [hook.address]);
    const again = encodeFunctionData({ abi: grants.abi, functionName: "settleProject", args: [0n, 0n] });
    await world.send(whale.address, hook, "prepare", [again]);
    await settle(0);
    assert.equal(await world.read(hook, "entered"), false);
    assert.equal(await wallet(payee(0), token), BUDGET);
  });
});

describe("what a round promises it holds, GRT-07", () => {
  test("neither another round's budget nor bonds fund a round", async () => {
    const { world } = governed;
    await openRound(2);
    const [start, asy] = [world.now + DAY, getAddress(world.asy.address)];
    const args = [asy, 1n, BOND, start, start + DAY];
    await assert.rejects(asGovernance("openRound", args), /Grants_Unfunded/);
  });

  test("a proposal pays the budget and opens the round; a struck project is paid nothing, GRT-08", async () => {
    const { world, treasury, whale, alice, anyone } = governed;
    await whale.send(world.asy, "transfer", [treasury.address, BUDGET]);
    const start = world.now + 2 * DAY;
    await decide(governed, [
      { to: treasury, functionName: "pay", args: [world.asy.address, grants.address, BUDGET] },
      { to: grants, functionName: "openRound", args: [world.asy.address, BUDGET, BOND, start, start + 7 * DAY] },
    ]);
    for (const index of [0, 1]) await carol.send(grants, "proposeProject", [0n, payee(index), BUDGET, TEXT]);
    world.now = start;
    await vote(alice, 0, 4_500n * ASY_UNIT);
    await anyone.refused(grants, "strike", [0n, 0n], "AccessManagedUnauthorized");
    await strike([0n, 0n]);
    await assert.rejects(strike([0n, 0n]), /Grants_Struck/);
    await alice.refused(grants, "voteGrant", [0n, 0n, 1n], "Grants_Struck");
    await vote(alice, 1, 4_500n * ASY_UNIT);
    world.pass(14 * DAY);
    await settle(0);
    await settle(1);
    assert.equal(await wallet(payee(0)), 0n);
    assert.equal(await wallet(payee(1)), BUDGET / 2n);
    assert.equal(await wallet(treasury.address), BOND);
    await assert.rejects(strike([0n, 1n]), /Grants_Settled/);
  });

  test("zero addresses are refused", async () => {
    const { world } = governed;
    await assert.rejects(world.create("governance/QuadraticGrants.sol", [zeroAddress, zeroAddress]), /Grants_Zero/);
    await openRound(0);
    world.now -= DAY / 2;
    await carol.refused(grants, "proposeProject", [0n, zeroAddress, 1n, TEXT], "Grants_ZeroAddress");
    await carol.refused(grants, "proposeProject", [0n, carol.address, 0n, TEXT], "Grants_ZeroAmount");
  });
});

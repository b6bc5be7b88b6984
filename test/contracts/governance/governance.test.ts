import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import fc from "fast-check";
import { encodeFunctionData, getAddress, toFunctionSelector, zeroAddress } from "viem";
import { ASY_UNIT } from "../../support/actor.ts";
import {
  ABSTAIN,
  AGAINST,
  asCouncil,
  CLOCKS,
  createGoverned,
  decide,
  FOR,
  type Governed,
  pass,
  propose,
  readyToExecute,
  STATE,
  THRESHOLD,
} from "../../support/governed.ts";

let governed: Governed;
before(async () => {
  governed = await createGoverned();
});
beforeEach(() => governed.reset());
after(() => governed.world.close());

const tally = (id: bigint) => governed.world.read<readonly bigint[]>(governed.governor, "proposalVotes", [id]);
const state = (id: bigint) => governed.world.read<number>(governed.governor, "state", [id]);
/** A harmless decision. */
const anyCall = () => [{ to: governed.world.staking, functionName: "setThawPeriod", args: [4_000n] }];

describe("everybody can leave first, GOV-01", () => {
  test("a thaw as long as the delay is refused, whoever voted for it; one second less goes through", async () => {
    const { world, governor, anyone } = governed;
    const delay = BigInt(CLOCKS.timelockDelay);
    const long = await readyToExecute(governed, [{ to: world.staking, functionName: "setThawPeriod", args: [delay] }]);
    await anyone.refused(governor, "execute", long.args, "Timelock_DelayNotAboveThaw", [delay, delay]);
    assert.equal(await world.read(world.staking, "thawPeriod"), 3_600n);
    await decide(governed, [{ to: world.staking, functionName: "setThawPeriod", args: [delay - 1n] }]);
    assert.equal(await world.read(world.staking, "thawPeriod"), delay - 1n);
  });

  test("a delay that does not exceed the thaw is refused, as is one out of reach", async () => {
    const { governor, timelock, anyone, world } = governed;
    const set = (delay: bigint) => [{ to: timelock, functionName: "updateDelay", args: [delay] }];
    const short = await readyToExecute(governed, set(3_600n));
    await anyone.refused(governor, "execute", short.args, "Timelock_DelayNotAboveThaw", [3_600n, 3_600n]);
    const long = await readyToExecute(governed, set(90n * 86_400n + 1n));
    await anyone.refused(governor, "execute", long.args, "Timelock_DelayTooLong");
    await decide(governed, set(3_601n));
    assert.equal(await world.read(timelock, "getMinDelay"), 3_601n);
  });

  test("hidden in a batch, the rule still holds for what the batch leaves behind", async () => {
    const { governor, timelock, anyone, world } = governed;
    const both = [
      { to: world.staking, functionName: "setThawPeriod", args: [86_400n] },
      { to: timelock, functionName: "updateDelay", args: [86_400n] },
    ];
    const bad = await readyToExecute(governed, both);
    await anyone.refused(governor, "execute", bad.args, "Timelock_DelayNotAboveThaw");
    await decide(governed, [both[0]!, { to: timelock, functionName: "updateDelay", args: [86_401n] }]);
    assert.equal(await world.read(world.staking, "thawPeriod"), 86_400n);
  });

  test("who starts to thaw when an upgrade is queued is out before it can be executed", async () => {
    const { world, governor, alice, anyone, whale } = governed;
    await alice.stake(1_000n * ASY_UNIT);
    const next = await world.create("mocks/Upgrades.sol:AssayTokenV2");
    const call = { to: world.asy, functionName: "upgradeToAndCall", args: [next.address, "0x"] };
    const proposal = await propose(governed, [call]);
    await pass(governed, proposal);
    await whale.send(governor, "queue", proposal.args);
    await alice.send(world.staking, "requestThaw", [1_000n * ASY_UNIT]);
    world.pass(3_600);
    await anyone.refused(governor, "execute", proposal.args, "TimelockUnexpectedOperationState");
    await anyone.send(world.staking, "withdraw", [alice.address]);
    assert.equal(await alice.wallet(), 100_000n * ASY_UNIT);
  });

  test("the timelock obeys itself only", async () => {
    const { timelock, anyone, world } = governed;
    await anyone.refused(timelock, "updateDelay", [86_400n], "TimelockUnauthorizedCaller");
    const upgrade = [timelock.address, "0x"] as const;
    await anyone.refused(timelock, "upgradeToAndCall", upgrade, "Timelock_NotSelf");
    await anyone.refused(timelock, "initialize", [1n, [], [], anyone.address], "InvalidInitialization");
    await assert.rejects(world.create("governance/ProtocolTimelock.sol", [zeroAddress]), /Timelock_ZeroAddress/);
  });
});

describe("proposals, GOV-02, GOV-03, GOV-04", () => {
  test("propose, vote with a reason, queue, execute", async () => {
    const { world, governor, whale, alice } = governed;
    const proposal = await propose(governed, anyCall());
    assert.equal(await state(proposal.id), STATE.active);
    const { events } = await whale.send(governor, "castVoteWithReason", [proposal.id, FOR, "thaw a little longer"]);
    assert.equal(events[0]!.args.reason, "thaw a little longer");
    await whale.refused(governor, "castVote", [proposal.id, AGAINST], "GovernorAlreadyCastVote");
    await alice.refused(governor, "queue", proposal.args, "GovernorUnexpectedProposalState");
    world.pass(CLOCKS.votingPeriod + 1);
    await alice.refused(governor, "castVote", [proposal.id, FOR], "GovernorUnexpectedProposalState");
    await alice.send(governor, "queue", proposal.args);
    await alice.refused(governor, "execute", proposal.args, "TimelockUnexpectedOperationState");
    world.pass(CLOCKS.timelockDelay + 1);
    await alice.send(governor, "execute", proposal.args);
    assert.equal(await state(proposal.id), STATE.executed);
    assert.equal(await world.read(world.staking, "thawPeriod"), 4_000n);
  });

  test("who has too few votes cannot propose, and is told both numbers", async () => {
    const { world, governor, alice } = governed;
    const args = [[world.staking.address], [0n], ["0x"], "mine"];
    await alice.refused(governor, "propose", args, "GovernorInsufficientProposerVotes", [
      getAddress(alice.address),
      0n,
      THRESHOLD,
    ]);
  });

  test("below the quorum nothing passes; a quorum reached late lengthens the vote, GOV-05", async () => {
    const { world, governor, alice, whale, anyone } = governed;
    await alice.send(world.asy, "delegate", [alice.address]);
    world.pass(1);
    const small = await propose(governed, anyCall());
    await alice.send(governor, "castVote", [small.id, FOR]);
    world.pass(CLOCKS.votingPeriod + 1);
    assert.equal(await state(small.id), STATE.defeated);
    await anyone.refused(governor, "queue", small.args, "GovernorUnexpectedProposalState");

    const late = await propose(governed, anyCall(), "late");
    const end = await world.read<bigint>(governor, "proposalDeadline", [late.id]);
    world.now = Number(end) - 5;
    await whale.send(governor, "castVote", [late.id, FOR]);
    assert.equal(
      await world.read(governor, "proposalDeadline", [late.id]),
      BigInt(world.now + CLOCKS.lateQuorumExtension),
    );
  });

  test("staked tokens vote like liquid ones, and no token twice", async () => {
    const { world, governor, alice } = governed;
    await alice.send(world.asy, "delegate", [alice.address]);
    await alice.stake(60_000n * ASY_UNIT);
    world.pass(1);
    const proposal = await propose(governed, anyCall());
    const snapshot = await world.read<bigint>(governor, "proposalSnapshot", [proposal.id]);
    assert.equal(await world.read(governor, "getVotes", [alice.address, snapshot]), 100_000n * ASY_UNIT);
    await alice.send(governor, "castVote", [proposal.id, ABSTAIN]);
    assert.deepEqual(await tally(proposal.id), [0n, 0n, 100_000n * ASY_UNIT]);
    const supply = await world.read<bigint>(world.asy, "getPastTotalSupply", [snapshot]);
    assert.equal(await world.read(governor, "quorum", [snapshot]), (supply * 4n) / 100n);
  });

  test("settings move inside their bounds, by a proposal only, GOV-06", async () => {
    const { governor, anyone, world } = governed;
    const settings: [name: string, good: bigint | number, bad: bigint | number][] = [
      ["setVotingDelay", 61, 59],
      ["setVotingPeriod", 3_601, 30 * 86_400 + 1],
      ["setProposalThreshold", 1n, 10_000_001n * ASY_UNIT],
      ["updateQuorumNumerator", 30n, 31n],
      ["setLateQuorumVoteExtension", 3_600, 7 * 86_400 + 1],
    ];
    for (const [functionName, good, bad] of settings) {
      await anyone.refused(governor, functionName, [good], "GovernorOnlyExecutor");
      const wrong = await readyToExecute(governed, [{ to: governor, functionName, args: [bad] }]);
      await anyone.refused(governor, "execute", wrong.args, "Governor_OutOfRange");
    }
    await decide(
      governed,
      settings.map(([functionName, good]) => ({ to: governor, functionName, args: [good] })),
    );
    assert.equal(await world.read(governor, "votingPeriod"), 3_601n);
    assert.equal(await world.read(governor, "quorumNumerator"), 30n);
  });

  test("what the governor does not offer is refused", async () => {
    const { governor, anyone, whale } = governed;
    const { id } = await propose(governed, anyCall());
    await whale.refused(governor, "castVoteWithReasonAndParams", [id, FOR, "", "0x01"], "GovernorInvalidVoteParams");
    const signed = [id, FOR, whale.address, "", "0x", "0x"];
    await whale.refused(governor, "castVoteWithReasonAndParamsBySig", signed, "GovernorInvalidVoteParams");
    const nft = [anyone.address, anyone.address, 1n, "0x"];
    await anyone.refused(governor, "onERC721Received", nft, "GovernorDisabledDeposit");
    await anyone.refused(governor, "upgradeToAndCall", [governor.address, "0x"], "GovernorOnlyExecutor");
    await whale.refused(governor, "castVote", [id, 3], "GovernorInvalidVoteType");
  });

  test("zero addresses are refused when the governor is made", async () => {
    const { world } = governed;
    await assert.rejects(world.create("governance/AssayGovernor.sol", [zeroAddress]), /Governor_ZeroAddress/);
  });
});

describe("the guardian of proposals, GOV-12", () => {
  test("cancels what it must, at any time before the execution", async () => {
    const { world, governor, guardian, anyone } = governed;
    const proposal = await readyToExecute(governed, anyCall());
    await anyone.refused(governor, "cancel", proposal.args, "GovernorUnableToCancel");
    await asCouncil(governed, guardian, governor, "cancel", [...proposal.args]);
    assert.equal(await state(proposal.id), STATE.canceled);
    await anyone.refused(governor, "execute", proposal.args, "GovernorUnexpectedProposalState");
    assert.equal(await world.read(world.staking, "thawPeriod"), 3_600n);
  });

  test("cannot cancel its own replacement, only what hides something beside it", async () => {
    const { world, governor, guardian, council, anyone } = governed;
    const replace = { to: governor, functionName: "setProposalGuardian", args: [council.address] };
    const hidden = await propose(governed, [replace, ...anyCall()], "two things");
    await asCouncil(governed, guardian, governor, "cancel", [...hidden.args]);
    const proposal = await readyToExecute(governed, [replace]);
    await assert.rejects(
      asCouncil(governed, guardian, governor, "cancel", [...proposal.args]),
      /Governor_GuardianReplacement/,
    );
    await anyone.send(governor, "execute", proposal.args);
    assert.equal(await world.read(governor, "proposalGuardian"), getAddress(council.address));
  });
});

describe("owners override their representatives, GOV-10 (peers: override accounting bugs)", () => {
  test("each share leaves the representative that it had, in either order", async () => {
    const { world, governor, alice, bob } = governed;
    // liquid with bob, staked with itself
    await alice.stake(40_000n * ASY_UNIT);
    await alice.send(world.asy, "delegate", [bob.address]);
    await bob.send(world.asy, "delegate", [bob.address]);
    world.pass(1);
    for (const first of ["vote", "override"] as const) {
      const { id } = await propose(governed, anyCall(), first);
      const vote = () => bob.send(governor, "castVote", [id, FOR]);
      const override = () => alice.send(governor, "castOverrideVote", [id, AGAINST, "mine"]);
      await (first === "vote" ? vote() : override());
      await (first === "vote" ? override() : vote());
      assert.deepEqual(await tally(id), [100_000n * ASY_UNIT, 100_000n * ASY_UNIT, 0n], first);
      await alice.refused(governor, "castOverrideVote", [id, FOR, ""], "Governor_AlreadyOverridden");
      await alice.refused(governor, "castVote", [id, 3], "GovernorInvalidVoteType");
      // what alice may cast as its own representative is spent by the override
      await alice.send(governor, "castVote", [id, FOR]);
      assert.deepEqual(await tally(id), [100_000n * ASY_UNIT, 100_000n * ASY_UNIT, 0n], first);
    }
  });

  test("tokens that nobody represents can be cast; who has none is told so", async () => {
    const { governor, alice, anyone } = governed;
    const { id } = await propose(governed, anyCall());
    await alice.send(governor, "castOverrideVote", [id, FOR, ""]);
    assert.deepEqual(await tally(id), [0n, 100_000n * ASY_UNIT, 0n]);
    await anyone.refused(governor, "castOverrideVote", [id, FOR, ""], "Governor_NothingToOverride");
    await anyone.refused(governor, "castOverrideVote", [id, 3, ""], "GovernorInvalidVoteType");
  });

  test("livepeer protocol #626: any order of votes and overrides counts each token once, on its owner's side where the owner spoke", async () => {
    const { world, governor } = governed;
    const { alice, bob, anyone } = governed;
    const owners = [alice, bob, anyone];
    await anyone.funded(7n * ASY_UNIT);
    await alice.stake(30n * ASY_UNIT);
    await bob.stake(50n * ASY_UNIT);
    const back = await world.snapshot();
    const move = fc.record({ who: fc.nat(2), kind: fc.constantFrom("vote", "override"), support: fc.nat(2) });
    const delegation = fc.array(fc.option(fc.nat(2)), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(delegation, delegation, fc.array(move, { maxLength: 6 }), async (liquid, staked, moves) => {
        await back();
        const to = (index: number | null | undefined) =>
          index === null || index === undefined ? zeroAddress : owners[index]!.address;
        for (const [index, owner] of owners.entries()) {
          await owner.send(world.asy, "delegate", [to(liquid[index])]);
          await owner.send(world.staking, "delegate", [to(staked[index])]);
        }
        world.pass(1);
        const { id } = await propose(governed, anyCall(), "ordered");
        const spoken = new Map<number, number>();
        const represented = new Map<number, number>();
        for (const { who, kind, support } of moves) {
          const done = kind === "vote" ? represented : spoken;
          const call = kind === "vote" ? ["castVote", [id, support]] : ["castOverrideVote", [id, support, ""]];
          if (done.has(who)) continue;
          done.set(who, support);
          await owners[who]!.send(governor, call[0] as string, call[1] as unknown[]);
        }
        const expected = [0n, 0n, 0n];
        for (const [index, owner] of owners.entries()) {
          const shares = [
            [await owner.wallet(), liquid[index]],
            [await world.read<bigint>(world.staking, "votingUnitsOf", [owner.address]), staked[index]],
          ] as const;
          for (const [amount, delegate] of shares) {
            const side = spoken.get(index) ?? (delegate == null ? undefined : represented.get(delegate));
            if (side !== undefined) expected[side]! += amount;
          }
        }
        assert.deepEqual(await tally(id), expected);
      }),
      { numRuns: 25 },
    );
  });
});

describe("the councils", () => {
  const setter = toFunctionSelector("setMinWindow(uint32)");

  test("moves an opened parameter inside its range, once in an hour; nothing else, GOV-20", async () => {
    const { world, parameters, council, anyone } = governed;
    const { market } = world;
    const move = (value: bigint, to = market.address, selector = setter) =>
      asCouncil(governed, council, parameters, "move", [to, selector, value]);
    await assert.rejects(move(60n), /Council_Closed/);
    const range = (min: bigint, max: bigint) => ({
      to: parameters,
      functionName: "setRange",
      args: [market.address, setter, min, max],
    });
    await anyone.refused(parameters, "setRange", range(1n, 2n).args, "AccessManagedUnauthorized");
    await decide(governed, [range(30n, 90n)]);
    await anyone.refused(parameters, "move", [market.address, setter, 60n], "AccessManagedUnauthorized");
    await assert.rejects(move(91n), /Council_OutOfRange/);
    await assert.rejects(move(29n), /Council_OutOfRange/);
    await move(60n);
    const [, window] = await world.read<readonly [string, number, number]>(market, "config");
    assert.equal(window, 60);
    await assert.rejects(move(61n), /Council_TooSoon/);
    world.pass(3_600);
    await move(61n);
    const thaw = toFunctionSelector("setThawPeriod(uint256)");
    await assert.rejects(move(3_600n, world.staking.address, thaw), /Council_Closed/);
    await decide(governed, [range(0n, 0n)], "close");
    await assert.rejects(move(60n), /Council_Closed/);
  });

  test("a range opened by mistake for a setter without the role moves nothing", async () => {
    const { world, parameters, council } = governed;
    const thaw = toFunctionSelector("setThawPeriod(uint256)");
    const args = [world.staking.address, thaw, 3_600n, 7_000n];
    await decide(governed, [{ to: parameters, functionName: "setRange", args }]);
    await assert.rejects(
      asCouncil(governed, council, parameters, "move", [world.staking.address, thaw, 7_000n]),
      /AccessManagedUnauthorized/,
    );
  });

  test("empty ranges and the zero target are refused, GOV-21", async () => {
    const { world, parameters, governor, anyone } = governed;
    const cases = [
      [[world.market.address, setter, 2n, 1n], "Council_EmptyRange"],
      [[zeroAddress, setter, 1n, 2n], "Council_ZeroTarget"],
    ] as const;
    for (const [args, error] of cases) {
      const proposal = await readyToExecute(governed, [{ to: parameters, functionName: "setRange", args }], error);
      await anyone.refused(governor, "execute", proposal.args, error);
    }
  });

  test("the guardian pauses, and can do nothing else to the market, GOV-22", async () => {
    const { world, guardian } = governed;
    await asCouncil(governed, guardian, world.market, "setPause", [1]);
    await assert.rejects(
      asCouncil(governed, guardian, world.market, "setMinWindow", [60]),
      /AccessManagedUnauthorized/,
    );
    const data = encodeFunctionData({ abi: world.market.abi, functionName: "setMinWindow", args: [60] });
    await assert.rejects(
      asCouncil(governed, guardian, world.authority, "execute", [world.market.address, data]),
      /AccessManagerUnauthorizedCall/,
    );
  });
});

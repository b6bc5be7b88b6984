// Slashes on evidence, docs/spec/slashing.md.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress, keccak256, zeroAddress } from "viem";
import { createScene, REASON, type Scene, STAKE } from "../../support/scene.ts";

const DAY = 86_400;
const DECISION = 14 * DAY;
const EVIDENCE = keccak256("0x0e");
const STATUS = { open: 1, appealed: 2, upheld: 3, executed: 4, vetoed: 5, lapsed: 6 } as const;

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

const admin = (name: string, args: readonly unknown[]) => {
  const { world } = scene;
  return world.send(world.deployer, world.slashing, name, args);
};
const refusedAdmin = (name: string, args: readonly unknown[], error: string, wanted?: readonly unknown[]) => {
  const { world } = scene;
  return world.refused(world.deployer, world.slashing, [name, args], error, wanted);
};
const opening = (wanted: bigint, reason: number = REASON.collusion) =>
  [reason, scene.provider.address, scene.requester.address, wanted, EVIDENCE] as const;
const open = (wanted: bigint, reason?: number) => admin("openCase", opening(wanted, reason));
const caseOf = (id = 1) =>
  scene.world.read<{ amount: bigint; status: number; deadline: number }>(scene.world.slashing, "caseOf", [id]);
const status = async (id?: number) => (await caseOf(id)).status;

describe("opening a case, SLH-04", () => {
  test("holds what is wanted, at most the reason's cap of the stake, and tells the evidence", async () => {
    const { world, provider, requester } = scene;
    const { events } = await open(7n);
    assert.deepEqual(events[0]?.args, {
      id: 1n,
      provider: getAddress(provider.address),
      reason: REASON.collusion,
      victim: getAddress(requester.address),
      amount: 7n,
      deadline: BigInt(world.now + DAY),
      evidence: EVIDENCE,
    });
    assert.deepEqual(await provider.stakes(), { stake: STAKE, locked: 7n, free: STAKE - 7n });
    await open(STAKE, REASON.dataWithheld);
    await open(STAKE, REASON.falseCapability);
    const caps = STAKE / 10n + STAKE / 20n;
    assert.equal((await provider.stakes()).locked, 7n + caps);
    assert.equal(await world.read(world.slashing, "openCaseOf", [provider.address, REASON.dataWithheld]), 2n);
  });

  test("no slash above what is free: a case holds what running jobs leave, INVARIANT no slash above the lock", async () => {
    const { provider, requester } = scene;
    await provider.claim(await requester.postNew({ bond: STAKE - 5n }));
    await open(STAKE);
    assert.equal((await caseOf()).amount, 5n);
    assert.equal((await provider.stakes()).free, 0n);
    await refusedAdmin("openCase", opening(1n, REASON.dataWithheld), "Slashing_NothingToHold", [
      getAddress(provider.address),
    ]);
  });

  test("RevertWhen: a stranger, a proof's reason, no reason, no victim, nothing wanted, twice", async () => {
    const { world, anyone, provider } = scene;
    await anyone.refused(world.slashing, "openCase", opening(1n), "AccessManagedUnauthorized");
    for (const reason of [REASON.none, REASON.late, REASON.rejected]) {
      await refusedAdmin("openCase", opening(1n, reason), "Slashing_WrongReason", [reason]);
    }
    await refusedAdmin(
      "openCase",
      [REASON.collusion, provider.address, zeroAddress, 1n, EVIDENCE],
      "Slashing_ZeroAddress",
    );
    await refusedAdmin("openCase", opening(0n), "Slashing_NothingToHold");
    await open(1n);
    await refusedAdmin("openCase", opening(1n), "Slashing_CaseUnderWay", [1n]);
  });

  test("held stake cannot be thawed away", async () => {
    const { world, provider } = scene;
    await open(STAKE / 2n);
    await provider.refused(world.staking, "requestThaw", [STAKE / 2n + 1n], "Staking_InsufficientFreeStake");
    await provider.send(world.staking, "requestThaw", [STAKE / 2n]);
  });
});

describe("a case that nobody objects to, SLH-06", () => {
  test("is executed after the delay by anyone, split and told with its reason", async () => {
    const { world, provider, requester, anyone } = scene;
    await open(1_000n);
    const { deadline } = await caseOf();
    world.now = deadline;
    await anyone.refused(world.slashing, "executeCase", [1], "Slashing_TooEarly", [
      BigInt(deadline + 1),
      BigInt(deadline),
    ]);
    world.now = deadline + 1;
    const { events } = await anyone.send(world.slashing, "executeCase", [1]);
    assert.deepEqual(events.find(({ name }) => name === "BondForfeited")?.args, {
      provider: getAddress(provider.address),
      reason: REASON.collusion,
      bond: 1_000n,
      requester: getAddress(requester.address),
      toRequester: 150n,
      finder: zeroAddress,
      toFinder: 0n,
      toAudit: 350n,
      burned: 500n,
    });
    assert.equal(await status(), STATUS.executed);
    assert.deepEqual(await provider.stakes(), { stake: STAKE - 1_000n, locked: 0n, free: STAKE - 1_000n });
    await anyone.refused(world.slashing, "executeCase", [1], "Slashing_WrongStatus", [1n, STATUS.executed]);
    await anyone.refused(world.slashing, "lapse", [1], "Slashing_WrongStatus", [1n, STATUS.executed]);
    await refusedAdmin("veto", [1], "Slashing_WrongStatus", [1n, STATUS.executed]);
    await open(1n); // the next one may be opened
  });

  test("lapses when nobody executes it in time: each moment belongs to one of the two", async () => {
    const { world, provider, anyone } = scene;
    await open(1_000n);
    const last = (await caseOf()).deadline + DECISION;
    world.now = last;
    await anyone.refused(world.slashing, "lapse", [1], "Slashing_TooEarly", [BigInt(last + 1), BigInt(last)]);
    world.now = last + 1;
    await anyone.refused(world.slashing, "executeCase", [1], "Slashing_TooLate", [BigInt(last), BigInt(last + 1)]);
    await anyone.send(world.slashing, "lapse", [1]);
    assert.equal(await status(), STATUS.lapsed);
    assert.deepEqual(await provider.stakes(), { stake: STAKE, locked: 0n, free: STAKE });
  });
});

describe("appeals and vetoes, SLH-07, SLH-08", () => {
  test("an appeal stops the case; silence acquits", async () => {
    const { world, provider, anyone } = scene;
    await open(1_000n);
    await anyone.refused(world.slashing, "appeal", [1, EVIDENCE], "Slashing_NotProvider", [
      getAddress(anyone.address),
      getAddress(provider.address),
    ]);
    const { deadline } = await caseOf();
    world.now = deadline;
    await provider.send(world.slashing, "appeal", [1, EVIDENCE]);
    await provider.refused(world.slashing, "appeal", [1, EVIDENCE], "Slashing_WrongStatus", [1n, STATUS.appealed]);
    world.now = deadline + DECISION;
    await anyone.refused(world.slashing, "executeCase", [1], "Slashing_WrongStatus", [1n, STATUS.appealed]);
    world.pass(1);
    await refusedAdmin("refuseAppeal", [1], "Slashing_TooLate");
    await anyone.send(world.slashing, "lapse", [1]);
    assert.equal((await provider.stakes()).free, STAKE);
  });

  test("too late to appeal once the case can be executed", async () => {
    const { world, provider } = scene;
    await open(1_000n);
    const { deadline } = await caseOf();
    world.now = deadline + 1;
    await provider.refused(world.slashing, "appeal", [1, EVIDENCE], "Slashing_TooLate", [
      BigInt(deadline),
      BigInt(deadline + 1),
    ]);
  });

  test("a refused appeal is executed at once, or lapses", async () => {
    const { world, provider, anyone } = scene;
    await open(1_000n);
    await refusedAdmin("refuseAppeal", [1], "Slashing_WrongStatus", [1n, STATUS.open]);
    await provider.send(world.slashing, "appeal", [1, EVIDENCE]);
    await anyone.refused(world.slashing, "refuseAppeal", [1], "AccessManagedUnauthorized");
    await admin("refuseAppeal", [1]);
    const state = await world.snapshot();
    await anyone.send(world.slashing, "executeCase", [1]);
    assert.equal((await provider.stakes()).stake, STAKE - 1_000n);
    await state();
    world.pass(DECISION + 1);
    await anyone.refused(world.slashing, "executeCase", [1], "Slashing_TooLate");
    await anyone.send(world.slashing, "lapse", [1]);
    assert.equal((await provider.stakes()).free, STAKE);
  });

  test("the guardian vetoes in every state that is under way, a stranger in none", async () => {
    const { world, provider, anyone } = scene;
    for (const steps of [0, 1, 2]) {
      await scene.reset();
      await open(1_000n);
      if (steps > 0) await provider.send(world.slashing, "appeal", [1, EVIDENCE]);
      if (steps > 1) await admin("refuseAppeal", [1]);
      await anyone.refused(world.slashing, "veto", [1], "AccessManagedUnauthorized");
      await admin("veto", [1]);
      assert.equal(await status(), STATUS.vetoed);
      assert.deepEqual(await provider.stakes(), { stake: STAKE, locked: 0n, free: STAKE });
      await anyone.refused(world.slashing, "executeCase", [1], "Slashing_WrongStatus");
    }
    await refusedAdmin("veto", [99], "Slashing_WrongStatus", [99n, 0]);
  });
});

describe("administration, SLH-09", () => {
  test("setDelay: role, bounds, and open cases keep theirs", async () => {
    const { world, anyone } = scene;
    await anyone.refused(world.slashing, "setDelay", [DAY], "AccessManagedUnauthorized");
    for (const delay of [DAY - 1, 30 * DAY + 1]) {
      await refusedAdmin("setDelay", [delay], "Slashing_DelayOutOfRange", [
        BigInt(delay),
        BigInt(DAY),
        BigInt(30 * DAY),
      ]);
    }
    await open(1n);
    const { deadline } = await caseOf();
    const { events } = await admin("setDelay", [30 * DAY]);
    assert.deepEqual(events[0]?.args, { previous: BigInt(DAY), current: BigInt(30 * DAY) });
    assert.equal((await caseOf()).deadline, deadline);
    assert.equal(await world.read(world.slashing, "delay"), BigInt(30 * DAY));
  });

  test("RevertWhen_ConstructedWithoutPeers", async () => {
    const { world, anyone } = scene;
    const wants = { errorName: "Slashing_ZeroAddress" };
    await assert.rejects(world.create("slashing/SlashingManager.sol", [zeroAddress, anyone.address]), wants);
    await assert.rejects(world.create("slashing/SlashingManager.sol", [anyone.address, zeroAddress]), wants);
  });
});

// Slashes on proofs, docs/spec/slashing.md.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import fc from "fast-check";
import { getAddress, zeroAddress } from "viem";
import { createScene, penalty, REASON, type Scene, STAKE } from "../../support/scene.ts";

interface Shares {
  cap: number;
  toRequester: number;
  toFinder: number;
  toAudit: number;
}

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

/** Locks a bond in full and brings a proof against it, as the market. */
async function slash(reason: number, bond: bigint, finder = scene.anyone.address) {
  const { world, provider, requester } = scene;
  await world.impersonate(world.market.address);
  await world.send(world.market.address, world.staking, "lock", [provider.address, provider.address, bond, 0n, 0n]);
  const args = [reason, provider.address, bond, requester.address, finder];
  return world.send(world.market.address, world.slashing, "slash", args);
}

const forfeited = (events: { name: string; args: Record<string, unknown> }[]) =>
  events.find(({ name }) => name === "BondForfeited")?.args;

describe("the only door, SLH-01", () => {
  test("nobody but the market slashes, nobody but the slashing manager takes stake", async () => {
    const { world, anyone, provider, requester } = scene;
    const [me, market, slashing] = [anyone.address, world.market.address, world.slashing.address].map((a) =>
      getAddress(a),
    );
    const args = [REASON.rejected, provider.address, 1n, requester.address, me];
    await anyone.refused(world.slashing, "slash", args, "Slashing_NotMarket", [me, market]);
    await anyone.refused(world.staking, "hold", [provider.address, 1n], "Staking_NotSlashing", [me, slashing]);
    await anyone.refused(world.staking, "release", [provider.address, 1n, false], "Staking_NotMarket", [me, market]);
    const forfeit = ["forfeit", [provider.address, 1n, penalty(me!, 0n, 0n)]] as const;
    await anyone.refused(world.staking, ...forfeit, "Staking_NotSlashing", [me, slashing]);
    await world.impersonate(world.market.address);
    await world.refused(world.market.address, world.staking, forfeit, "Staking_NotSlashing", [market, slashing]);
  });

  test("evidence and no reason at all do not pass as proofs, SLH-02", async () => {
    const { world, provider, requester } = scene;
    await world.impersonate(world.market.address);
    for (const reason of [REASON.none, REASON.dataWithheld, REASON.falseCapability, REASON.collusion]) {
      const call = ["slash", [reason, provider.address, 0n, requester.address, zeroAddress]] as const;
      await world.refused(world.market.address, world.slashing, call, "Slashing_WrongReason", [reason]);
    }
  });
});

describe("prices, SLH-03", () => {
  test("a rejected result: 15 % requester, 25 % finder, 15 % audit fund, 45 % burned", async () => {
    const { world, provider, requester, anyone } = scene;
    const { events } = await slash(REASON.rejected, 1_000n);
    assert.deepEqual(forfeited(events), {
      provider: getAddress(provider.address),
      reason: REASON.rejected,
      bond: 1_000n,
      requester: getAddress(requester.address),
      toRequester: 150n,
      finder: getAddress(anyone.address),
      toFinder: 250n,
      toAudit: 150n,
      burned: 450n,
    });
    assert.equal(await world.read(world.staking, "auditDue"), 150n);
    assert.equal(await world.read(world.staking, "burnDue"), 450n);
    assert.equal((await provider.stakes()).stake, STAKE - 1_000n);
  });

  test("without a finder its share is burned; a late job loses a tenth", async () => {
    const rejected = forfeited((await slash(REASON.rejected, 1_000n, zeroAddress)).events);
    assert.deepEqual([rejected?.toFinder, rejected?.burned], [0n, 700n]);
    const late = forfeited((await slash(REASON.late, 1_000n)).events);
    assert.deepEqual(
      [late?.toRequester, late?.toFinder, late?.toAudit, late?.burned],
      [45n, 0n, 0n, 55n],
      "the finder of a late job is paid nothing",
    );
    assert.equal((await scene.provider.stakes()).stake, STAKE - 1_100n);
  });

  test("every reason: shares fit into the loss, and more leaves the ring than comes back", async () => {
    const { world } = scene;
    for (const reason of [1, 2, 3, 4, 5]) {
      const shares = await world.read<Shares>(world.slashing, "sharesOf", [reason]);
      const loss = reason <= REASON.rejected ? shares.cap : 10_000;
      assert.ok(shares.cap > 0 && shares.cap <= 10_000);
      const returned = shares.toRequester + shares.toFinder;
      assert.ok(returned * 2 < loss, `reason ${reason}: ${returned} of ${loss} come back`);
      assert.ok(returned + shares.toAudit <= loss);
    }
    await assert.rejects(world.read(world.slashing, "sharesOf", [REASON.none]), { errorName: "Slashing_WrongReason" });
  });

  test("testFuzz: the parts are the loss, rounded in favour of what is burned", async () => {
    const reset = await scene.world.snapshot();
    const bonds = fc.oneof(fc.bigInt(0n, 50n), fc.bigInt(0n, STAKE));
    const property = fc.asyncProperty(bonds, fc.constantFrom(1, 2), fc.boolean(), async (bond, reason, found) => {
      await reset();
      const { events } = await slash(reason, bond, found ? scene.anyone.address : zeroAddress);
      const parts = forfeited(events) as Record<"toRequester" | "toFinder" | "toAudit" | "burned", bigint>;
      const lost = reason === REASON.late ? bond / 10n : bond;
      assert.equal(parts.toRequester + parts.toFinder + parts.toAudit + parts.burned, lost);
      const stakes = await scene.provider.stakes();
      assert.deepEqual(stakes, { stake: STAKE - lost, locked: 0n, free: STAKE - lost });
      assert.ok((parts.toRequester + parts.toFinder) * 5n <= lost * 2n || reason === REASON.late);
    });
    await fc.assert(property, { numRuns: 40, seed: 5 });
  });
});

describe("the audit fund, SLH-05", () => {
  test("is paid its share by anyone, once", async () => {
    const { world, anyone, treasury } = scene;
    await anyone.refused(world.staking, "payAuditFund", [], "Staking_NothingForAuditFund", []);
    await world.send(world.deployer, world.staking, "setAuditFund", [treasury.address]);
    await slash(REASON.rejected, 1_000n);
    const before = await treasury.wallet();
    const { events } = await anyone.send(world.staking, "payAuditFund");
    assert.deepEqual(events.find(({ name }) => name === "AuditFundPaid")?.args, {
      fund: getAddress(treasury.address),
      amount: 150n,
    });
    assert.equal((await treasury.wallet()) - before, 150n);
    assert.equal(await world.read(world.staking, "burnDue"), 450n, "what is to burn stays");
    await anyone.refused(world.staking, "payAuditFund", [], "Staking_NothingForAuditFund", []);
  });

  test("is named by the authority and never zero", async () => {
    const { world, anyone, treasury } = scene;
    await anyone.refused(world.staking, "setAuditFund", [anyone.address], "AccessManagedUnauthorized");
    await world.refused(world.deployer, world.staking, ["setAuditFund", [zeroAddress]], "Staking_ZeroAddress");
    const { events } = await world.send(world.deployer, world.staking, "setAuditFund", [treasury.address]);
    assert.equal(events[0]?.args.current, getAddress(treasury.address));
    assert.equal(await world.read(world.staking, "auditFund"), getAddress(treasury.address));
  });
});

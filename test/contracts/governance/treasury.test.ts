import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress, zeroAddress } from "viem";
import { ASY_UNIT } from "../../support/actor.ts";
import { createGoverned, decide, type Governed, readyToExecute } from "../../support/governed.ts";

let governed: Governed;
before(async () => {
  governed = await createGoverned();
});
beforeEach(() => governed.reset());
after(() => governed.world.close());

const account = (token: string) => governed.world.read<readonly bigint[]>(governed.treasury, "accountOf", [token]);

describe("the treasury, GOV-30, GOV-31, GOV-32, GOV-33", () => {
  test("fees of the market arrive by anybody's call", async () => {
    const { world, treasury, alice, anyone } = governed;
    const { asy, market } = world;
    assert.equal((await world.read<readonly string[]>(market, "config"))[0], getAddress(treasury.address));
    await alice.send(market, "deposit", [asy.address, treasury.address, 10n]);
    assert.deepEqual(await account(asy.address), [0n, 10n, 0n, 0n]);
    await anyone.send(treasury, "fetchFees", [asy.address]);
    assert.deepEqual(await account(asy.address), [10n, 0n, 0n, 0n]);
    await anyone.refused(treasury, "fetchFees", [asy.address], "Treasury_ZeroAmount");
  });

  test("pays by a vote only, at most what it holds, and books it", async () => {
    const { world, treasury, alice, anyone, governor } = governed;
    const { asy } = world;
    await alice.send(asy, "transfer", [treasury.address, 100n]);
    await anyone.refused(treasury, "pay", [asy.address, anyone.address, 1n], "AccessManagedUnauthorized");
    await world.refused(
      world.deployer,
      treasury,
      ["pay", [asy.address, anyone.address, 1n]],
      "AccessManagedUnauthorized",
    );
    const pay = (token: string, to: string, amount: bigint) => [
      { to: treasury, functionName: "pay", args: [token, to, amount] },
    ];
    await decide(governed, pay(asy.address, anyone.address, 60n));
    assert.equal(await anyone.wallet(), 60n);
    assert.deepEqual(await account(asy.address), [40n, 0n, 60n, 0n]);
    const refused: [ReturnType<typeof pay>, string][] = [
      [pay(asy.address, anyone.address, 41n), "Treasury_Insufficient"],
      [pay(asy.address, anyone.address, 0n), "Treasury_ZeroAmount"],
      [pay(asy.address, zeroAddress, 1n), "Treasury_ZeroAddress"],
    ];
    for (const [calls, error] of refused) {
      const proposal = await readyToExecute(governed, calls, error);
      await anyone.refused(governor, "execute", proposal.args, error);
    }
  });

  test("pays the chain's own coin; a payee that refuses it takes nothing else down", async () => {
    const { world, treasury, anyone, governor } = governed;
    await world.provider.request({
      method: "hardhat_setBalance",
      params: [treasury.address, "0x64"],
    });
    const pay = (to: string) => [{ to: treasury, functionName: "pay", args: [zeroAddress, to, 40n] }];
    await decide(governed, pay("0x000000000000000000000000000000000000bEEF"));
    assert.deepEqual(await account(zeroAddress), [60n, 0n, 40n, 0n]);
    const bad = await readyToExecute(governed, pay(world.staking.address), "refuses");
    await anyone.refused(governor, "execute", bad.args, "Treasury_PaymentFailed");
  });

  test("a grant vests linearly to its beneficiary and cannot be stopped", async () => {
    const { world, treasury, alice, bob, anyone, governor } = governed;
    const { asy } = world;
    await alice.send(asy, "transfer", [treasury.address, 1_000n * ASY_UNIT]);
    const start = world.now + 20_000;
    const grant = (token: string, beneficiary: string, duration: number) => [
      { to: treasury, functionName: "grant", args: [token, beneficiary, 1_000n * ASY_UNIT, start, duration] },
    ];
    for (const [calls, error] of [
      [grant(zeroAddress, bob.address, 1_000), "Treasury_ZeroAddress"],
      [grant(asy.address, bob.address, 0), "Treasury_ZeroDuration"],
    ] as const) {
      const proposal = await readyToExecute(governed, calls, error);
      await anyone.refused(governor, "execute", proposal.args, error);
    }
    await decide(governed, grant(asy.address, bob.address, 1_000));
    assert.deepEqual(await account(asy.address), [0n, 0n, 0n, 1_000n * ASY_UNIT]);
    assert.equal(await world.read(treasury, "grantCount"), 1n);
    const address = await world.read<`0x${string}`>(treasury, "grantOf", [0n]);
    const before = await bob.wallet();
    world.now = Math.max(world.now, start + 500);
    const release = { address, abi: VESTING };
    await anyone.send(release, "release", [asy.address]);
    assert.equal(
      await bob.wallet(),
      before + (1_000n * ASY_UNIT * BigInt(Math.min(world.now - start, 1_000))) / 1_000n,
    );
  });

  test("needs a market", async () => {
    await assert.rejects(governed.world.create("governance/Treasury.sol", [zeroAddress]), /Treasury_ZeroAddress/);
  });
});

const VESTING = [
  {
    type: "function",
    name: "release",
    stateMutability: "nonpayable",
    inputs: [{ type: "address", name: "token" }],
    outputs: [],
  },
] as const;

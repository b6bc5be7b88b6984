import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { encodeFunctionData, getAddress, serializeSignature, zeroAddress } from "viem";
import { Actor, ASY_UNIT } from "../../support/actor.ts";
import { malleable } from "../../support/malleable.ts";
import { signPermit } from "../../support/permit.ts";
import { createScene, DEPOSIT, passWindow, type Scene, submittedJob } from "../../support/scene.ts";
import type { Target } from "../../support/world.ts";

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

/** A mock token, allow-listed, with 1,000 units and an approval for the requester. */
async function allowed(source: string): Promise<Target> {
  const { world, requester } = scene;
  const token = await world.create(`mocks/${source}.sol`);
  await world.send(world.deployer, world.market, "configureToken", [token.address, true, 0, 0]);
  await requester.send(token, "mint", [requester.address, 1_000n]);
  await requester.send(token, "approve", [world.market.address, 1_000n]);
  return token;
}

describe("deposit", () => {
  test("moves tokens into the account's balance, JOB-60", async () => {
    const { world, requester, anyone } = scene;
    const before = await requester.wallet();
    await requester.send(world.market, "deposit", [world.asy.address, anyone.address, 7n]);
    assert.equal(await anyone.balance(), 7n);
    assert.equal(await requester.balance(), DEPOSIT);
    assert.equal(await requester.wallet(), before - 7n);
  });

  test("RevertWhen_ZeroAccountOrAmountOrUnknownToken", async () => {
    const { world, requester } = scene;
    const asy = world.asy.address;
    const stranger = await world.create("mocks/TestToken.sol");
    await requester.refused(world.market, "deposit", [asy, zeroAddress, 1n], "Market_ZeroAddress");
    await requester.refused(world.market, "deposit", [asy, requester.address, 0n], "Market_ZeroAmount");
    await requester.refused(
      world.market,
      "deposit",
      [stranger.address, requester.address, 1n],
      "Market_TokenNotAllowed",
    );
  });

  test("RevertWhen_NotApprovedOrNotOwned: the token's own error", async () => {
    const { world, anyone, requester } = scene;
    await anyone.refused(
      world.market,
      "deposit",
      [world.asy.address, anyone.address, 1n],
      "ERC20InsufficientAllowance",
    );
    const all = await requester.wallet();
    const args = [world.asy.address, requester.address, all + 1n];
    await requester.refused(world.market, "deposit", args, "ERC20InsufficientBalance");
  });

  test("RevertWhen_TheTokenTakesAFee, JOB-61", async () => {
    const token = await allowed("FeeToken");
    const { world, requester } = scene;
    const args = [token.address, requester.address, 1_000n];
    await requester.refused(world.market, "deposit", args, "Market_FeeOnTransfer", [
      getAddress(token.address),
      990n,
      1_000n,
    ]);
    assert.equal(await requester.balance(token), 0n);
  });

  test("a token without return values works both ways, JOB-62", async () => {
    const token = await allowed("NoReturnToken");
    const { world, requester, anyone } = scene;
    await requester.deposit(600n, token);
    assert.equal(await requester.balance(token), 600n);
    await requester.send(world.market, "withdraw", [token.address, anyone.address, 250n]);
    assert.equal(await anyone.wallet(token), 250n);
  });
});

describe("depositWithPermit, JOB-63", () => {
  test("needs no approval", async () => {
    const { world, anyone } = scene;
    await world.send(world.deployer, world.asy, "transfer", [anyone.address, 100n]);
    const permit = await signPermit(world, world.asy, 4, world.market.address, 100n);
    await anyone.send(world.market, "depositWithPermit", [world.asy.address, 100n, ...permit]);
    assert.equal(await anyone.balance(), 100n);
  });

  test("goes through when somebody else used the permit first", async () => {
    const { world, anyone, requester } = scene;
    await world.send(world.deployer, world.asy, "transfer", [anyone.address, 100n]);
    const permit = await signPermit(world, world.asy, 4, world.market.address, 100n);
    await requester.send(world.asy, "permit", [anyone.address, world.market.address, 100n, ...permit]);
    await anyone.send(world.market, "depositWithPermit", [world.asy.address, 100n, ...permit]);
    assert.equal(await anyone.balance(), 100n);
  });

  test("RevertWhen_ThePermitIsNotValid: expired, of another chain, spender or owner, malleable or used; the token decides", async () => {
    const { world, anyone } = scene;
    await world.send(world.deployer, world.asy, "transfer", [anyone.address, 100n]);
    const { address } = world.market;
    const refused = (permit: readonly unknown[]) => {
      const args = [world.asy.address, 100n, ...permit];
      return anyone.refused(world.market, "depositWithPermit", args, "ERC20InsufficientAllowance");
    };
    const deadline = BigInt(world.now + 60);
    await refused(await signPermit(world, world.asy, 4, address, 100n, BigInt(world.now - 1)));
    await refused(await signPermit(world, world.asy, 4, address, 100n, deadline, 1));
    await refused(await signPermit(world, world.asy, 4, world.staking.address, 100n));
    await refused(await signPermit(world, world.asy, 3, address, 100n));
    const good = await signPermit(world, world.asy, 4, address, 100n, deadline);
    const [, v, r, s] = good;
    const other = malleable(serializeSignature({ r, s, yParity: v - 27 }));
    const twin = [Number(`0x${other.slice(130)}`), r, `0x${other.slice(66, 130)}`];
    await refused([deadline, ...twin]);
    await anyone.send(world.market, "depositWithPermit", [world.asy.address, 100n, ...good]);
    await world.send(world.deployer, world.asy, "transfer", [anyone.address, 100n]);
    await refused(good);
  });

  test("RevertWhen_TokenNotAllowed: a token that nobody vouched for is not even called", async () => {
    const { world, anyone } = scene;
    const permit = await signPermit(world, world.asy, 4, world.market.address, 1n);
    for (const stranger of [zeroAddress, world.staking.address, anyone.address]) {
      const args = [stranger, 1n, ...permit];
      await anyone.refused(world.market, "depositWithPermit", args, "Market_TokenNotAllowed");
    }
  });
});

describe("withdraw, JOB-64", () => {
  test("pays to anyone the owner names, and never more than it has", async () => {
    const { world, requester, anyone } = scene;
    const asy = world.asy.address;
    await requester.refused(world.market, "withdraw", [asy, zeroAddress, 1n], "Market_ZeroAddress");
    await requester.refused(world.market, "withdraw", [asy, requester.address, 0n], "Market_ZeroAmount");
    const more = [asy, requester.address, DEPOSIT + 1n];
    await requester.refused(world.market, "withdraw", more, "Market_InsufficientBalance");
    await anyone.refused(world.market, "withdraw", [asy, anyone.address, 1n], "Market_InsufficientBalance");
    await requester.send(world.market, "withdraw", [asy, anyone.address, DEPOSIT]);
    assert.equal(await anyone.wallet(), DEPOSIT);
    assert.equal(await requester.balance(), 0n);
  });

  test("works while everything is paused and after the token left the list", async () => {
    const { world, requester } = scene;
    await world.send(world.deployer, world.market, "setPause", [3]);
    await world.send(world.deployer, world.market, "configureToken", [world.asy.address, false, 0, 0]);
    await requester.send(world.market, "withdraw", [world.asy.address, requester.address, DEPOSIT]);
  });

  test("a blocked receiver loses nothing and stops nobody, JOB-65", async () => {
    const token = await allowed("BlockingToken");
    const { world, requester, provider, anyone } = scene;
    await requester.deposit(1_000n, token);
    const job = await submittedJob(scene, { token: token.address, feeBps: 0, maxPrice: 900n, minPrice: 900n });
    for (const blocked of [provider, requester]) await anyone.send(token, "setBlocked", [blocked.address, true]);
    passWindow(world, job);
    await anyone.finalize(job);
    await anyone.send(world.market, "collect", [token.address, provider.address]);
    const toSelf = [token.address, provider.address, 900n];
    await provider.refused(world.market, "withdraw", toSelf, "BlockingToken_Blocked");
    assert.equal(await provider.balance(token), 900n);
    await provider.send(world.market, "withdraw", [token.address, anyone.address, 900n]);
    assert.equal(await anyone.wallet(token), 900n);
  });
});

describe("a token that calls back, JOB-66", () => {
  async function attacker(token: Target) {
    const { world } = scene;
    const account = await world.create("mocks/Reentrant.sol", [world.market.address]);
    await scene.requester.send(token, "transfer", [account.address, 500n]);
    await scene.requester.send(token, "setHook", [account.address]);
    await world.send(world.deployer, account, "approve", [token.address]);
    const act = (functionName: string, args: readonly unknown[]) =>
      world.send(world.deployer, account, "act", [world.market.address, encode(world.market, functionName, args)]);
    const prepare = (functionName: string, args: readonly unknown[]) =>
      world.send(world.deployer, account, "prepare", [encode(world.market, functionName, args)]);
    return { account, act, prepare };
  }

  test("cannot enter deposit or withdraw again", async () => {
    const token = await allowed("CallbackToken");
    const { world } = scene;
    const { account, act, prepare } = await attacker(token);
    await act("deposit", [token.address, account.address, 200n]);
    const inner: readonly (readonly [string, readonly unknown[]])[] = [
      ["deposit", [token.address, account.address, 10n]],
      ["withdraw", [token.address, account.address, 10n]],
    ];
    const outer: readonly (readonly [string, readonly unknown[]])[] = [
      ["deposit", [token.address, account.address, 100n]],
      ["withdraw", [token.address, account.address, 50n]],
    ];
    for (const first of outer) {
      for (const second of inner) {
        await prepare(...second);
        await act(...first);
        assert.equal(await world.read(account, "entered"), false, `${second[0]} inside ${first[0]}`);
        assert.equal(await world.read(account, "answer"), "0x3ee5aeb5", "ReentrancyGuardReentrantCall()");
      }
    }
    const balance = await world.read<bigint>(world.market, "balanceOf", [token.address, account.address]);
    assert.equal(balance, 200n + 200n - 100n);
    assert.equal(await world.read(token, "balanceOf", [world.market.address]), balance);
  });

  test("gains nothing from what it may enter: balances stay equal to holdings", async () => {
    const token = await allowed("CallbackToken");
    const { world, anyone } = scene;
    const { account, act, prepare } = await attacker(token);
    await act("deposit", [token.address, account.address, 300n]);
    const victim = await scene.requester.deposit(400n, token).then(() => scene.requester.balance(token));
    await prepare("collect", [token.address, account.address]);
    await act("withdraw", [token.address, anyone.address, 300n]);
    assert.equal(await world.read(account, "entered"), false, "nothing was earned");
    assert.equal(await anyone.wallet(token), 300n);
    assert.equal(await scene.requester.balance(token), victim);
    assert.equal(await world.read(token, "balanceOf", [world.market.address]), victim);
  });
});

test("nobody's balance is reachable through another account's calls", async () => {
  const { world, requester } = scene;
  const thief = await new Actor(world, 6).funded(ASY_UNIT);
  await thief.deposit(ASY_UNIT);
  const args = [world.asy.address, thief.address, ASY_UNIT + 1n];
  await thief.refused(world.market, "withdraw", args, "Market_InsufficientBalance");
  assert.equal(await requester.balance(), DEPOSIT);
});

function encode({ abi }: Target, functionName: string, args: readonly unknown[]) {
  return encodeFunctionData({ abi, functionName, args: args as unknown[] });
}

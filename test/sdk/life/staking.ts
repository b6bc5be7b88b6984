// Stake of a provider, of those behind it, and what operators may do with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isRevert } from "../../../sdk/src/index.ts";
import { ASY, accountOf, sampleSpec } from "../harness.ts";
import { keeper, network, PRICE, provider, requester, rival, submitted } from "./world.ts";

test("stake: free and locked, thaw, withdraw, operator", async () => {
  const { terms } = await requester.postJob({ spec: sampleSpec(), price: PRICE });
  await assert.rejects(
    keeper.claimJob({ terms, provider: accountOf(provider) }),
    (error) => isRevert(error, "Staking_NotOperator") && /setOperator/.test(error.message),
  );
  await provider.setOperator({ operator: accountOf(keeper), allowed: true });
  const claim = await keeper.claimJob({ terms, provider: accountOf(provider) });
  assert.equal(claim.claimer.toLowerCase(), accountOf(keeper).toLowerCase());
  const stake = await provider.getStake();
  assert.equal(stake.locked, terms.bond);
  assert.equal(stake.exposureBps, 2_000);
  await assert.rejects(provider.requestThaw({ amount: stake.stake }), (error) =>
    terms.bond === 0n ? true : isRevert(error, "Staking_InsufficientFreeStake"),
  );
  const { readyAt } = await provider.requestThaw({ amount: stake.free });
  assert.deepEqual((await provider.getStake()).thaws, [{ amount: stake.free, readyAt }]);
  await assert.rejects(provider.withdrawStake({}), (error) => isRevert(error, "Staking_NothingThawed"));
  await network.pass(stake.thawPeriod);
  assert.equal((await provider.withdrawStake({})).amount, stake.free);
});

test("exposure: an operator claims no more than its owner exposes, and is told so", async () => {
  await provider.setOperator({ operator: accountOf(keeper), allowed: true });
  assert.deepEqual((await provider.setExposure({ bps: 0 })).exposureBps, 0);
  assert.equal((await provider.getStake()).exposureBps, 0);
  const { terms } = await requester.postJob({ spec: sampleSpec(), price: PRICE });
  await assert.rejects(keeper.claimJob({ terms, provider: accountOf(provider) }), (error) => {
    assert.ok(isRevert(error, "Staking_OverExposed"));
    assert.match(
      error.message,
      new RegExp(`would have ${terms.bond} locked, its operators may keep 0 locked.*setExposure`),
    );
    return true;
  });
  await assert.rejects(provider.setExposure({ bps: 10_001 }), /SDK-030.*10001 basis points is above 10000/);
  await provider.setExposure({ bps: 10_000 });
  await keeper.claimJob({ terms, provider: accountOf(provider) });
});

test("an unstaked provider is told what it lacks", async () => {
  const { terms } = await requester.postJob({ spec: sampleSpec(), price: PRICE, bond: 20n * ASY });
  await assert.rejects(keeper.claimJob({ terms }), (error) => {
    assert.ok(isRevert(error, "Staking_InsufficientFreeStake"));
    assert.match(error.message, new RegExp(`has 0 of free stake, ${20n * ASY} is needed.*Stake more`));
    return true;
  });
});

test("delegating: stake behind a provider, its part of the fees, another provider, and out again", async () => {
  const [owner, other] = [accountOf(provider), accountOf(rival)];
  await requester.delegateStake({ provider: owner, amount: 500n * ASY });
  assert.equal((await requester.getDelegation({ provider: owner })).assets, 500n * ASY);
  const job = await submitted();
  await network.pass(job.terms.window + 1);
  await keeper.finalizeJob(job);
  const { net, shared } = await keeper.collect({ provider: owner });
  assert.ok(shared > 0n && net > shared, `${shared} of ${net + shared} for a fifth of the stake`);
  const { amount } = await keeper.claimFees({ provider: owner, account: accountOf(requester) });
  assert.ok(shared - amount <= 1n);
  await assert.rejects(requester.redelegateStake({ from: owner, to: other, shares: 1n }), (error) =>
    isRevert(error, "Delegation_NotMovable"),
  );
  await network.pass(3_600);
  const moved = await requester.redelegateStake({ from: owner, to: other, shares: 200n * ASY });
  assert.deepEqual([moved.amount, moved.newShares], [200n * ASY, 200n * ASY]);
  const { readyAt } = await requester.undelegateStake({ provider: owner, shares: 300n * ASY });
  assert.ok(readyAt > 0);
  await network.pass(3_600);
  const out = await keeper.withdrawDelegation({ provider: owner, account: accountOf(requester) });
  assert.equal(out.amount, 300n * ASY);
});

// Jobs from the posting to the payment, and every other end.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AssayError,
  type ClaimedJob,
  claimNonce,
  isRevert,
  jobMarketplaceAbi,
  packJobTerms,
  packRunWord,
  priceAt,
} from "../../../sdk/src/index.ts";
import { ASY, accountOf, sampleResult, sampleSpec } from "../harness.ts";
import { keeper, network, PRICE, provider, requester, rival, submitted } from "./world.ts";

test("a job's whole life: post, claim, submit, finalize, collect, withdraw", async () => {
  const before = await requester.getBalance();
  const posted = await requester.postJob({ spec: sampleSpec(), price: PRICE });
  const open = await keeper.getJob({ id: posted.id });
  assert.equal(open.status, "open");
  assert.deepEqual(open.terms, posted.terms);
  assert.deepEqual(open.spec, posted.spec);

  const claim = await provider.claimJob({ terms: posted.terms });
  const block = await network.publicClient.getBlock({ blockNumber: claim.receipt.blockNumber });
  const twin = claimNonce({
    chainId: network.deployment.chainId,
    market: network.deployment.contracts.JobMarketplace.address,
    id: posted.id,
    provider: accountOf(provider),
    parentHash: block.parentHash,
    prevRandao: block.mixHash,
  });
  assert.equal(claim.nonce, twin, "DSP-11");
  assert.equal(claim.price, PRICE);

  const claimed = await keeper.getJob({ id: posted.id });
  assert.ok(claimed.status === "claimed");
  assert.deepEqual(claimed.run, claim.run);
  const result = await provider.submitResult({ ...claimed, ...sampleResult(claimed) });
  const delivered = await keeper.getJob({ id: posted.id });
  assert.ok(delivered.status === "submitted");
  assert.equal(delivered.commitment, result.commitment);
  const known = await network.publicClient.readContract({
    abi: jobMarketplaceAbi,
    address: network.deployment.contracts.JobMarketplace.address,
    functionName: "isSubmitted",
    args: [packJobTerms(delivered.terms), packRunWord(delivered.run), delivered.commitment],
  });
  assert.equal(known, true, "the preimage rebuilt from logs is the one the contract stores");

  await assert.rejects(keeper.finalizeJob(delivered), (error) => {
    assert.ok(isRevert(error, "Market_TooEarly"));
    assert.equal(error.kind, "retryable");
    return true;
  });
  await network.pass(delivered.terms.window);
  const paid = await keeper.finalizeJob(delivered);
  assert.equal(paid.price, PRICE);
  assert.equal(paid.fee, (PRICE * BigInt(posted.terms.feeBps)) / 10_000n);
  const ended = await keeper.getJob({ id: posted.id });
  assert.equal(ended.status, "finalized");
  assert.deepEqual(
    ended.timeline.map(({ eventName }) => eventName),
    ["JobPosted", "JobClaimed", "ResultSubmitted", "JobFinalized"],
  );
  assert.equal(ended.timeline[0]?.transactionHash, posted.hash);
  assert.equal(ended.timeline[3]?.transactionHash, paid.hash);

  const earned = await provider.getBalance();
  assert.equal(earned.earnedGross, PRICE);
  const { net } = await provider.collect({});
  await provider.withdraw({ amount: net });
  assert.equal((await provider.getBalance()).available, 0n);
  assert.equal(before.available - (await requester.getBalance()).available, PRICE);
});

test("AntSeed #333: a price above the balance is refused before anything is sent, with what is missing", async () => {
  await assert.rejects(requester.postJob({ spec: sampleSpec(), price: 1_001n * ASY }), (error) => {
    assert.ok(error instanceof AssayError);
    assert.equal(error.code, "SDK-010");
    assert.equal(error.found, `${1_000n * ASY}`);
    assert.match(error.message, new RegExp(`Deposit ${ASY} more`));
    return true;
  });
  assert.equal((await requester.getBalance()).available, 1_000n * ASY);
});

test("two providers race: one claims, the other learns why not", async () => {
  const { terms } = await requester.postJob({ spec: sampleSpec(), price: PRICE });
  await provider.claimJob({ terms });
  await assert.rejects(rival.claimJob({ terms }), (error) => {
    assert.ok(isRevert(error, "Market_StaleJob"));
    assert.equal(error.kind, "stale");
    assert.match(error.message, /its lane is now claimed/);
    return true;
  });
});

test("parallel postings take lanes of their own, and a lane whose job has ended is used again", async () => {
  const posted = await Promise.all(
    Array.from({ length: 5 }, () => requester.postJob({ spec: sampleSpec(), price: ASY })),
  );
  assert.deepEqual(posted.map(({ terms }) => terms.lane).sort(), [0, 1, 2, 3, 4]);
  await requester.cancelJob({ terms: posted.find(({ terms }) => terms.lane === 3)!.terms });
  const again = await requester.postJob({ spec: sampleSpec(), price: ASY });
  assert.equal(again.terms.lane, 3);
  assert.equal(again.terms.generation, 2);
});

test("quoteJob follows the ramp by the chain's clock, and the claim pays that price", async () => {
  const price = { min: 10n * ASY, max: 20n * ASY, length: 1000 };
  const { id, terms } = await requester.postJob({ spec: sampleSpec(), price });
  await network.pass(300);
  const quote = await keeper.quoteJob({ terms });
  assert.equal(quote.price, priceAt(terms, quote.at));
  assert.equal(quote.nextSecond - quote.price, (10n * ASY) / 1000n);
  assert.equal(quote.fullAt, terms.rampStart + 1000);
  const claim = await provider.claimJob({ terms });
  assert.equal(claim.price, priceAt(terms, claim.claimedAt));
  assert.ok(claim.price > quote.price && claim.price < 20n * ASY);
  assert.equal((await requester.getBalance()).available, 1_000n * ASY - claim.price);
  assert.equal((await keeper.getJob({ id })).status, "claimed");
});

test("finalizeBatch settles what can be settled and names the rest", async () => {
  const first = await submitted();
  await network.pass(first.terms.window);
  const second = await submitted();
  const stale = { ...first, commitment: `0x${"00".repeat(32)}` as const };
  const outcome = await keeper.finalizeBatch({ jobs: [second, first] });
  assert.deepEqual(outcome.settled, [first.id]);
  assert.deepEqual(outcome.skipped, [{ id: second.id, reason: "Market_NotAccepted" }]);
  const again = await keeper.finalizeBatch({ jobs: [stale] });
  assert.deepEqual(again.skipped, [{ id: first.id, reason: "Market_StaleJob" }]);
  await assert.rejects(async () => keeper.finalizeBatch({ jobs: [] }), /SDK-001.*1 to 256/);
});

test("ocean market #130: a job whose provider is gone is no done job; it expires, the requester gets price and penalty", async () => {
  const { id, terms } = await requester.postJob({ spec: sampleSpec(), price: PRICE });
  await provider.claimJob({ terms });
  const job = (await keeper.getJob({ id })) as ClaimedJob;
  await assert.rejects(keeper.expireJob(job), /SDK-030.*possible from/);
  await network.pass(terms.runTime + 1);
  const { refund, penalty } = await keeper.expireJob(job);
  assert.equal(refund, PRICE);
  assert.equal((await keeper.getJob({ id })).status, "expired");
  assert.equal(penalty, terms.bond / 10n);
  const share = (terms.bond * 45n) / 1_000n;
  assert.equal((await requester.getStake()).credit, share);
  assert.equal((await requester.claimCredit({})).amount, share);
  assert.equal((await keeper.burnForfeited()).amount, penalty - share);
  await assert.rejects(keeper.burnForfeited(), (error) => isRevert(error, "Staking_NothingToBurn"));
});

test("ocean market #505, iexec-worker #320: a rejected result is refunded with its history, and one that nobody judges is resolved, VER-08", async () => {
  const strategy = await network.registerMockStrategy();
  const bad = await submitted(3);
  await network.pass(bad.terms.window);
  await assert.rejects(keeper.rejectJob(bad), (error) => {
    assert.ok(isRevert(error, "Market_NotRejected"));
    assert.match(error.message, /says pending, not rejected/);
    return true;
  });
  await strategy.set(2);
  const rejected = await keeper.rejectJob(bad);
  assert.deepEqual([rejected.refund, rejected.forfeited], [PRICE, bad.terms.bond]);
  const ended = await keeper.getJob({ id: bad.id });
  assert.equal(ended.status, "rejected");
  // what happened, when and in which transaction, for everybody
  assert.deepEqual(
    ended.timeline.map(({ eventName }) => eventName),
    ["JobPosted", "JobClaimed", "ResultSubmitted", "JobRejected"],
  );
  assert.ok(ended.timeline.every(({ timestamp, transactionHash }) => timestamp > 0 && transactionHash.length === 66));
  await strategy.set(0);
  const silent = await submitted(3);
  await assert.rejects(keeper.resolveStalled(silent), (error) => isRevert(error, "Market_TooEarly"));
  await network.pass(silent.terms.window + 30 * 86_400 + 4 * silent.run.span);
  assert.equal((await keeper.resolveStalled(silent)).refund, PRICE);
  assert.deepEqual(
    (await keeper.listJobs({ status: "unresolved" })).map(({ id }) => id),
    [silent.id],
  );
  assert.equal((await requester.getBalance()).available, 1_000n * ASY);
});

test("a second submit and a claim after the deadline are refused as stale", async () => {
  const job = await submitted();
  await assert.rejects(provider.submitResult({ ...job, run: { ...job.run, span: 0 } }), (error) => {
    assert.ok(isRevert(error, "Market_StaleJob"));
    assert.match(error.message, /lane is now submitted/);
    return true;
  });
  const late = await requester.postJob({ spec: sampleSpec(), price: ASY });
  await network.pass(3601);
  assert.equal((await keeper.quoteJob({ terms: late.terms })).closed, true);
  await assert.rejects(rival.claimJob({ terms: late.terms }), (error) => {
    assert.ok(isRevert(error, "Market_TooLate"));
    assert.match(error.message, /the deadline \d{4}-\d\d-\d\dT.* has passed/);
    return true;
  });
  assert.equal((await keeper.cancelJob({ terms: late.terms })).refund, ASY);
});

// The client against the real contracts on an in-process chain, deployed by scripts/deploy.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { HttpRequestError, publicActions } from "viem";
import {
  type AssayClient,
  AssayError,
  assayActions,
  type ClaimedJob,
  claimNonce,
  createAssayClient,
  erc20Abi,
  errorCodes,
  isRevert,
  type JobChange,
  jobMarketplaceAbi,
  packJobTerms,
  packRunWord,
  priceAt,
  type SubmittedJob,
} from "../../sdk/src/index.ts";
import { ASY, accountOf, createNetwork, type Network, sampleResult, sampleSpec } from "./harness.ts";

const PRICE = 100n * ASY;
let network: Network;
let requester: AssayClient;
let provider: AssayClient;
let rival: AssayClient;
let keeper: AssayClient;
let state: string;

before(async () => {
  network = await createNetwork();
  [keeper, requester, provider, rival] = network.clients as [AssayClient, AssayClient, AssayClient, AssayClient];
  const { AssayToken } = network.deployment.contracts;
  for (const client of [requester, provider, rival]) {
    const args = [accountOf(client), 10_000n * ASY] as const;
    const hash = await network.wallets[0]!.writeContract({
      abi: erc20Abi,
      address: AssayToken.address,
      functionName: "transfer",
      args,
    });
    await network.publicClient.waitForTransactionReceipt({ hash });
  }
  await requester.deposit({ amount: 1_000n * ASY });
  await provider.stake({ amount: 2_000n * ASY });
  await rival.stake({ amount: 2_000n * ASY });
  state = await network.snapshot();
});

beforeEach(async () => {
  await network.revert(state);
  state = await network.snapshot();
});

after(() => network.close());

async function allowanceOf(client: AssayClient, spender: `0x${string}`): Promise<bigint> {
  return network.publicClient.readContract({
    abi: erc20Abi,
    address: network.deployment.contracts.AssayToken.address,
    functionName: "allowance",
    args: [accountOf(client), spender],
  });
}

/** Takes a job to `submitted`. */
async function submitted(policy = 1): Promise<SubmittedJob> {
  const { id, terms } = await requester.postJob({ spec: sampleSpec(), price: PRICE, policy });
  await provider.claimJob({ terms });
  const job = (await provider.getJob({ id })) as ClaimedJob;
  await provider.submitResult({ ...job, ...sampleResult(job) });
  return (await keeper.getJob({ id })) as SubmittedJob;
}

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

test("a price above the balance is refused before anything is sent, with what is missing", async () => {
  await assert.rejects(requester.postJob({ spec: sampleSpec(), price: 1_001n * ASY }), (error) => {
    assert.ok(error instanceof AssayError);
    assert.equal(error.code, "SDK-010");
    assert.equal(error.found, `${1_000n * ASY}`);
    assert.match(error.message, new RegExp(`Deposit ${ASY} more`));
    return true;
  });
  assert.equal((await requester.getBalance()).available, 1_000n * ASY);
});

test("deposit uses a permit where it can, an approval where it is told to, and pays for others", async () => {
  const market = network.deployment.contracts.JobMarketplace.address;
  const nonce = await network.publicClient.getTransactionCount({ address: accountOf(rival) });
  await rival.deposit({ amount: ASY });
  assert.equal(
    await network.publicClient.getTransactionCount({ address: accountOf(rival) }),
    nonce + 1,
    "one transaction",
  );
  await rival.deposit({ amount: ASY, method: "approve" });
  assert.equal(await network.publicClient.getTransactionCount({ address: accountOf(rival) }), nonce + 3, "two more");
  await rival.deposit({ amount: 2n * ASY, account: accountOf(keeper) });
  assert.equal((await rival.getBalance()).available, 2n * ASY);
  assert.equal((await keeper.getBalance()).available, 2n * ASY);
  assert.equal(await allowanceOf(rival, market), 0n);
  await assert.rejects(rival.deposit({ amount: 10n ** 30n }), /SDK-012.*Get \d+ more/);
  await assert.rejects(rival.deposit({ amount: 1n, account: accountOf(keeper), method: "permit" }), /SDK-006/);
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

test("a transaction that loses the race after its simulation is reported as mined and reverted", async () => {
  const { terms } = await requester.postJob({ spec: sampleSpec(), price: PRICE });
  const wallet = network.wallets[2]!;
  const overtaken = {
    ...wallet,
    // between the simulation and the mining of this claim, the rival's is mined
    sendTransaction: async (transaction: object) => {
      await rival.claimJob({ terms });
      await network.setAutomine(false);
      const hash = await wallet.sendTransaction({ ...transaction, gas: 500_000n } as never);
      await network.mine();
      await network.setAutomine(true);
      return hash;
    },
  } as unknown as typeof wallet;
  const { publicClient, deployment } = network;
  const slow = createAssayClient({ publicClient, walletClient: overtaken, deployment });
  await assert.rejects(slow.claimJob({ terms }), (error) => {
    assert.ok(isRevert(error, "Market_StaleJob"));
    assert.equal(error.code, "SDK-034");
    assert.equal(error.kind, "stale");
    assert.match(error.message, /was mined in block \d+ but reverted.*Reason: .*lane is now claimed/);
    return true;
  });
});

test("an endpoint that falls silent after taking a transaction costs no hash", async () => {
  const { publicClient, deployment, wallets } = network;
  const mute = {
    ...publicClient,
    waitForTransactionReceipt: () => Promise.reject(new HttpRequestError({ url: "http://127.0.0.1:1" })),
  } as unknown as typeof publicClient;
  const client = createAssayClient({ publicClient: mute, walletClient: wallets[1]!, deployment });
  const error: unknown = await client.withdraw({ amount: ASY }).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof AssayError && error.transactionHash);
  assert.equal(error.code, "SDK-045");
  const { status } = await publicClient.getTransactionReceipt({ hash: error.transactionHash });
  assert.equal(status, "success");
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

test("listJobs shows what is really open, in order, and filters", async () => {
  const a = await requester.postJob({ spec: sampleSpec(), price: ASY });
  const b = await requester.postJob({ spec: sampleSpec(), price: ASY, provider: accountOf(rival) });
  const c = await requester.postJob({ spec: sampleSpec(), price: ASY });
  const ids = async (client: AssayClient, args = {}) => (await client.listJobs(args)).map(({ id }) => id);
  assert.deepEqual(await ids(keeper), [a.id, b.id, c.id]);
  assert.deepEqual(await ids(keeper, { provider: accountOf(provider) }), [a.id, c.id]);
  await provider.claimJob({ terms: a.terms });
  await requester.cancelJob({ terms: c.terms });
  assert.deepEqual(await ids(keeper), [b.id]);
  assert.deepEqual(await ids(keeper, { status: "claimed", provider: accountOf(provider) }), [a.id]);
  assert.deepEqual(await ids(keeper, { status: "cancelled" }), [c.id]);
  await requester.postJob({ spec: sampleSpec(), price: ASY });
  assert.deepEqual(await ids(keeper, { status: "cancelled" }), [c.id], "an ended job outlives its lane's next one");
  assert.deepEqual(await ids(keeper, { requester: accountOf(keeper) }), []);
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

test("an overdue job expires: the requester gets price and penalty", async () => {
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

test("a rejected result is refunded, and one that nobody judges is resolved", async () => {
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
  assert.equal((await keeper.getJob({ id: bad.id })).status, "rejected");
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

test("watchJobs reports each event once, and takes back what a fork removes", { timeout: 60_000 }, async () => {
  const changes: JobChange[] = [];
  const errors: AssayError[] = [];
  let wake = () => {};
  const unwatch = keeper.watchJobs({
    pollingInterval: 5,
    fromBlock: (await network.publicClient.getBlockNumber()) + 1n,
    onChanges: (news) => {
      changes.push(...news);
      wake();
    },
    onError: (error) => errors.push(error),
  });
  const until = async (count: number) => {
    while (changes.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  try {
    const fork = await network.snapshot();
    const a = await requester.postJob({ spec: sampleSpec(), price: ASY });
    await until(1);
    await network.revert(fork);
    await network.mine();
    await network.mine();
    await until(2);
    const b = await requester.postJob({ spec: sampleSpec(), price: 2n * ASY });
    await until(3);
    assert.deepEqual(
      changes.map(({ args, removed }) => [args.id, removed]),
      [
        [a.id, false],
        [a.id, true],
        [b.id, false],
      ],
    );
    assert.deepEqual(errors, []);
  } finally {
    unwatch();
  }
});

test("waitForJob returns at the status, and says how a job ended otherwise", { timeout: 60_000 }, async () => {
  const { id, terms } = await requester.postJob({ spec: sampleSpec(), price: ASY });
  const waiting = keeper.waitForJob({ id, status: "claimed", pollingInterval: 5 });
  await provider.claimJob({ terms });
  assert.equal((await waiting).status, "claimed");
  await assert.rejects(keeper.waitForJob({ id, status: "submitted", timeout: 0 }), /SDK-022.*found claimed/);
  const other = await requester.postJob({ spec: sampleSpec(), price: ASY });
  await requester.cancelJob({ terms: other.terms });
  await assert.rejects(keeper.waitForJob({ id: other.id, status: "finalized" }), /SDK-021.*found cancelled/);
  const abort = AbortSignal.abort();
  await assert.rejects(keeper.waitForJob({ id, status: "finalized", signal: abort }), /SDK-023/);
});

test("getEvents filters by indexed arguments and is typed by name", async () => {
  const { id } = await requester.postJob({ spec: sampleSpec(), price: ASY });
  const events = await keeper.getEvents({ contract: "JobMarketplace", eventName: "JobPosted", args: { id } });
  assert.equal(events.length, 1);
  assert.equal(events[0]?.args.requester.toLowerCase(), accountOf(requester).toLowerCase());
  const stakes = await keeper.getEvents({
    contract: "StakingManager",
    eventName: "Staked",
    args: { provider: accountOf(rival) },
  });
  assert.deepEqual(
    stakes.map(({ args }) => args.amount),
    [2_000n * ASY],
  );
});

test("a viem client can be extended, and keeps its own getBalance", async () => {
  const client = network.wallets[1]!.extend(publicActions).extend(assayActions(network.deployment));
  const { id } = await client.assay.postJob({ spec: sampleSpec(), price: ASY });
  assert.equal((await client.assay.getJob({ id })).status, "open");
  assert.equal((await client.assay.getBalance()).available, 999n * ASY);
  assert.ok((await client.getBalance({ address: accountOf(requester) })) > 0n);
});

test("a client without a wallet reads, and says what it lacks when it should write", async () => {
  const reader = createAssayClient({ publicClient: network.publicClient, deployment: network.deployment });
  assert.equal((await reader.getBalance({ account: accountOf(requester) })).available, 1_000n * ASY);
  await assert.rejects(reader.postJob({ spec: sampleSpec(), price: 1n }), /SDK-005.*no wallet client/);
  await assert.rejects(reader.getJob({ id: `0x${"12".repeat(32)}` }), /SDK-020/);
});

test("a deployment of another chain is refused before anything is read or sent", async () => {
  const other = createAssayClient({
    publicClient: network.wallets[1]!.extend(publicActions) as unknown as typeof network.publicClient,
    walletClient: network.wallets[1]!,
    deployment: { ...network.deployment, chainId: 1 },
  });
  await assert.rejects(other.deposit({ amount: 1n }), /SDK-004.*found chain 31337, wanted chain 1/);
  assert.equal(errorCodes["SDK-004"].kind, "fatal");
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

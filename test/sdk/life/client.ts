// How the client reads, watches, sends and fails.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpRequestError, publicActions } from "viem";
import {
  type AssayClient,
  AssayError,
  assayActions,
  createAssayClient,
  errorCodes,
  isRevert,
  type JobChange,
} from "../../../sdk/src/index.ts";
import { ASY, accountOf, sampleSpec } from "../harness.ts";
import { allowanceOf, keeper, network, PRICE, provider, requester, rival } from "./world.ts";

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

test("mech #470: an endpoint that falls silent after taking a transaction costs no hash", async () => {
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

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isAddressEqual, zeroAddress, zeroHash } from "viem";
import {
  type AssayClient,
  type ClaimedJob,
  createAssayClient,
  erc20Abi,
  finalizableAt,
  type Game,
  isRevert,
  liveGameWord,
  POLICY,
  partyWord,
  runHeadOf,
  type SubmittedJob,
  unpackGamePlace,
} from "../../sdk/src/index.ts";
import { ASY, accountOf, createNetwork, type Network, sampleResult, sampleSpec } from "./harness.ts";

const PRICE = 10n * ASY;
let network: Network;
let requester: AssayClient;
let provider: AssayClient;
let challenger: AssayClient;

before(async () => {
  network = await createNetwork({ referee: true });
  [requester, provider, challenger] = network.clients as [AssayClient, AssayClient, AssayClient];
  const { address } = network.deployment.contracts.AssayToken;
  for (const client of [provider, challenger]) {
    const args = [accountOf(client), 5_000n * ASY] as const;
    const hash = await network.wallets[0]!.writeContract({ abi: erc20Abi, address, functionName: "transfer", args });
    await network.publicClient.waitForTransactionReceipt({ hash });
  }
  await requester.deposit({ amount: 1_000n * ASY });
  await provider.stake({ amount: 2_000n * ASY });
});
after(() => network.close());

/** A spec that leaves its judge to the policy. */
function openSpec() {
  const { judge: _, ...spec } = sampleSpec();
  return spec;
}

/** @param seconds between claim and result */
async function submitted(seconds = 0): Promise<SubmittedJob> {
  const { id, terms } = await requester.postJob({ spec: openSpec(), price: PRICE });
  await provider.claimJob({ terms });
  const job = (await provider.getJob({ id })) as ClaimedJob;
  if (seconds > 0) await network.pass(seconds);
  await provider.submitResult({ ...job, ...sampleResult(job) });
  return (await requester.getJob({ id })) as SubmittedJob;
}

/** Where the challenger's game stands, out of the events. */
async function gameOf(commitment: `0x${string}`, bond: bigint): Promise<Game> {
  const events = await challenger.getEvents({ contract: "RefereedDispute", eventName: "Moved", args: { commitment } });
  const { clock, place, expect, pre } = events.at(-1)!.args;
  return { commitment, party: partyWord(accountOf(challenger), bond), clock, place, expect, pre };
}

test("a job names referee and judge unless it is told otherwise, and a window in which it can be run again", async () => {
  const judge = network.deployment.contracts.OneStepJudge!.address;
  const refereed = await requester.preparePostJob({ spec: openSpec(), price: PRICE });
  assert.equal(refereed.terms.policy, POLICY.refereed);
  assert.ok(isAddressEqual(refereed.spec.judge, judge));
  assert.equal(refereed.terms.window, 90, "one and a half times refSeconds");
  const plain = await requester.preparePostJob({ spec: openSpec(), price: PRICE, policy: POLICY.window });
  assert.equal(plain.spec.judge, zeroAddress);
  assert.equal(plain.terms.window, 5, "the market's minimum");
  const other = await requester.preparePostJob({ spec: sampleSpec(), price: PRICE });
  assert.equal(other.terms.policy, POLICY.window, "another judge, here none, is the requester's decision");
});

test("a result nobody disputes is paid from the second that finalizableAt tells, not before", async () => {
  const job = await submitted(500);
  const { span } = job.run;
  assert.ok(span >= 500);
  assert.equal(finalizableAt(job), job.submittedAt + span + Math.floor(span / 4), "five quarters of the run, DSP-70");
  assert.equal(finalizableAt({ ...job, terms: { ...job.terms, policy: POLICY.window } }), job.submittedAt + 90);
  await network.pass(finalizableAt(job) - job.submittedAt - 60);
  await assert.rejects(requester.finalizeJob(job), (error) => isRevert(error, "Market_TooEarly"));
  await network.pass(60);
  await requester.finalizeJob(job);
});

test("a game is opened, is what its events tell, is lost by the silent side, and gives the bond back", async () => {
  const job = await submitted();
  await challenger.depositBond({ amount: 3n * ASY });
  await assert.rejects(provider.challengeResult({ job, last: true }), (e) => isRevert(e, "Dispute_SelfChallenge"));
  const { commitment, bond } = await challenger.challengeResult({ job, last: true });
  assert.equal(commitment, job.commitment);
  assert.equal(bond, ASY);
  const game = await gameOf(commitment, bond);
  assert.deepEqual(await challenger.getGame({ commitment }), { word: liveGameWord(game), status: "live" });
  assert.equal(unpackGamePlace(game.place).level, 2, "segment");
  const answer = { functionName: "revealTile", args: [game, "0x"] } as const;
  await assert.rejects(provider.playMove(answer), (e) => isRevert(e, "Dispute_WrongLevel"));
  const wrong = { functionName: "revealSteps", args: [game, runHeadOf(job), zeroHash, [], [zeroHash]] } as const;
  await assert.rejects(provider.playMove(wrong), (e) => isRevert(e, "Dispute_WrongLength"));
  await assert.rejects(challenger.timeoutGame({ game }), (e) => isRevert(e, "Dispute_ClockRunning"));
  await network.pass(120 + 16 * 60 + 1);
  await challenger.timeoutGame({ game });
  const docket = await challenger.getDocket({ commitment });
  assert.ok(docket.rejected && docket.opened === 1 && isAddressEqual(docket.party!, accountOf(challenger)));
  await requester.rejectJob(job);
  await challenger.reclaimBond({ game, job });
  assert.equal((await challenger.getGame({ commitment })).status, "closed");
  await assert.rejects(challenger.withdrawBond({ amount: 4n * ASY }), (e) => isRevert(e, "Dispute_InsufficientCredit"));
  await challenger.withdrawBond({ amount: 3n * ASY });
});

test("a deployment without a referee says so", async () => {
  const job = await submitted();
  const { RefereedDispute: _, ...contracts } = network.deployment.contracts;
  const bare = createAssayClient({ ...challenger, deployment: { ...network.deployment, contracts } as never });
  await assert.rejects(bare.challengeResult({ job, last: true }), { code: "SDK-007" });
  assert.equal(
    (await bare.preparePostJob({ spec: openSpec(), price: PRICE, requester: accountOf(requester) })).terms.policy,
    1,
  );
});

// The client's governance actions against the real governor, timelock and treasury.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { createWalletClient, custom, encodeFunctionData, getAddress, numberToHex, zeroAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import {
  type AssayClient,
  type ClaimedJob,
  createAssayClient,
  isRevert,
  type ProposalCall,
  parseDeployment,
  prepareDelegateVotes,
  proposalId,
  protocolCall,
} from "../../sdk/src/index.ts";
import { ASY_UNIT } from "../support/actor.ts";
import { CLOCKS, createGoverned, type Governed } from "../support/governed.ts";
import { sampleResult, sampleSpec } from "./harness.ts";

/** A key for a signer that has no account on the chain. */
const SIGNER_KEY = `0x${"5e".repeat(32)}` as const;

let governed: Governed;
let whale: AssayClient;
let alice: AssayClient;
let deployer: AssayClient;

before(async () => {
  governed = await createGoverned();
  const { publicClient } = await governed.world.clients();
  const deployment = parseDeployment(JSON.parse(JSON.stringify(governed.deployment)));
  const client = (account: `0x${string}`) =>
    createAssayClient({
      publicClient,
      walletClient: createWalletClient({ account, transport: custom(publicClient as never) }),
      deployment,
    });
  whale = client(governed.whale.address);
  alice = client(governed.alice.address);
  deployer = client(governed.world.deployer);
});
beforeEach(async () => {
  await governed.reset();
  await pass(1);
});
after(() => governed.world.close());

/** A transaction past the client; the client's own blocks follow the wall clock, so the world's clock is put right first. */
async function send(...args: Parameters<Governed["world"]["send"]>): Promise<void> {
  const { timestamp } = await whale.publicClient.getBlock();
  governed.world.now = Math.max(governed.world.now, Number(timestamp) + 1);
  await governed.world.send(...args);
}

/** Moves the chain's clock and mines a block, so that reads see it. */
async function pass(seconds: number): Promise<void> {
  const { world } = governed;
  const { timestamp } = await whale.publicClient.getBlock();
  world.now = Math.max(world.now, Number(timestamp) + 1) + seconds;
  await send(world.deployer, world.asy, "approve", [world.deployer, BigInt(world.now)]);
}

const thaw = (period: bigint): ProposalCall[] => [
  protocolCall(whale.deployment, { contract: "StakingManager", functionName: "setThawPeriod", args: [period] }),
];

async function proposed(calls = thaw(4_000n), description = "a longer thaw") {
  const { proposalId: id } = await whale.propose({ calls, description });
  return whale.getProposal({ id });
}

test("a proposal's whole life: propose, vote, queue, execute; each state is told, GOV-04", async () => {
  const pending = await proposed();
  assert.equal(pending.id, proposalId(pending));
  assert.equal(pending.state, "pending");
  assert.equal(pending.quorum, null);
  assert.deepEqual(
    pending.calls.map(({ text }) => text),
    ["StakingManager.setThawPeriod(period: 4000)"],
  );
  await pass(CLOCKS.votingDelay + 1);
  await whale.castVote({ proposalId: pending.id, side: "for", reason: "people are slow" });
  const active = await alice.getProposal({ id: pending.id });
  assert.equal(active.state, "active");
  assert.ok(active.quorum! > 0n && active.votes.for >= active.quorum! && active.votes.against === 0n);
  await assert.rejects(alice.queueProposal(active), (error) => isRevert(error, "GovernorUnexpectedProposalState"));
  await pass(CLOCKS.votingPeriod + 1);
  assert.equal((await alice.getTimelockOperation(active)).state, "unset");
  await alice.queueProposal(active);
  const queued = await alice.getProposal({ id: pending.id });
  assert.equal(queued.state, "queued");
  const waiting = await alice.getTimelockOperation(queued);
  assert.deepEqual([waiting.state, waiting.readyAt, waiting.delay], ["waiting", queued.eta, CLOCKS.timelockDelay]);
  await assert.rejects(alice.executeProposal(queued), (error) => isRevert(error, "TimelockUnexpectedOperationState"));
  await pass(CLOCKS.timelockDelay + 1);
  assert.equal((await alice.getTimelockOperation(queued)).state, "ready");
  await alice.executeProposal(queued);
  assert.equal((await alice.getProposal({ id: pending.id })).state, "executed");
  assert.equal((await alice.getTimelockOperation(queued)).state, "done");
  assert.equal((await alice.getStake()).thawPeriod, 4_000);
});

test("proposals are listed newest first, by state and by proposer; an unknown id is told", async () => {
  const first = await proposed(thaw(4_000n), "first");
  const second = await proposed(thaw(4_100n), "second");
  await pass(CLOCKS.votingDelay + 1);
  assert.deepEqual(
    (await alice.listProposals()).map(({ description }) => description),
    ["second", "first"],
  );
  assert.deepEqual(
    (await alice.listProposals({ limit: 1, states: ["active"] })).map(({ id }) => id),
    [second.id],
  );
  assert.deepEqual(await alice.listProposals({ proposer: governed.alice.address }), []);
  assert.deepEqual(await alice.listProposals({ states: ["executed"] }), []);
  await assert.rejects(alice.getProposal({ id: first.id + 1n }), /SDK-025.*2 other proposals/);
});

test("who lacks the votes to propose is told how many it has and needs, GOV-02", async () => {
  await assert.rejects(
    alice.propose({ calls: thaw(4_000n), description: "mine" }),
    /SDK-030.*had 0 votes.*a proposal needs/,
  );
});

test("nobody but the guardian cancels; what only looks like the proposal is unknown, GOV-12", async () => {
  const proposal = await proposed();
  await assert.rejects(alice.cancelProposal(proposal), (error) => isRevert(error, "GovernorUnableToCancel"));
  await assert.rejects(alice.cancelProposal({ ...proposal, description: "another" }), (error) =>
    isRevert(error, "GovernorNonexistentProposal"),
  );
});

test("calls inside calls are read: the authority's execute, an upgrade's data, a token of somebody else", async () => {
  const { deployment } = whale;
  const [inner] = thaw(5_000n);
  const calls: ProposalCall[] = [
    protocolCall(deployment, {
      contract: "ProtocolAuthority",
      functionName: "execute",
      args: [inner!.target, inner!.data],
    }),
    protocolCall(deployment, {
      contract: "StakingManager",
      functionName: "upgradeToAndCall",
      args: [zeroAddress, inner!.data],
    }),
    { target: getAddress(`0x${"ab".repeat(20)}`), value: 7n, data: "0x12345678aa" },
  ];
  const { calls: decoded } = await proposed(calls, "nested");
  assert.match(decoded[0]!.text, /^ProtocolAuthority\.execute\(/);
  assert.equal(decoded[0]!.inner[0]!.text, "StakingManager.setThawPeriod(period: 5000)");
  assert.equal(decoded[1]!.inner[0]!.text, "StakingManager.setThawPeriod(period: 5000)");
  assert.match(decoded[2]!.text, /^0xab.*: unknown call 0x12345678 with 5 bytes with 7 wei$/i);
});

test("a vote that was signed is cast by anybody, once, and only as it was signed", async () => {
  const signer = privateKeyToAccount(SIGNER_KEY);
  const { publicClient } = whale;
  const ballots = createAssayClient({
    publicClient,
    walletClient: createWalletClient({ account: signer, transport: custom(publicClient as never) }),
    deployment: whale.deployment,
  });
  const { world } = governed;
  await send(world.deployer, world.asy, "transfer", [signer.address, 5n * ASY_UNIT]);
  const { id } = await proposed();
  await pass(CLOCKS.votingDelay + 1);
  const ballot = await ballots.signBallot({ proposalId: id, side: "against" });
  for (const forged of [
    { ...ballot, side: "for" as const },
    { ...ballot, voter: governed.alice.address },
    { ...ballot, proposalId: (await proposed(thaw(4_200n), "other")).id },
  ]) {
    await assert.rejects(alice.castVoteBySignature(forged), (error) =>
      isRevert(error, "GovernorInvalidSignature", "GovernorUnexpectedProposalState"),
    );
  }
  const { receipt } = await alice.castVoteBySignature(ballot);
  assert.equal(receipt.status, "success");
  const { reasons } = await alice.explainVote({ proposalId: id, account: signer.address });
  assert.match(reasons.join("\n"), /^the account has voted already/m);
  await assert.rejects(alice.castVoteBySignature(ballot), (error) => isRevert(error, "GovernorInvalidSignature"));
});

test("votes: who casts them is shown, and chosen for liquid and staked tokens apart", async () => {
  const bob = governed.bob.address;
  assert.deepEqual([(await alice.getVotes()).total, (await alice.getVotes()).liquidDelegate], [0n, zeroAddress]);
  await alice.delegateVotes({ to: governed.alice.address, of: "liquid" });
  await alice.stake({ amount: 30_000n * ASY_UNIT, method: "approve" });
  await alice.delegateVotes({ to: bob, of: "staked" });
  const votes = await alice.getVotes();
  assert.deepEqual([votes.liquid, votes.staked], [70_000n * ASY_UNIT, 0n]);
  assert.deepEqual(
    [votes.liquidDelegate, votes.stakedDelegate],
    [governed.alice.address, bob].map((a) => getAddress(a)),
  );
  assert.equal((await alice.getVotes({ account: bob })).staked, 30_000n * ASY_UNIT);
});

test("a call that is estimated in the very second of the last record of votes has gas for a new one", async () => {
  const rpc = (method: string, params: unknown[]) => whale.publicClient.request({ method, params } as never);
  await alice.delegateVotes({ to: governed.alice.address, of: "liquid" });
  await alice.stake({ amount: ASY_UNIT, method: "approve" });
  const { timestamp } = await whale.publicClient.getBlock();
  const estimated = async (second: bigint) => {
    await rpc("evm_setNextBlockTimestamp", [numberToHex(second)]);
    const { to, data } = prepareDelegateVotes(alice, { to: governed.bob.address, of: "liquid" });
    return whale.publicClient.estimateGas({ account: governed.alice.address, to, data });
  };
  const [later, same] = [await estimated(timestamp + 1n), await estimated(timestamp)];
  assert.ok(later > (same * 5n) / 4n, "a quarter more would not do");
  const { hash } = await alice.delegateVotes({ to: governed.bob.address, of: "liquid" });
  const { gas } = await whale.publicClient.getTransaction({ hash });
  assert.ok(gas >= later, `${gas} is less than the ${later} of a second later`);
});

test("treasury: pending fees, payments and a vesting grant are in its books, GOV-31, GOV-32, GOV-33", async () => {
  const { world, treasury, bob } = governed;
  await send(world.deployer, world.asy, "transfer", [treasury.address, 1_000n]);
  const start = BigInt(world.now);
  const calls = [
    protocolCall(whale.deployment, {
      contract: "Treasury",
      functionName: "pay",
      args: [world.asy.address, bob.address, 100n],
    }),
    protocolCall(whale.deployment, {
      contract: "Treasury",
      functionName: "grant",
      args: [world.asy.address, bob.address, 300n, start, 1_000n],
    }),
  ];
  const proposal = await proposed(calls, "pay bob");
  await pass(CLOCKS.votingDelay + 1);
  await whale.castVote({ proposalId: proposal.id, side: "for" });
  await pass(CLOCKS.votingPeriod + 1);
  await whale.queueProposal(proposal);
  await pass(CLOCKS.timelockDelay + 1);
  await whale.executeProposal(proposal);
  const { accounts, grants } = await alice.getTreasury();
  const book = accounts.find(({ token }) => getAddress(token) === getAddress(world.asy.address))!;
  assert.deepEqual([book.held, book.paid, book.granted], [600n, 100n, 300n]);
  assert.deepEqual(
    grants.map(({ id, amount, duration }) => [id, amount, duration]),
    [[0n, 300n, 1_000]],
  );
  await assert.rejects(alice.fetchTreasuryFees({ token: world.asy.address }), (error) =>
    isRevert(error, "Treasury_ZeroAmount"),
  );
});

test("why am I not eligible: every obstacle at once, and none for who can claim (peers), GOV-41", async () => {
  const { world, guardian } = governed;
  await deployer.deposit({ amount: 1_000n * ASY_UNIT, method: "approve" });
  await alice.stake({ amount: 100n * ASY_UNIT, method: "approve" });
  const spec = sampleSpec();
  const post = (terms: object = {}) =>
    deployer.postJob({ spec, price: 10n * ASY_UNIT, bond: 50n * ASY_UNIT, policy: 1, ...terms });
  const mine = await post();
  const good = await alice.explainEligibility({ id: mine.id });
  assert.deepEqual([good.eligible, good.reasons, good.free], [true, [], 100n * ASY_UNIT]);
  // a stranger: no stake
  const poor = await alice.explainEligibility({ id: mine.id, provider: governed.bob.address });
  assert.equal(poor.eligible, false);
  assert.match(poor.reasons.join(), /the bond is 50000000000000000000, the provider has 0 free/);
  // a hot key nobody allowed, and then one whose exposure is too small
  const operator = governed.anyone.address;
  assert.match((await alice.explainEligibility({ id: mine.id, operator })).reasons.join(), /no operator/);
  await alice.setOperator({ operator, allowed: true });
  const exposed = await alice.explainEligibility({ id: mine.id, operator });
  assert.deepEqual([exposed.eligible, exposed.reasons.length], [false, 1]);
  assert.match(exposed.reasons[0]!, /operators may keep 20000000000000000000 locked/);
  // for somebody else, with too much bond, while claims are paused: three reasons
  const theirs = await post({ provider: governed.bob.address, bond: 500n * ASY_UNIT });
  const pause = { to: world.market, functionName: "setPause", args: [2] };
  const data = encodeFunctionData({ abi: pause.to.abi, functionName: pause.functionName, args: pause.args });
  await send(world.deployer, guardian, "run", [pause.to.address, data]);
  const three = await alice.explainEligibility({ id: theirs.id });
  assert.equal(three.eligible, false);
  assert.equal(three.reasons.length, 3, three.reasons.join("\n"));
  assert.match(three.reasons.join("\n"), /paused[\s\S]*meant for[\s\S]*the bond is/);
});

test("reputation, cut and holdings are told in full", async () => {
  const { world, alice: person, bob } = governed;
  await alice.stake({ amount: 1_000n * ASY_UNIT, method: "approve" });
  const record = await alice.getReputation();
  assert.deepEqual([record.score, record.good, record.bad], [2_500, 0n, 0n]);
  assert.ok(record.next && record.next.capacity > 0n);
  const { from } = await alice.setCut({ bps: 9_000 });
  assert.ok(from > 0);
  await deployer.deposit({ amount: 500n * ASY_UNIT, method: "approve" });
  await whale.delegateStake({ provider: person.address, amount: 400n * ASY_UNIT });
  await whale.undelegateStake({ provider: person.address, shares: 100n * ASY_UNIT });
  const { id, terms } = await deployer.postJob({ spec: sampleSpec(), price: 10n * ASY_UNIT, policy: 1 });
  await alice.claimJob({ terms });
  const job = (await alice.getJob({ id })) as ClaimedJob;
  await alice.submitResult({ ...job, ...sampleResult(job) });
  const mine = await alice.getHoldings();
  assert.equal(mine.stake.total, 1_000n * ASY_UNIT);
  assert.equal(mine.stake.locked, terms.bond);
  assert.equal(mine.wallet + mine.stake.total, mine.total);
  const theirs = await whale.getHoldings();
  assert.deepEqual(
    theirs.delegations.map(({ provider, assets, exiting }) => [provider, assets, exiting]),
    [[getAddress(person.address), 400n * ASY_UNIT, 100n * ASY_UNIT]],
  );
  assert.equal(theirs.total, 10_000_000n * ASY_UNIT);
  assert.equal((await deployer.getHoldings()).market.available, 490n * ASY_UNIT);
  assert.deepEqual((await alice.getHoldings({ account: bob.address })).delegations, []);
  assert.deepEqual(await alice.listCases(), []);
  await assert.rejects(alice.getCase({ id: 1n }), /SDK-026/);
  await assert.rejects(alice.appealCase({ id: 1n, statement: `0x${"00".repeat(32)}` }), /SDK-030/);
  await assert.rejects(alice.executeCase({ id: 1n }), /SDK-030/);
  await assert.rejects(alice.lapseCase({ id: 1n }), /SDK-030/);
  await alice.syncVotes({ provider: person.address });
  await alice.syncVotes({ provider: person.address, delegator: governed.whale.address });
  assert.equal(world.deployment.contracts.StakingManager!.address, whale.deployment.contracts.StakingManager.address);
});

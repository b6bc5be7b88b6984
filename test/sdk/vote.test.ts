import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { getAddress, zeroHash } from "viem";
import { castVote } from "../../sdk/src/actions/castVote.ts";
import { delegateVotesBySignature } from "../../sdk/src/actions/delegateVotesBySignature.ts";
import { explainVote } from "../../sdk/src/actions/explainVote.ts";
import { countRounds, explainGrantVote, getRound } from "../../sdk/src/actions/getRound.ts";
import { getVotes } from "../../sdk/src/actions/getVotes.ts";
import { proposeProject, settleProject, sweepRound, voteGrant } from "../../sdk/src/actions/grants.ts";
import { listVotes } from "../../sdk/src/actions/listVotes.ts";
import type { AssayContext } from "../../sdk/src/context.ts";
import { parseDeployment } from "../../sdk/src/deployment.ts";
import { signDelegation } from "../../sdk/src/eip712/delegation.ts";
import { isRevert, quadraticGrantsAbi } from "../../sdk/src/index.ts";
import { type Actor, ASY_UNIT } from "../support/actor.ts";
import { CLOCKS, createGoverned, type Governed, propose } from "../support/governed.ts";

const DAY = 86_400;

let governed: Governed;
let context: AssayContext;
before(async () => {
  governed = await createGoverned();
  const { publicClient, walletClient } = await governed.world.clients();
  context = {
    publicClient,
    walletClient,
    deployment: parseDeployment(JSON.parse(JSON.stringify(governed.deployment))),
  };
});
beforeEach(() => governed.reset());
after(() => governed.world.close());

const start = () => propose(governed, [{ to: governed.world.staking, functionName: "setThawPeriod", args: [4_000n] }]);

test("livepeer explorer #441: who cannot vote is told why and what to do, GOV-03", async () => {
  const { world, governor, whale, alice, bob, anyone } = governed;
  const explain = (account: Actor, proposalId: bigint) =>
    explainVote(context, { proposalId, account: account.address });
  await alice.stake(1_000n * ASY_UNIT);
  await alice.send(world.asy, "delegate", [bob.address]);
  world.pass(10);
  const { id } = await start();
  // a block inside the voting period
  await alice.send(world.asy, "approve", [alice.address, 1n]);
  const asWhale = await explain(whale, id);
  assert.deepEqual([asWhale.state, asWhale.canVote, asWhale.canOverride, asWhale.reasons], ["active", true, true, []]);
  assert.ok(asWhale.votes > 0n);
  // bob owns as much as it represents nobody with; alice's liquid tokens are cast by bob, her staked ones by herself
  assert.deepEqual((await explain(bob, id)).reasons, []);
  const asAlice = await explain(alice, id);
  assert.deepEqual([asAlice.canVote, asAlice.votes, asAlice.own], [true, 1_000n * ASY_UNIT, 100_000n * ASY_UNIT]);
  // nothing at all, and what came too late
  assert.match((await explain(anyone, id)).reasons.join(), /no votes at the snapshot: hold or stake ASY/);
  await anyone.funded(5n * ASY_UNIT);
  assert.match((await explain(anyone, id)).reasons.join(), /what came later counts for later proposals/);
  await whale.send(governor, "castVote", [id, 1]);
  assert.match(
    (await explain(whale, id)).reasons.join(),
    /^the account has voted already, and a vote cannot be changed/,
  );
  assert.equal((await explain(whale, id)).canOverride, true);
  world.pass(CLOCKS.votingPeriod + 1);
  await alice.send(world.asy, "approve", [alice.address, 2n]);
  assert.match(
    (await explain(whale, id)).reasons[0]!,
    /voting is over: the proposal is succeeded; anyone can queue it/,
  );
});

test("livepeer explorer #441: who owns tokens that others cast is told of the override, GOV-10", async () => {
  const { world, governor, alice, bob } = governed;
  await alice.send(world.asy, "delegate", [bob.address]);
  world.pass(10);
  const { id } = await start();
  const explain = () => explainVote(context, { proposalId: id, account: alice.address });
  await alice.send(world.asy, "approve", [alice.address, 1n]);
  const before = await explain();
  assert.deepEqual([before.canVote, before.canOverride], [false, true]);
  assert.match(
    before.reasons.join(),
    new RegExp(`liquid ASY are cast by ${bob.address}.*cast them now as an override`, "i"),
  );
  await alice.send(governor, "castOverrideVote", [id, 0, "mine"]);
  const after = await explain();
  assert.deepEqual([after.canVote, after.canOverride], [false, false]);
  assert.match(after.reasons.join(), /cast them as an override already/);
  // tokens that nobody represents
  const none = await explainVote(context, { proposalId: id, account: world.deployer });
  assert.match(none.reasons.join(), /were delegated to nobody/);
});

test("a choice of representative is signed by its holder and sent by anybody, once", async () => {
  const { world, alice, bob } = governed;
  for (const kind of ["liquid", "staked"] as const) {
    const signed = await signDelegation(context, { to: bob.address, of: kind });
    await delegateVotesBySignature(context, signed);
    const { liquidDelegate, stakedDelegate } = await getVotes(context, { account: world.deployer });
    assert.equal(getAddress(kind === "liquid" ? liquidDelegate : stakedDelegate), getAddress(bob.address));
    await assert.rejects(delegateVotesBySignature(context, signed), /SDK-030/);
    await assert.rejects(delegateVotesBySignature(context, { ...signed, nonce: signed.nonce + 1n, to: alice.address }));
  }
});

test("grants through the client: put up, explained, voted for, paid, swept, GRT-05, GRT-06", async () => {
  const { world, deployment, alice, whale, timelock } = governed;
  await alice.stake(9_000n * ASY_UNIT);
  world.pass(8 * DAY);
  const address = deployment.contracts.QuadraticGrants!.address;
  const grants = world.watch({ address, abi: quadraticGrantsAbi });
  await whale.send(world.asy, "transfer", [address, 1_000n * ASY_UNIT]);
  await world.impersonate(timelock.address);
  const opening = [world.asy.address, 1_000n * ASY_UNIT, 5n * ASY_UNIT, world.now + DAY, world.now + 8 * DAY];
  await world.send(timelock.address, grants, "openRound", opening);
  const round = 0n;
  assert.equal(await countRounds(context), 1n);
  const asked = { round, beneficiary: governed.bob.address, asked: 400n * ASY_UNIT, description: zeroHash };
  const { project } = await proposeProject(context, asked);
  const asAlice = await explainGrantVote(context, { round, account: alice.address });
  assert.deepEqual([asAlice.canVote, asAlice.voice], [false, 9_000n * ASY_UNIT]);
  assert.match(asAlice.reasons.join(), /voting begins at/);
  world.pass(DAY + 1);
  await alice.send(grants, "voteGrant", [round, project, 100n * ASY_UNIT]);
  const asDeployer = await explainGrantVote(context, { round, account: world.deployer });
  assert.match(asDeployer.reasons.join(), /10000000000000000000 are needed: stake or delegate stake at least a week/);
  await assert.rejects(voteGrant(context, { round, project, credits: 1n }), (error) =>
    isRevert(error, "Grants_VoiceTooSmall"),
  );
  const during = await getRound(context, { round });
  assert.deepEqual([during.stage, during.projects[0]!.share], ["voting", 400n * ASY_UNIT]);
  await assert.rejects(settleProject(context, { round, project }), (error) => isRevert(error, "Grants_OutOfTime"));
  world.pass(15 * DAY);
  await alice.send(world.asy, "approve", [alice.address, 1n]);
  assert.equal((await getRound(context, { round })).stage, "paying");
  assert.deepEqual(
    await settleProject(context, { round, project }).then(({ amount, bondReturned }) => [amount, bondReturned]),
    [400n * ASY_UNIT, true],
  );
  world.pass(91 * DAY);
  await alice.send(world.asy, "approve", [alice.address, 2n]);
  assert.equal((await sweepRound(context, { round })).amount, 600n * ASY_UNIT);
});

test("livepeer bounties #76, grants #300: a vote carries its reason and is found again; an override too, GOV-10", async () => {
  const { world, governor } = governed;
  const { id } = await start();
  await governed.alice.send(world.asy, "approve", [governed.alice.address, 1n]);
  // the deployer never delegated: its tokens can be cast as an override only
  await castVote(context, { proposalId: id, side: "abstain", reason: "because", override: true });
  const votes = await world.read<readonly bigint[]>(governor, "proposalVotes", [id]);
  assert.ok(votes[2]! > 0n && votes[0] === 0n && votes[1] === 0n);
  const history = await world.history(governor);
  assert.equal(history.find(({ name }) => name === "OverrideVoteCast")!.args.reason, "because");
  await governed.whale.send(governor, "castVoteWithReason", [id, 1, "mine"]);
  const told = (await listVotes(context, { proposalId: id })).map(({ voter, side, reason, override, weight }) => {
    assert.ok(weight > 0n);
    return [getAddress(voter), side, reason, override];
  });
  assert.deepEqual(told, [
    [getAddress(governed.whale.address), "for", "mine", false],
    [getAddress(world.deployer), "abstain", "because", true],
  ]);
  const own = await listVotes(context, { voter: world.deployer });
  assert.deepEqual(
    own.map(({ proposalId }) => proposalId),
    [id],
  );
  await assert.rejects(castVote(context, { proposalId: id, side: "for", override: true }), /SDK-030/);
});

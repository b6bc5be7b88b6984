import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { castVote } from "../../sdk/src/actions/castVote.ts";
import { explainVote } from "../../sdk/src/actions/explainVote.ts";
import type { AssayContext } from "../../sdk/src/context.ts";
import { parseDeployment } from "../../sdk/src/deployment.ts";
import { CLOCKS, createGoverned, type Governed, propose } from "../support/governed.ts";

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

test("who cannot vote is told why (peers: say why I cannot vote), GOV-03", async () => {
  const { world, governor, whale, alice } = governed;
  const { id } = await start();
  // a block inside the voting period
  await alice.send(world.asy, "approve", [alice.address, 1n]);
  const asWhale = await explainVote(context, { proposalId: id, account: whale.address });
  assert.deepEqual([asWhale.state, asWhale.canVote, asWhale.reasons], ["active", true, []]);
  assert.ok(asWhale.votes > 0n);
  const asAlice = await explainVote(context, { proposalId: id, account: alice.address });
  assert.equal(asAlice.canVote, false);
  assert.match(asAlice.reasons.join(), /no votes at the snapshot/);
  await whale.send(governor, "castVote", [id, 1]);
  const again = await explainVote(context, { proposalId: id, account: whale.address });
  assert.deepEqual(again.reasons, ["the account has voted already"]);
  world.pass(CLOCKS.votingPeriod + 1);
  await alice.send(world.asy, "approve", [alice.address, 2n]);
  const late = await explainVote(context, { proposalId: id, account: whale.address });
  assert.match(late.reasons[0]!, /voting is over: the proposal is succeeded/);
});

test("a vote carries its reason; an override casts one's own tokens, GOV-10", async () => {
  const { world, governor } = governed;
  const { id } = await start();
  await governed.alice.send(world.asy, "approve", [governed.alice.address, 1n]);
  // the deployer never delegated: its tokens can be cast as an override only
  await castVote(context, { proposalId: id, side: "abstain", reason: "because", override: true });
  const votes = await world.read<readonly bigint[]>(governor, "proposalVotes", [id]);
  assert.ok(votes[2]! > 0n && votes[0] === 0n && votes[1] === 0n);
  const history = await world.history(governor);
  assert.equal(history.find(({ name }) => name === "OverrideVoteCast")!.args.reason, "because");
  await assert.rejects(castVote(context, { proposalId: id, side: "for", override: true }), /SDK-030/);
});

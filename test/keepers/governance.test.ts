// The governance bot against the real governor and timelock, in one process with the chain.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openGovernance } from "../../keepers/src/bots/governance/bot.ts";
import { listProposals, prepareExecuteProposal, prepareQueueProposal } from "../../sdk/src/index.ts";
import { CLOCKS, createGoverned, type Governed, pass, propose, STATE } from "../support/governed.ts";
import { type BotUnderTest, openBot } from "./keeper.ts";

const ENDED = "assay_keeper_duties_total";
const PAUSE = 60;

let governed: Governed;
let bot: BotUnderTest;

before(async () => {
  governed = await createGoverned();
  bot = await openBot(governed, { "governance.enabled": "true", "governance.spreadSeconds": "0" }, openGovernance);
});
after(async () => {
  bot.close();
  await governed.world.close();
});

const look = () => bot.look();
const stateOf = (id: bigint) => governed.world.read<number>(governed.governor, "state", [id]);
const listedAs = async (id: bigint) =>
  (await listProposals(bot.context.client)).find((proposal) => proposal.id === id)!;
const done = async () => (await bot.metric(ENDED)).match(/end="done"\} (\d+)/)?.[1];

test("a proposal is queued and executed, each once and when its time has come; calls are shown before they are sent", async () => {
  const { world } = governed;
  const period = { to: world.staking, functionName: "setThawPeriod", args: [4_000n] };
  const proposal = await propose(governed, [period]);
  await look();
  assert.equal(await stateOf(proposal.id), STATE.active, "a vote is nobody's to end");
  await pass(governed, proposal);
  assert.equal(await stateOf(proposal.id), STATE.succeeded);
  await look();
  assert.equal(await stateOf(proposal.id), STATE.queued);
  await look();
  assert.equal(await done(), "1", "it waits");
  world.pass(CLOCKS.timelockDelay + 1);
  await look();
  assert.equal(await stateOf(proposal.id), STATE.executed);
  assert.equal(await world.read<bigint>(world.staking, "thawPeriod"), 4_000n);
  world.pass(10);
  await look();
  assert.equal(await done(), "2");

  const { context, lines } = bot;
  for (const [type, prepare] of [
    ["queue", prepareQueueProposal],
    ["execute", prepareExecuteProposal],
  ] as const) {
    const key = `governance-executor:${type}:${proposal.id}`;
    const shown = lines.filter((line) => line.key === key && line.data);
    const { to, data } = prepare(context.client, await listedAs(proposal.id));
    assert.deepEqual(
      shown.map((line) => [line.to, line.data, line.value]),
      [[to, data, "0"]],
    );
    assert.match(String(shown[0]!.action), /^(queue|execute) proposal .*setThawPeriod\(.*4000/);
    const sent = lines.findIndex((line) => line.key === key && line.msg === "transaction sent");
    assert.ok(lines.indexOf(shown[0]!) < sent, `${type}: before it is sent`);
  }
});

test("an action that reverts stays queued, is told by name, costs no gas, and does not hold up others", async () => {
  const { world } = governed;
  const bad = { to: world.staking, functionName: "setThawPeriod", args: [1n] };
  const good = { to: world.staking, functionName: "setThawPeriod", args: [5_000n] };
  const first = await propose(governed, [bad], "too short");
  await pass(governed, first);
  const second = await propose(governed, [good], "longer");
  await pass(governed, second);
  await look();
  world.pass(CLOCKS.timelockDelay + 1);
  const spent = await bot.context.rpc.getTransactionCount({ address: bot.context.account.address });
  await look();
  assert.equal(await stateOf(first.id), STATE.queued);
  assert.equal(await stateOf(second.id), STATE.executed);
  assert.equal((await bot.context.rpc.getTransactionCount({ address: bot.context.account.address })) - spent, 1);
  assert.match(await bot.metric(ENDED), /bot="governance-executor",end="refused"\} 1/);
  await look();
  assert.match(await bot.metric(ENDED), /end="refused"\} 1/, "it is left alone for a while");
});

test("what reverted is tried again, ever less often, and executed once its cause is gone", async () => {
  const { world, timelock, anyone } = governed;
  const payment = { to: world.asy, functionName: "transfer", args: [anyone.address, 5n] };
  const poor = await propose(governed, [payment], "from an empty purse");
  await pass(governed, poor);
  await look();
  world.pass(CLOCKS.timelockDelay + 1);
  await look();
  assert.equal(await stateOf(poor.id), STATE.queued, "the timelock has nothing to pay with");
  const had = await world.read<bigint>(world.asy, "balanceOf", [anyone.address]);
  await world.send(world.deployer, world.asy, "transfer", [timelock.address, 5n]);
  await look();
  assert.equal(await stateOf(poor.id), STATE.queued, "parked for a while");
  world.pass(PAUSE);
  await look();
  assert.equal(await stateOf(poor.id), STATE.executed);
  assert.equal(await world.read<bigint>(world.asy, "balanceOf", [anyone.address]), had + 5n);
});

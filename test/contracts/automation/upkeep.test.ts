// The coordinator under a registry's rules, and under callers who do not keep them.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { type Address, getAddress, type Hex, toFunctionSelector, zeroAddress } from "viem";
import { ASY_UNIT, expireArgs, type Job, settlement } from "../../support/actor.ts";
import { createGoverned, pass as passVote, propose } from "../../support/governed.ts";
import { createScene, passWindow, REASON, type Scene, submittedJob } from "../../support/scene.ts";
import type { Target } from "../../support/world.ts";
import { coordinatorOf, duty, refusedWith, settle } from "./coordinator.ts";
import { SimulatedRegistry } from "./registry.ts";

const SOURCE = "automation/UpkeepCoordinator.sol";
let scene: Scene;
let upkeep: Target;
let registry: SimulatedRegistry;
let reset: () => Promise<void>;

before(async () => {
  scene = await createScene();
  const { world } = scene;
  upkeep = coordinatorOf(world);
  await world.send(world.deployer, world.market, "setFeeShares", [1_000, 0]);
  registry = new SimulatedRegistry(world, upkeep);
  reset = await world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

const claimOf = (job: Job) => {
  const [terms, run, nonce, claimer] = expireArgs(job);
  return { terms, run, nonce, claimer };
};
const refused = (data: Hex, error: string) =>
  assert.rejects(registry.perform(scene.anyone.address, data), refusedWith(error));

test("results that stand are paid in one transaction, those that do not are left; tips go to the treasury only", async () => {
  const { world, provider, treasury, anyone } = scene;
  const jobs: Job[] = [];
  for (let lane = 0; lane < 16; lane++)
    jobs.push(await submittedJob(scene, { lane, window: lane < 12 ? 4_000 : 80_000 }));
  assert.equal(await registry.check(settle(jobs)), undefined, "no window is over yet");
  passWindow(world, jobs[11]!);
  const data = await registry.check(settle(jobs));
  assert.equal(data, settle(jobs.slice(0, 12)), "exactly what is due");
  const receipt = await registry.perform(anyone.address, data!);
  assert.equal(receipt.events.filter(({ name }) => name === "JobFinalized").length, 12);
  assert.ok(receipt.gasUsed / 12n <= 120_000n, `${receipt.gasUsed / 12n} gas for a job`);
  assert.ok((await provider.earned()).gross > 0n);
  assert.equal(await registry.check(settle(jobs)), undefined);
  await refused(data!, "Upkeep_NothingDue");

  const tips = await world.read<bigint>(world.market, "balanceOf", [world.asy.address, upkeep.address]);
  assert.equal(tips, (12n * 100n * ASY_UNIT * 250n * 1000n) / 10n ** 8n, "a tenth of a fee of 2.5 %");
  const held = await treasury.wallet();
  await anyone.send(upkeep, "forwardTips", [world.asy.address]);
  assert.equal((await treasury.wallet()) - held, tips);
  await anyone.refused(upkeep, "forwardTips", [world.asy.address], "Upkeep_NoTips");
});

test("late jobs are ended, one that was delivered meanwhile does not hold up the others", async () => {
  const { world, requester, provider, anyone } = scene;
  const jobs: Job[] = [];
  for (let lane = 0; lane < 3; lane++) {
    const job = await requester.postNew({ lane });
    await provider.claim(job);
    jobs.push(job);
  }
  const candidates = duty("expire", [jobs.map(claimOf)]);
  world.now = jobs[2]!.claimedAt + 3600;
  await provider.submit(jobs[2]!);
  world.now = jobs[0]!.claimedAt + 3600;
  assert.equal(await registry.check(candidates), undefined, "in its last second it is not late");
  world.now = jobs[1]!.claimedAt + 3601;
  assert.equal(await registry.check(candidates), duty("expire", [jobs.slice(0, 2).map(claimOf)]));
  const { events } = await registry.perform(anyone.address, candidates);
  assert.equal(events.filter(({ name }) => name === "JobExpired").length, 2);
  assert.deepEqual(events.find(({ name }) => name === "DutyDone")?.args.items, 2n);
});

test("cases and earnings are found on chain, by number and by account", async () => {
  const { world, requester, provider, anyone } = scene;
  const opening = [REASON.dataWithheld, provider.address, requester.address, 10n * ASY_UNIT, `0x${"11".repeat(32)}`];
  const opened = await world.send(world.deployer, world.slashing, "openCase", opening);
  const { id, deadline } = opened.events.find(({ name }) => name === "CaseOpened")!.args as Record<string, bigint>;
  const range = duty("endCases", [0n, 64n]);
  world.now = Number(deadline);
  assert.equal(await registry.check(range), undefined);
  world.pass(1);
  const one = duty("endCases", [id, 1n]);
  assert.equal(await registry.check(range), one);
  const ended = await registry.perform(anyone.address, one);
  assert.ok(ended.events.some(({ name }) => name === "CaseExecuted"));
  assert.equal(await registry.check(range), undefined);

  const everybody = duty("collect", [world.asy.address, [anyone.address, provider.address]]);
  assert.equal(await registry.check(everybody), undefined);
  const job = await submittedJob(scene);
  passWindow(world, job);
  await provider.finalize(job);
  assert.equal(await registry.check(everybody), duty("collect", [world.asy.address, [provider.address]]));
  await registry.perform(anyone.address, everybody);
  assert.equal((await provider.earned()).gross, 0n);
  await refused(everybody, "Upkeep_NothingDue");
});

test("hostile data: no duty, other functions, rubbish, too many, another's preimages; each a named error and no effect", async () => {
  const { world, provider, anyone } = scene;
  const job = await submittedJob(scene);
  const before = await provider.balance();
  const data = duty("forwardTips", [world.asy.address]);
  for (const other of ["0x", "0x12345678", data, duty("performUpkeep", [settle([job])])] as Hex[]) {
    await refused(other, "Upkeep_UnknownDuty");
    await assert.rejects(registry.check(other));
  }
  for (const name of ["settle", "expire", "timeout", "endCases", "collect", "govern"]) {
    const { inputs } = upkeep.abi.find((item) => item.type === "function" && item.name === name) as never as {
      inputs: never[];
    };
    const selector = toFunctionSelector({ type: "function", name, inputs, outputs: [], stateMutability: "nonpayable" });
    await refused(selector, "Upkeep_Malformed");
    await refused(`${selector}${"ff".repeat(64)}`, name === "endCases" ? "Upkeep_TooMany" : "Upkeep_Malformed");
  }
  await refused(settle([job]), "Upkeep_NothingDue");
  await refused(settle([]), "Upkeep_NothingDue");
  await refused(duty("expire", [[]]), "Upkeep_NothingDue");
  await refused(duty("expire", [Array.from({ length: 65 }, () => claimOf(job))]), "Upkeep_TooMany");
  await refused(duty("govern", [[], [], [], `0x${"00".repeat(32)}`]), "Upkeep_NothingDue");
  passWindow(world, job);
  const forged = { ...settlement(job), run: job.run ^ (1n << 96n) };
  assert.equal(await registry.check(duty("settle", [[forged]])), undefined);
  await refused(duty("settle", [[forged]]), "Upkeep_NothingDue");
  assert.equal(await provider.balance(), before);
  await registry.perform(anyone.address, duty("settle", [[forged, settlement(job)]]));
  await anyone.refused(upkeep, "performUpkeep", [settle([job])], "Upkeep_NothingDue");
});

test("it cannot be made without market or slashing manager", async () => {
  const { world } = scene;
  const whole = [world.market.address, zeroAddress, world.slashing.address, zeroAddress];
  for (const missing of [0, 2]) {
    await assert.rejects(world.create(SOURCE, whole.with(missing, zeroAddress)), { errorName: "Upkeep_ZeroAddress" });
  }
});

test("a proposal is queued when it has passed and executed when it has waited, never earlier", async () => {
  const governed = await createGoverned();
  const { world, governor, anyone } = governed;
  // made before governance, for the addresses at which the hand-over has put it
  const { address } = governed.deployment.contracts.UpkeepCoordinator!;
  const coordinator = world.watch({ address, abi: upkeep.abi });
  assert.equal(await world.read<Address>(coordinator, "GOVERNOR", []), getAddress(governor.address));
  const automation = new SimulatedRegistry(world, coordinator);
  const period = { to: world.staking, functionName: "setThawPeriod", args: [4_000n] };
  const proposal = await propose(governed, [period]);
  const data = duty("govern", proposal.args);
  assert.equal(await automation.check(data), undefined);
  await assert.rejects(automation.perform(anyone.address, data), { errorName: "GovernorUnexpectedProposalState" });
  await passVote(governed, proposal);
  assert.equal(await automation.check(data), data);
  await automation.perform(anyone.address, data);
  assert.equal(await automation.check(data), undefined, "it waits in the timelock");
  world.pass(7_200);
  assert.equal(await automation.check(data), data);
  await automation.perform(anyone.address, data);
  assert.equal(await world.read<bigint>(world.staking, "thawPeriod"), 4_000n);
  assert.equal(await automation.check(data), undefined);
  const unknown = duty("govern", [[], [], [], `0x${"00".repeat(32)}`]);
  assert.equal(await automation.check(unknown), undefined);
  await world.close();
});

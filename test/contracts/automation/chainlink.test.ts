// The coordinator behind the registry of Chainlink Automation itself: what its nodes ask, sign and send, what reaches the
// market, and what it costs whom.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { type Hex, maxUint256 } from "viem";
import { ASY_UNIT, expireArgs, type Job, settlement } from "../../support/actor.ts";
import { createGoverned, pass, propose } from "../../support/governed.ts";
import { createScene, passWindow, REASON, type Scene, submittedJob } from "../../support/scene.ts";
import type { Receipt, Target } from "../../support/world.ts";
import { coordinatorOf, duty, refusedWith, settle } from "./coordinator.ts";
import { type AutomationNetwork, deployRegistry, PREMIUM_PPB, PRICES } from "./network.ts";

/** As on the networks with the least room. */
const LIMITS = {
  checkGasLimit: 10_000_000,
  maxPerformGas: 5_000_000,
  maxCheckDataSize: 5_000,
  maxPerformDataSize: 2_000,
};
/** Settlements that fit into this much perform data. */
const FIT = 7;
const LINK = 10n ** 18n;
let scene: Scene;
let upkeep: Target;
let network: AutomationNetwork;
let reset: () => Promise<void>;

before(async () => {
  scene = await createScene();
  const { world } = scene;
  upkeep = coordinatorOf(world);
  network = await deployRegistry(world, LIMITS, 10);
  reset = await world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

const submitted = async (count: number): Promise<Job[]> => {
  const jobs: Job[] = [];
  for (let lane = 0; lane < count; lane++) jobs.push(await submittedJob(scene, { lane, window: 4_000 }));
  return jobs;
};
const named = ({ events }: Receipt, wanted: string) => events.filter(({ name }) => name === wanted);
/** For seven results, as docs/keepers.md advises. */
const GAS_LIMIT = 100_000 + FIT * 60_000;
/** To queue or to execute one call. */
const GOVERN_GAS = 1_000_000;
const claimOf = (job: Job) => {
  const [terms, run, nonce, claimer] = expireArgs(job);
  return { terms, run, nonce, claimer };
};
const register = (checkData: Hex, gasLimit = GAS_LIMIT) =>
  network.register(upkeep.address, gasLimit, checkData, 100n * LINK);

test("results that stand are paid through registry, forwarder and coordinator, and the upkeep pays for the gas", async () => {
  const { world, provider } = scene;
  const jobs = await submitted(FIT);
  const id = await register(settle(jobs));
  assert.deepEqual((await network.check(id)).reason, "not needed", "no window is over yet");
  passWindow(world, jobs.at(-1)!);
  const check = await network.check(id);
  assert.deepEqual([check.needed, check.reason, check.performData], [true, "none", settle(jobs)]);
  assert.ok(check.gasUsed < BigInt(LIMITS.checkGasLimit) / 20n, `${check.gasUsed} gas to check ${FIT} results`);
  const trial = await network.simulate(id, check.performData);
  assert.ok(trial.success);

  const earned = (await provider.earned()).gross;
  const before = await network.upkeep(id);
  const receipt = await network.transmit([await network.draft(id, check.performData)]);
  assert.equal(named(receipt, "JobFinalized").length, FIT);
  assert.deepEqual(
    named(receipt, "DutyDone").map(({ args }) => args.items),
    [BigInt(FIT)],
  );
  assert.equal((await provider.earned()).gross - earned, BigInt(FIT) * 100n * ASY_UNIT, "each price, to the last unit");
  const [performed] = named(receipt, "UpkeepPerformed");
  const { success, totalPayment, gasUsed, gasOverhead } = performed!.args as Record<string, bigint>;
  assert.equal(success as unknown, true);
  // with signatures, forwarder and accounting; the market alone takes 120,000 at most
  assert.ok(receipt.gasUsed / BigInt(FIT) <= 45_000n, `${receipt.gasUsed / BigInt(FIT)} gas for a job`);

  const afterwards = await network.upkeep(id);
  assert.equal(before.balance - afterwards.balance, totalPayment);
  assert.equal(afterwards.amountSpent, totalPayment);
  // the gas price of the transaction, at most twice the feed's; a fifth on what the target used
  const { effectiveGasPrice } = (await world.provider.request({
    method: "eth_getTransactionReceipt",
    params: [receipt.hash],
  })) as { effectiveGasPrice: Hex };
  const price = BigInt(effectiveGasPrice) < 2n * PRICES.gas ? BigInt(effectiveGasPrice) : 2n * PRICES.gas;
  const reimbursed = (price * (gasUsed! + gasOverhead!) * LINK) / PRICES.link;
  const premium = (price * gasUsed! * 10n ** 9n * PREMIUM_PPB) / PRICES.link;
  assert.equal(totalPayment, reimbursed + premium);
  assert.equal((await network.check(id)).reason, "not needed");
});

test("a report sent twice does nothing; one about what somebody else has done fails alone and costs the upkeep", async () => {
  const { world, provider, anyone } = scene;
  const jobs = await submitted(2);
  const id = await register(settle(jobs));
  passWindow(world, jobs[1]!);
  const { performData } = await network.check(id);
  const draft = await network.draft(id, performData);
  await network.transmit([draft]);
  const paid = await provider.earned();
  const { balance } = await network.upkeep(id);
  const again = await network.transmit([draft], [2, 3], network.transmitters[1]);
  assert.deepEqual([named(again, "StaleUpkeepReport").length, named(again, "UpkeepPerformed").length], [1, 0]);
  assert.equal((await network.upkeep(id)).balance, balance);

  // a report on a later block, by nodes that have not seen it yet, next to one on what is due
  const late = await submittedJob(scene, { lane: 5, window: 600 });
  const other = await register(settle([late]));
  passWindow(world, late);
  const due = await network.check(other);
  const receipt = await network.transmit([
    await network.draft(id, performData),
    await network.draft(other, due.performData),
  ]);
  assert.deepEqual(
    named(receipt, "UpkeepPerformed").map(({ args }) => [args.id, args.success]),
    [
      [id, false],
      [other, true],
    ],
  );
  assert.equal(named(receipt, "JobFinalized").length, 1);
  assert.equal((await provider.earned()).gross - paid.gross, 100n * ASY_UNIT, "the first two are not paid again");
  assert.ok((await network.upkeep(id)).balance < balance, "a race that is lost costs its gas");
  // what somebody else does first is not due for the registry either
  const third = await submittedJob(scene, { lane: 6, window: 600 });
  await world.send(world.deployer, network.registry, "setUpkeepCheckData", [other, settle([third])]);
  passWindow(world, third);
  assert.equal((await network.check(other)).needed, true);
  await anyone.send(upkeep, "settle", [[settlement(third)]]);
  assert.equal((await network.check(other)).reason, "not needed");
});

test("whatever a whole network signs, the coordinator does what is due and nothing else", async () => {
  const { world, provider, requester, anyone } = scene;
  const [job] = await submitted(1);
  const id = await register(settle([job!]));
  const honest = await network.draft(id, settle([job!]));
  await assert.rejects(network.transmit([honest], [0]), refusedWith("IncorrectNumberOfSignatures"));
  await assert.rejects(network.transmit([honest], [0, 0]), refusedWith("DuplicateSigners"));
  await assert.rejects(network.transmit([honest], [0, 1], anyone.address), refusedWith("OnlyActiveTransmitters"));
  const signed = [...(await network.sign([honest], [0, 1]))];
  const foreign = await network.sign([await network.draft(id, "0x")], [0, 1]);
  signed[1] = foreign[1];
  await assert.rejects(
    world.send(network.transmitters[0]!, network.registry, "transmit", signed),
    refusedWith("OnlyActiveSigners"),
  );

  const balances = () => Promise.all([provider.balance(), requester.balance(), provider.earned()]);
  const before = await balances();
  const early = settle([job!]);
  const hostile: Hex[] = [
    early,
    "0x",
    "0xdeadbeef",
    duty("forwardTips", [world.asy.address]),
    duty("performUpkeep", [early]),
    duty("endCases", [maxUint256 - 10n, 64n]),
  ];
  for (const performData of hostile) {
    assert.equal((await network.simulate(id, performData)).success, false);
    const receipt = await network.transmit([await network.draft(id, performData)]);
    assert.deepEqual(
      named(receipt, "UpkeepPerformed").map(({ args }) => args.success),
      [false],
      performData,
    );
    assert.equal(named(receipt, "DutyDone").length, 0);
  }
  assert.deepEqual(await balances(), before);
  passWindow(world, job!);
  const { performData } = await network.check(id);
  const receipt = await network.transmit([await network.draft(id, performData)]);
  assert.equal(named(receipt, "JobFinalized").length, 1);
});

test("too many candidates for the registry's limits hold up all of them until the check data are cut", async () => {
  const { world } = scene;
  const jobs = await submitted(FIT + 1);
  const many = Array.from({ length: 20 }, () => jobs[0]!);
  await assert.rejects(register(settle(many)), refusedWith("CheckDataExceedsLimit"));
  await assert.rejects(register(settle(jobs), LIMITS.maxPerformGas + 1), refusedWith("GasLimitOutsideRange"));
  const id = await register(settle(jobs));
  passWindow(world, jobs.at(-1)!);
  const found = await network.check(id);
  assert.deepEqual([found.needed, found.reason], [false, "perform data too long"]);
  await world.send(world.deployer, network.registry, "setUpkeepCheckData", [id, settle(jobs.slice(0, FIT))]);
  const fitting = await network.check(id);
  assert.deepEqual([fitting.needed, fitting.performData], [true, settle(jobs.slice(0, FIT))]);
});

test("an upkeep with too little gas or too little LINK pays nobody twice and goes on when it is given more", async () => {
  const { world, provider } = scene;
  const jobs = await submitted(FIT);
  const id = await network.register(upkeep.address, 60_000, settle(jobs), 0n);
  passWindow(world, jobs.at(-1)!);
  assert.equal((await network.check(id)).reason, "balance too low");
  const least = await world.read<bigint>(network.registry, "getMinBalance", [id]);
  await network.fund(id, least - 1n);
  assert.equal((await network.check(id)).reason, "balance too low");
  await network.fund(id, 1n);
  const { needed, performData } = await network.check(id);
  assert.ok(needed, "the least balance is enough");
  const poor = await network.transmit([await network.draft(id, performData)]);
  assert.deepEqual(
    named(poor, "UpkeepPerformed").map(({ args }) => args.success),
    [false],
  );
  const before = (await provider.earned()).gross;
  assert.equal(before, 0n);

  await world.send(world.deployer, network.registry, "setUpkeepGasLimit", [id, GAS_LIMIT]);
  await network.fund(id, 100n * LINK);
  const rest = await network.check(id);
  await network.transmit([await network.draft(id, rest.performData)]);
  assert.equal((await provider.earned()).gross, BigInt(FIT) * 100n * ASY_UNIT);
});

test("late jobs are ended; one that is delivered between check and report is left alone, and the rest is ended", async () => {
  const { world, requester, provider } = scene;
  const jobs: Job[] = [];
  for (let lane = 0; lane < 3; lane++) {
    const job = await requester.postNew({ lane });
    await provider.claim(job);
    jobs.push(job);
  }
  const all = duty("expire", [jobs.map(claimOf)]);
  const id = await register(all);
  world.now = jobs[0]!.claimedAt + 3_590;
  assert.equal((await network.check(id)).reason, "not needed", "nobody is late yet");
  await provider.submit(jobs[2]!);
  world.now = jobs[1]!.claimedAt + 3_601;
  const check = await network.check(id);
  assert.deepEqual([check.needed, check.performData], [true, duty("expire", [jobs.slice(0, 2).map(claimOf)])]);
  // what nodes have found that have not seen the delivery
  const receipt = await network.transmit([await network.draft(id, all)]);
  assert.equal(named(receipt, "JobExpired").length, 2);
  assert.deepEqual(
    named(receipt, "DutyDone").map(({ args }) => args.items),
    [2n],
  );
  assert.equal((await network.check(id)).reason, "not needed");
});

test("a proposal is queued and executed in its time; one whose action reverts costs its upkeep alone, and stays", async () => {
  const governed = await createGoverned();
  const { world } = governed;
  try {
    const { address } = governed.deployment.contracts.UpkeepCoordinator!;
    world.watch({ address, abi: upkeep.abi });
    const own = await deployRegistry(world, LIMITS, 10);
    const ready = async (period: bigint) => {
      const call = { to: world.staking, functionName: "setThawPeriod", args: [period] };
      const proposal = await propose(governed, [call], `a period of ${period}`);
      const data = duty("govern", proposal.args);
      const id = await own.register(address, GOVERN_GAS, data, 100n * LINK);
      assert.equal((await own.check(id)).reason, "not needed", "it is voted on");
      await pass(governed, proposal);
      return { id, data };
    };
    const [right, wrong] = [await ready(4_000n), await ready(0n)];
    for (const { id, data } of [right, wrong]) {
      const check = await own.check(id);
      assert.deepEqual([check.needed, check.performData], [true, data], check.reason);
      const queued = await own.transmit([await own.draft(id, data)]);
      assert.equal(named(queued, "ProposalQueued").length, 1);
      assert.equal((await own.check(id)).reason, "not needed", "it waits in the timelock");
    }
    world.pass(7_201);
    // nodes try first what they speak for; these do not
    assert.equal((await own.simulate(wrong.id, wrong.data)).success, false);
    const { balance } = await own.upkeep(wrong.id);
    const both = await own.transmit([await own.draft(wrong.id, wrong.data), await own.draft(right.id, right.data)]);
    assert.deepEqual(
      named(both, "UpkeepPerformed").map(({ args }) => args.success),
      [false, true],
    );
    assert.equal(named(both, "ProposalExecuted").length, 1);
    assert.equal(await world.read<bigint>(world.staking, "thawPeriod"), 4_000n);
    assert.ok((await own.upkeep(wrong.id)).balance < balance);
    assert.equal((await own.check(right.id)).reason, "not needed");
    assert.equal((await own.check(wrong.id)).needed, true, "it is still queued, for when its cause is gone");
  } finally {
    await world.close();
  }
});

test("cases and earnings need no renewal: the same check data find what falls due later", async () => {
  const { world, requester, provider } = scene;
  const cases = await register(duty("endCases", [0n, 64n]));
  const earnings = await register(duty("collect", [world.asy.address, [provider.address]]));
  for (let round = 0; round < 2; round++) {
    assert.equal((await network.check(cases)).reason, "not needed");
    const opening = [REASON.dataWithheld, provider.address, requester.address, ASY_UNIT, `0x${`1${round}`.repeat(32)}`];
    const opened = await world.send(world.deployer, world.slashing, "openCase", opening);
    const { deadline } = named(opened, "CaseOpened")[0]!.args as { deadline: bigint };
    const job = await submittedJob(scene, { lane: round });
    passWindow(world, job);
    await provider.finalize(job);
    world.now = Math.max(world.now, Number(deadline) + 1);
    const drafts = [];
    for (const id of [cases, earnings]) {
      const { needed, performData } = await network.check(id);
      assert.ok(needed);
      drafts.push(await network.draft(id, performData));
    }
    const receipt = await network.transmit(drafts);
    assert.equal(named(receipt, "CaseExecuted").length, 1);
    assert.equal((await provider.earned()).gross, 0n);
  }
});

test("candidates renewed in the registry cost more than settling them oneself", async () => {
  const { world, anyone } = scene;
  const jobs = await submitted(FIT);
  const id = await register(settle(jobs.slice(0, 1)));
  const renew = (candidates: readonly Job[]) =>
    world.send(world.deployer, network.registry, "setUpkeepCheckData", [id, settle(candidates)]);
  const first = (await renew(jobs)).gasUsed;
  const again = (await renew(jobs.map((job) => ({ ...job, run: job.run ^ 1n, commitment: job.id })))).gasUsed;
  passWindow(world, jobs.at(-1)!);
  const { gasUsed } = await anyone.send(upkeep, "performUpkeep", [settle(jobs)]);
  assert.ok(again > gasUsed, `${again} gas to overwrite, ${gasUsed} to settle`);
  assert.ok(first > 3n * again, `${first} gas to write, ${again} to overwrite`);
});

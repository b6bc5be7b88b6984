import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import {
  type Address,
  encodeFunctionData,
  getAddress,
  type Hex,
  numberToHex,
  toFunctionSelector,
  zeroAddress,
} from "viem";
import { type Job, laneStatus, STATUS, settleArgs } from "../../support/actor.ts";
import {
  createScene,
  DEPOSIT,
  MANNER,
  REASON,
  registerMock,
  type Scene,
  STAKE,
  setTerms,
  submittedJob,
  tell,
  VERDICT,
} from "../../support/scene.ts";
import type { Target } from "../../support/world.ts";

let scene: Scene;
let one: Target;
let two: Target;
let reset: () => Promise<void>;
before(async () => {
  scene = await createScene();
  one = await registerMock(scene.world, 1);
  two = await registerMock(scene.world, 2);
  reset = await scene.world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

const ALL = 7;
const reject = (strategy: Target) => tell(scene.world, strategy, MANNER.answer, VERDICT.rejected);
const name = (strategy: Target, finder: Address) => setTerms(scene.world, strategy, { finder });
const credit = (account: Address) => scene.world.read<bigint>(scene.world.staking, "creditOf", [account]);
/** Whom a rejection of the job would name, without rejecting it. */
const finderNow = async (job: Job) => {
  const undo = await scene.world.snapshot();
  const { events } = await scene.anyone.reject(job);
  await undo();
  return events.find(({ name }) => name === "BondForfeited")?.args.finder;
};

/** How often the contract is called in a transaction, proxies' own calls left out. */
async function callsTo(hash: Hex, target: Address): Promise<number> {
  const options = { disableMemory: true, disableStorage: true };
  const trace = (await scene.world.provider.request({ method: "debug_traceTransaction", params: [hash, options] })) as {
    structLogs: { op: string; stack: string[] }[];
  };
  const called = trace.structLogs.filter(({ op }) => op === "CALL" || op === "STATICCALL");
  return called.filter(({ stack }) => BigInt(`0x${stack.at(-2)!.replace(/^0x/, "")}`) === BigInt(target)).length;
}

/** Rejects the job and checks every share; `finder` zero: nobody gets the finder's. */
async function assertShares(job: Job, finder: Address) {
  const { world, requester, provider, anyone } = scene;
  const { bond } = job.fields;
  const { events } = await anyone.reject(job);
  const toRequester = (bond * 15n) / 100n;
  const toFinder = finder === zeroAddress ? 0n : (bond * 25n) / 100n;
  const toAudit = (bond * 15n) / 100n;
  const burned = bond - toRequester - toFinder - toAudit;
  assert.equal(await credit(requester.address), toRequester);
  assert.equal(await credit(finder), toFinder);
  assert.equal(await world.read(world.staking, "burnDue"), burned);
  assert.equal(await requester.balance(), DEPOSIT);
  assert.deepEqual(await provider.stakes(), { stake: STAKE - bond, locked: 0n, free: STAKE - bond });
  assert.equal(events.find((event) => event.name === "JobRejected")?.args.forfeited, bond);
  assert.deepEqual(events.find((event) => event.name === "BondForfeited")?.args, {
    provider: getAddress(provider.address),
    reason: REASON.rejected,
    bond,
    requester: getAddress(requester.address),
    toRequester,
    finder: getAddress(finder),
    toFinder,
    toAudit,
    burned,
  });
  assert.equal(await laneStatus(world, job), STATUS.rejected);
}

describe("who found a rejected result, VER-09, JOB-53", () => {
  test("a finder gets a quarter of the bond", async () => {
    const job = await submittedJob(scene, { policy: ALL });
    await reject(one);
    await name(one, scene.anyone.address);
    await assertShares(job, scene.anyone.address);
  });

  test("the hub is asked once where a strategy is; a strategy's number is never given away again", async () => {
    const { world, anyone } = scene;
    await reject(one);
    const first = await anyone.reject(await submittedJob(scene, { policy: ALL }));
    const second = await anyone.reject(await submittedJob(scene, { policy: ALL, lane: 1 }));
    assert.ok((await callsTo(first.hash, world.hub.address)) > 0);
    assert.equal(await callsTo(second.hash, world.hub.address), 0);
    assert.ok((await callsTo(second.hash, one.address)) > 0);
    await scene.anyone.refused(world.hub, "registerStrategy", [1, two.address], "AccessManagedUnauthorized");
    await assert.rejects(
      world.send(world.deployer, world.hub, "registerStrategy", [1, two.address]),
      /Hub_StrategyTaken/,
    );
  });

  test("without one its share is burned", async () => {
    const job = await submittedJob(scene, { policy: ALL });
    await reject(one);
    await assertShares(job, zeroAddress);
  });

  test("shares round down; what rounding leaves is burned", async () => {
    const { world } = scene;
    const bond = 50n * 10n ** 18n + 19n;
    const job = await submittedJob(scene, { policy: ALL, bond });
    await reject(one);
    await name(one, scene.anyone.address);
    await scene.anyone.reject(job);
    const fifteen = 75n * 10n ** 17n + 2n; // 2.85
    const quarter = 125n * 10n ** 17n + 4n; // 4.75
    assert.equal(await credit(scene.requester.address), fifteen);
    assert.equal(await credit(scene.anyone.address), quarter);
    assert.equal(await world.read(world.staking, "burnDue"), bond - 2n * fifteen - quarter);
  });

  test("the first strategy that rejects decides, named or not; one that does not reject is not asked", async () => {
    const { anyone, operator } = scene;
    const job = await submittedJob(scene, { policy: ALL });
    await name(one, operator.address);
    await name(two, anyone.address);
    await anyone.refused(scene.world.market, "reject", settleArgs(job), "Market_NotRejected", [
      job.id,
      VERDICT.pending,
    ]);
    await reject(two);
    assert.equal(await finderNow(job), getAddress(anyone.address));
    await reject(one);
    assert.equal(await finderNow(job), getAddress(operator.address));
    await name(one, zeroAddress);
    assert.equal(await finderNow(job), zeroAddress);
    await tell(scene.world, one, MANNER.revert, VERDICT.rejected);
    await assertShares(job, anyone.address);
  });
});

/** Code that rejects every result and answers `rejectionOf` in the way of `tail`; memory[0] is free for it. */
function rejecting(tail: string): Hex {
  const selector = toFunctionSelector("rejectionOf(bytes32)").slice(2);
  return `0x5f3560e01c63${selector}14601a5760025f525f60205260405ff35b${tail}`;
}

const MALFORMED: readonly [what: string, tail: string][] = [
  ["reverts", "5f5ffd"],
  ["burns all of its gas", "fe"],
  ["never ends", "5b601b56"],
  ["returns nothing", "00"],
  ["returns 63 bytes", "60015f5233602052603f5ff3"],
  ["returns more bits than an address has", "60015f525f1960205260405ff3"],
  ["returns one bit too many", "60015f52600160a01b60205260405ff3"],
  ["returns a flag that is neither yes nor no", "60025f523360205260405ff3"],
  ["returns no, against its own verdict", "5f5f523360205260405ff3"],
  ["reverts with an address", "60015f523360205260405ffd"],
];

describe("a strategy that rejects and answers nonsense about the finder, VER-09", () => {
  const etch = (code: Hex) => scene.world.provider.request({ method: "hardhat_setCode", params: [one.address, code] });

  for (const [what, tail] of MALFORMED) {
    test(`${what}: nobody is named, the rejection stands`, async () => {
      const job = await submittedJob(scene, { policy: ALL });
      await etch(rejecting(tail));
      await assertShares(job, zeroAddress);
    });
  }

  test("endless answers are read up to their second word", async () => {
    const job = await submittedJob(scene, { policy: ALL });
    await etch(rejecting("60015f5233602052620186a05ff3")); // its caller, the market, and 100,000 bytes
    await assertShares(job, scene.world.market.address);
  });

  test("no amount of gas takes the share from the finder: all of it or nothing happens", async () => {
    const { world, anyone } = scene;
    const job = await submittedJob(scene, { policy: ALL });
    await reject(two);
    await name(two, anyone.address);
    const data = encodeFunctionData({
      abi: world.market.abi,
      functionName: "reject",
      args: settleArgs(job) as unknown[],
    });
    const counts = { refused: 0, paid: 0 };
    const undo = await world.snapshot();
    for (let gas = 100_000n; gas < 1_000_000n; gas += 20_000n) {
      await undo();
      const call = { from: anyone.address, to: world.market.address, data, gas: numberToHex(gas) };
      // the chain's own clock may have moved on by a second meanwhile
      const time = numberToHex(world.now);
      await world.provider.request({ method: "evm_setNextBlockTimestamp", params: [time] });
      const sent = await world.provider.request({ method: "eth_sendTransaction", params: [call] }).then(
        () => true,
        () => false,
      );
      const paid = await credit(anyone.address);
      assert.equal(paid, sent ? (job.fields.bond * 25n) / 100n : 0n, `with ${gas} gas`);
      counts[sent ? "paid" : "refused"] += 1;
    }
    assert.ok(counts.refused > 5 && counts.paid > 5, JSON.stringify(counts));
  });
});

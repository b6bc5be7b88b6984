import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { encodeFunctionData, getAddress, type Hex, hashTypedData } from "viem";
import { orderTypedData } from "../../../sdk/src/eip712/market.ts";
import {
  type Actor,
  ASY_UNIT,
  draftJob,
  type Job,
  laneStatus,
  marketDomain,
  recordClaim,
  STATUS,
} from "../../support/actor.ts";
import { malleable } from "../../support/malleable.ts";
import { createScene, DEPOSIT, passWindow, type Scene, STAKE } from "../../support/scene.ts";

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

const draft = (overrides: Parameters<typeof draftJob>[2] = {}): Job =>
  draftJob(scene.world, scene.requester.address, overrides);
const args = (job: Job, signature: Hex, provider: Actor = scene.provider) =>
  [job.terms, job.specWords, provider.address, signature] as const;
const refused = (job: Job, signature: Hex, error: string, values?: readonly unknown[]) =>
  scene.provider.refused(scene.world.market, "claimOrder", args(job, signature), error, values);

describe("orders, ORD", () => {
  test("a signed job is posted and claimed in one step, and paid like any other, ORD-01", async () => {
    const { world, requester, provider, operator, anyone } = scene;
    const job = draft({ minPrice: 40n * ASY_UNIT, rampStart: world.now, rampLength: 1_000 });
    const signature = await requester.signOrder(job);
    world.pass(500);
    const receipt = await operator.send(world.market, "claimOrder", args(job, signature));
    assert.deepEqual(
      receipt.events.map(({ name }) => name),
      ["JobPosted", "JobClaimed"],
    );
    recordClaim(job, receipt);
    const price = 70n * ASY_UNIT;
    assert.equal(await requester.balance(), DEPOSIT - price, "the price of this moment, not the largest");
    assert.equal((await provider.stakes()).locked, job.fields.bond);
    await operator.submit(job);
    passWindow(world, job);
    await anyone.finalize(job);
    assert.equal((await provider.earned()).gross, price);
  });

  test("an order is used once: its lane has moved on, ORD-02", async () => {
    const { world, requester, provider } = scene;
    const job = draft();
    const signature = await requester.signOrder(job);
    await provider.send(world.market, "claimOrder", args(job, signature));
    await refused(job, signature, "Market_LaneBusy");
    world.pass(job.fields.runTime + 1);
    recordClaim(job, await provider.send(world.market, "claimOrder", await signedArgs({ lane: 1 })));
    await refused(job, signature, "Market_LaneBusy");
  });

  test("of two orders for one lane and generation only one is used, ORD-02", async () => {
    const { world, requester, provider } = scene;
    const cheap = draft({ maxPrice: 10n * ASY_UNIT, minPrice: 10n * ASY_UNIT });
    const dear = draft();
    const signatures = [await requester.signOrder(cheap), await requester.signOrder(dear)] as const;
    await provider.send(world.market, "claimOrder", args(cheap, signatures[0]));
    await refused(dear, signatures[1], "Market_LaneBusy");
  });

  test("retireLane takes back the orders of a lane, revokeSignatures all, ORD-03", async () => {
    const { world, requester, provider } = scene;
    const old = draft({ lane: 5, generation: 3 });
    const signature = await requester.signOrder(old);
    await requester.send(world.market, "retireLane", [5, 3]);
    await refused(old, signature, "Market_LaneBusy");
    const later = draft({ lane: 5, generation: 4 });
    const second = await requester.signOrder(later);
    await requester.send(world.market, "revokeSignatures");
    await refused(later, second, "Market_BadSignature", [getAddress(requester.address)]);
    await refused(later, await requester.signOrder(later, 2n), "Market_BadSignature");
    await provider.send(world.market, "claimOrder", args(later, await requester.signOrder(later, 1n)));
    await requester.refused(world.market, "retireLane", [5, 9], "Market_LaneBusy");
    await requester.send(world.market, "retireLane", [65_535, 2n ** 32n - 1n]);
    await requester.refused(world.market, "retireLane", [65_536, 1], "Market_NoSuchLane");
    await requester.refused(world.market, "retireLane", [1, 2n ** 32n], "Market_NoSuchLane");
    await requester.refused(world.market, "retireLane", [1, 0], "Market_LaneBusy");
  });

  test("signatures of others, of other chains, markets or terms, and malleable ones are refused, ORD-04", async () => {
    const { world, requester, anyone } = scene;
    const job = draft();
    const good = await requester.signOrder(job);
    const domain = marketDomain(world);
    const bad: Hex[] = [
      await anyone.signOrder(job),
      await requester.signOrder(job, 0n, { ...domain, chainId: 1 }),
      await requester.signOrder(job, 0n, { ...domain, verifyingContract: world.staking.address }),
      await requester.signOrder(job, 0n, { ...domain, version: "1" }),
      await requester.signOrder(draft({ lane: 1 })),
      malleable(good),
      "0x",
      good.slice(0, -2) as Hex,
      `${good}00`,
    ];
    for (const signature of bad) await refused(job, signature, "Market_BadSignature", [getAddress(requester.address)]);
    await scene.provider.send(world.market, "claimOrder", args(job, good));
  });

  test("every named field is signed: one changed, and the signature is worth nothing, ORD-04", async () => {
    const { requester, anyone } = scene;
    const job = draft();
    const signature = await requester.signOrder(job);
    const changes: Parameters<typeof draftJob>[2][] = [
      { maxPrice: 101n * ASY_UNIT, minPrice: 101n * ASY_UNIT },
      { bond: 51n * ASY_UNIT },
      { claimBy: job.fields.claimBy - 1 },
      { runTime: 3_601 },
      { feeBps: 251 },
      { minReputation: 1 },
      { provider: scene.provider.address },
      { generation: 2 },
      { lane: 1 },
      { window: 601 },
      { minStake: 1n },
      { capabilities: 1n },
      { memoryClass: 1 },
    ];
    for (const change of changes) {
      const other = draft(change);
      await refused(other, signature, "Market_BadSignature");
    }
    await refused(draftJob(scene.world, anyone.address), signature, "Market_BadSignature", [
      getAddress(anyone.address),
    ]);
  });

  test("an order is checked like a posting, and when it is used, ORD-05", async () => {
    const { world, requester, provider } = scene;
    const late = draft();
    const signature = await requester.signOrder(late);
    const bids = draft({ rule: 1, priceWeight: 1, rampStart: world.now + 5 });
    await refused(bids, await requester.signOrder(bids), "Market_WrongRule", [1]);
    const named = draft({ provider: scene.anyone.address });
    await refused(named, await requester.signOrder(named), "Market_NotProvider");
    const dear = draft({ maxPrice: DEPOSIT + 1n, minPrice: DEPOSIT + 1n });
    await refused(dear, await requester.signOrder(dear), "Market_InsufficientBalance");
    const heavy = draft({ bond: STAKE + 1n });
    await refused(heavy, await requester.signOrder(heavy), "Staking_InsufficientFreeStake");
    for (const bit of [1, 2]) {
      await world.send(world.deployer, world.market, "setPause", [bit]);
      await refused(late, signature, "Market_Paused");
    }
    await world.send(world.deployer, world.market, "setPause", [0]);
    world.now = late.fields.claimBy + 1;
    await refused(late, signature, "Market_TimeOutOfRange");
    assert.deepEqual([await requester.balance(), (await provider.stakes()).locked], [DEPOSIT, 0n]);
  });

  test("a contract signs by ERC-1271, ORD-06", async () => {
    const { world, requester, provider } = scene;
    const wallet = await world.create("mocks/Wallet1271.sol");
    await requester.send(world.market, "deposit", [world.asy.address, wallet.address, 200n * ASY_UNIT]);
    const job = draftJob(world, wallet.address);
    await refused(job, "0x1234", "Market_BadSignature", [getAddress(wallet.address)]);
    const digest = hashTypedData(orderTypedData(marketDomain(world), job.fields, 0n));
    await world.send(world.deployer, wallet, "sign", [digest]);
    await provider.send(world.market, "claimOrder", args(job, "0x1234"));
    assert.equal(await laneStatus(world, job), STATUS.claimed);
    const data = encodeFunctionData({ abi: world.market.abi, functionName: "revokeSignatures" });
    await world.send(world.deployer, wallet, "call", [world.market.address, data]);
    assert.equal(await world.read(world.market, "epochOf", [wallet.address]), 1n);
  });
});

describe("batches", () => {
  test("postBatch posts all or none, JOB-44", async () => {
    const { world, requester } = scene;
    const items = [0, 1, 2].map((lane) => draft({ lane }));
    const batch = (jobs: Job[]) => [jobs.map(({ terms, specWords }) => ({ terms, spec: specWords }))];
    await requester.refused(world.market, "postBatch", batch([...items, items[0]!]), "Market_LaneBusy");
    assert.equal(await requester.balance(), DEPOSIT);
    await requester.send(world.market, "postBatch", batch(items));
    for (const job of items) assert.equal(await laneStatus(world, job), STATUS.open);
    assert.equal(await requester.balance(), DEPOSIT - 300n * ASY_UNIT);
    await scene.anyone.refused(world.market, "postBatch", batch([draft({ lane: 9 })]), "Market_NotRequester");
    await requester.refused(world.market, "postBatch", batch(Array(257).fill(items[0])), "Market_BatchTooLarge");
  });

  test("claimBatch takes what is still open, and locks the bonds together, JOB-45", async () => {
    const { world, requester, provider, operator, anyone } = scene;
    const jobs: Job[] = [];
    for (const lane of [0, 1, 2]) jobs.push(await requester.postNew({ lane, bond: 60n * ASY_UNIT }));
    await requester.cancel(jobs[1]!);
    const { events } = await operator.send(world.market, "claimBatch", [
      jobs.map(({ terms }) => terms),
      provider.address,
    ]);
    assert.deepEqual(
      events.map(({ name }) => name),
      ["JobClaimed", "ClaimSkipped", "JobClaimed"],
    );
    assert.equal((await provider.stakes()).locked, 120n * ASY_UNIT);
    const all = [jobs.map(({ terms }) => terms), provider.address];
    const again = await anyone.send(world.market, "claimBatch", all);
    assert.deepEqual(
      again.events.map(({ name }) => name),
      ["ClaimSkipped", "ClaimSkipped", "ClaimSkipped"],
    );
    await anyone.refused(
      world.market,
      "claimBatch",
      [Array(257).fill(jobs[0]!.terms), provider.address],
      "Market_BatchTooLarge",
    );
    const asking = await requester.postNew({ lane: 7, minStake: STAKE + 1n });
    const plain = await requester.postNew({ lane: 8 });
    const both = [[plain.terms, asking.terms], provider.address];
    await provider.refused(world.market, "claimBatch", both, "Staking_StakeTooLow", [
      getAddress(provider.address),
      STAKE,
      STAKE + 1n,
    ]);
  });
});

async function signedArgs(overrides: Parameters<typeof draftJob>[2]) {
  const job = draft(overrides);
  return args(job, await scene.requester.signOrder(job));
}

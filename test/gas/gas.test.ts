// The limits on what a job costs, on the production build. The numbers themselves: npm run bench:gas
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { Hex } from "viem";
import { gasChanges, readGasSnapshot } from "../../scripts/lib/gas-snapshot.ts";
import { productionHardhat } from "../../scripts/lib/production.ts";
import { Actor, ASY_UNIT, type Job } from "../support/actor.ts";
import type { Receipt, World } from "../support/world.ts";

/** Slots that a transaction wrote, in any contract. */
async function writtenSlots(world: World, hash: Hex): Promise<Hex[]> {
  const options = { disableMemory: true, disableStorage: true };
  const trace = (await world.provider.request({ method: "debug_traceTransaction", params: [hash, options] })) as {
    structLogs: { op: string; stack: string[] }[];
  };
  const slots = trace.structLogs
    .filter(({ op }) => op === "SSTORE")
    .map(({ stack }): Hex => `0x${stack.at(-1)!.replace(/^0x/, "").padStart(64, "0")}`);
  return [...new Set(slots)];
}

/** Slots that were zero before the transaction and are not after it. */
async function newSlots(world: World, { hash }: Receipt): Promise<Hex[]> {
  const { blockNumber } = (await world.provider.request({ method: "eth_getTransactionReceipt", params: [hash] })) as {
    blockNumber: Hex;
  };
  const before: Hex = `0x${(BigInt(blockNumber) - 1n).toString(16)}`;
  const read = (address: string, slot: Hex, block: Hex) =>
    world.provider.request({ method: "eth_getStorageAt", params: [address, slot, block] }) as Promise<Hex>;
  const written = await writtenSlots(world, hash);
  assert.ok(written.length > 0, "the trace shows writes");
  const born: Hex[] = [];
  for (const { address } of Object.values(world.deployment.contracts)) {
    for (const slot of written) {
      const wasZero = BigInt(await read(address, slot, before)) === 0n;
      if (wasZero && BigInt(await read(address, slot, blockNumber)) !== 0n) born.push(slot);
    }
  }
  return born;
}

describe("gas, production build", () => {
  before(async () => {
    await productionHardhat();
  });

  test("a job costs at most 216,000, a slash 95,000, one of a batch of 32 at most 15,000, GAS-01", async (t) => {
    const { measureGas } = await import("../../scripts/bench/measure.ts");
    const gas = await measureGas();
    t.diagnostic(JSON.stringify(gas));
    assert.ok(gas.total <= 216_000, `${gas.total} for post + claim + submit + finalize`);
    assert.ok(gas.totalByOwner < gas.total, "an operator's mandate and exposure are checked");
    assert.ok(gas.finalizeBatch32PerJob <= 15_000, `${gas.finalizeBatch32PerJob} for each of a batch of 32`);
    const limits = {
      post: 60_000,
      postFirstUseOfLane: 78_000,
      claim: 62_000,
      submit: 41_000,
      orderClaim: 85_000,
      bidAward: 80_000,
      finalizeBatch128PerJob: 13_500,
      totalBatch32: 178_000,
      orderTotalBatch32: 141_000,
      finalize: 68_000,
      expire: 83_000,
      slash: 95_000,
    };
    for (const [step, limit] of Object.entries(limits)) {
      assert.ok(gas[step as keyof typeof limits] <= limit, `${step}: ${gas[step as keyof typeof limits]} > ${limit}`);
    }
    // cheaper or dearer, a change is seen; meant ones are accepted by npm run check:gas -- --write
    assert.deepEqual(gasChanges(readGasSnapshot(), gas), []);
  });

  test("in steady state no step of a job creates a storage slot, GAS-02", async () => {
    const { createWorld } = await import("../support/world.ts");
    const world = await createWorld();
    const requester = await new Actor(world, 1).funded(10_000n * ASY_UNIT);
    const provider = await new Actor(world, 2).funded(1_000n * ASY_UNIT);
    const anyone = new Actor(world, 3);
    const operator = new Actor(world, 4);
    await requester.deposit(10_000n * ASY_UNIT);
    await provider.stake(1_000n * ASY_UNIT);
    await provider.send(world.staking, "setOperator", [operator.address, true]);
    const life = async (job: Job): Promise<Receipt[]> => {
      const receipts = [
        await requester.post(job),
        await operator.claim(job, provider.address),
        await operator.submit(job),
      ];
      world.pass(86_400);
      return [...receipts, await anyone.finalize(job)];
    };
    const { draftJob } = await import("../support/actor.ts");
    const first = await life(draftJob(world, requester.address));
    assert.ok(
      (await newSlots(world, first[0]!)).length > 0,
      "the first use of a lane does create one: the check can fail",
    );
    for (const generation of [2, 3, 4]) {
      // Collecting leaves a mark in the earnings' slot, so that the next job does not pay for a new one.
      if (generation === 4) await anyone.send(world.market, "collect", [world.asy.address, provider.address]);
      const receipts = await life(draftJob(world, requester.address, { generation }));
      for (const [step, receipt] of receipts.entries()) {
        assert.deepEqual(await newSlots(world, receipt), [], `generation ${generation}, step ${step}`);
      }
    }
    await world.close();
  });
});

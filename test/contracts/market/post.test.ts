import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Hex, maxUint96, zeroAddress } from "viem";
import { specHash } from "../../../sdk/src/codec/jobSpec.ts";
import type { JobTerms } from "../../../sdk/src/codec/types.ts";
import { ASY_UNIT, draftJob, type Job, laneStatus, STATUS, sampleSpec } from "../../support/actor.ts";
import { createScene, DEPOSIT, type Scene } from "../../support/scene.ts";

let scene: Scene;
before(async () => {
  scene = await createScene();
});
beforeEach(() => scene.reset());
after(() => scene.world.close());

function draft(overrides: Partial<JobTerms> = {}): Job {
  return draftJob(scene.world, scene.requester.address, overrides);
}

/** Posting a job with these terms must be refused. */
async function refused(overrides: Partial<JobTerms>, error: string, values?: readonly unknown[]): Promise<void> {
  const job = draft(overrides);
  await scene.requester.refused(scene.world.market, "postJob", [job.terms, job.specWords], error, values);
}

function label(name: string): Hex {
  return `0x${Buffer.from(name).toString("hex").padEnd(64, "0")}`;
}

describe("postJob", () => {
  test("escrows maxPrice and opens the lane, JOB-01 JOB-02", async () => {
    const { world, requester } = scene;
    const job = draft({ lane: 65_535, generation: 7 });
    const { events } = await requester.post(job);
    assert.equal(await requester.balance(), DEPOSIT - job.fields.maxPrice);
    assert.equal(await laneStatus(world, job), STATUS.open);
    const posted = events.find(({ name }) => name === "JobPosted");
    assert.deepEqual(posted?.args, {
      id: job.id,
      requester: posted?.args.requester,
      terms: [...job.terms],
      spec: [...job.specWords],
    });
    assert.equal((posted.args.requester as string).toLowerCase(), requester.address.toLowerCase());
  });

  test("RevertWhen_Paused, JOB-40", async () => {
    const { world } = scene;
    await world.send(world.deployer, world.market, "setPause", [1]);
    await refused({}, "Market_Paused", [1, 1]);
    await world.send(world.deployer, world.market, "setPause", [2]);
    await scene.requester.postNew();
  });

  test("RevertWhen_VersionUnknown", () => refused({ version: 1 }, "Market_UnsupportedVersion", [1n, 2n]));

  test("RevertWhen_SenderIsNotTheRequester, JOB-03", async () => {
    const job = draft();
    const { anyone, world } = scene;
    await anyone.refused(world.market, "postJob", [job.terms, job.specWords], "Market_NotRequester");
  });

  test("RevertWhen_TokenNotAllowed", () => refused({ token: scene.world.hub.address }, "Market_TokenNotAllowed"));

  test("RevertWhen_FeeIsBelowTheTokens_OrBeyondTheLimit", async () => {
    await refused({ feeBps: 249 }, "Market_FeeTooLow", [249n, 250n]);
    await refused({ feeBps: 2_001 }, "Market_FeeTooHigh", [2_001n, 2_000n]);
  });

  test("RevertWhen_BondBelowMinimum", () =>
    refused({ bond: 10n * ASY_UNIT - 1n }, "Market_BondTooLow", [10n * ASY_UNIT - 1n, 10n * ASY_UNIT]));

  test("RevertWhen_ReputationBeyondTheScale", () =>
    refused({ minReputation: 10_001 }, "Market_ReputationOutOfRange", [10_001n, 10_000n]));

  test("RevertWhen_PolicyUnknownOrWithoutWindow", async () => {
    await refused({ policy: 0 }, "Hub_UnknownPolicy", [0, 1]);
    await refused({ policy: 2 }, "Hub_UnknownPolicy", [2, 1]);
    await refused({ policy: 3 }, "Hub_UnknownPolicy", [3, 1]);
    await refused({ policy: 0xffff }, "Hub_UnknownPolicy", [0xffff, 1]);
  });

  test("RevertWhen_PricesOutOfRange", async () => {
    const ramp = { rampStart: scene.world.now, rampLength: 60 };
    await refused({ minPrice: 0n }, "Market_PriceOutOfRange");
    await refused({ minPrice: 0n, ...ramp }, "Market_PriceOutOfRange");
    await refused({ minPrice: 99n * ASY_UNIT }, "Market_PriceOutOfRange", [99n * ASY_UNIT, 100n * ASY_UNIT]);
    await refused({ minPrice: 101n * ASY_UNIT, ...ramp }, "Market_PriceOutOfRange");
  });

  test("RevertWhen_TimesOutOfRange", async () => {
    const { now } = scene.world;
    const day = 86_400;
    const out = (what: string, found: number, min: number, max: number) =>
      [label(what), BigInt(found), BigInt(min), BigInt(max)] as const;
    const range = "Market_TimeOutOfRange";
    await refused({ claimBy: now - 1 }, range, out("claimBy", now - 1, now, now + 30 * day));
    const late = now + 30 * day + 1;
    await refused({ claimBy: late }, range, out("claimBy", late, now, now + 30 * day));
    await refused({ rampStart: now }, range, out("rampStart", now, 0, 0));
    const after = { rampStart: now + day + 1, rampLength: 1, claimBy: now + day };
    await refused(after, range, out("rampStart", now + day + 1, 0, now + day));
    await refused({ runTime: 59 }, range, out("runTime", 59, 60, 14 * day));
    await refused({ runTime: 14 * day + 1 }, range, out("runTime", 14 * day + 1, 60, 14 * day));
    await refused({ window: 59 }, range, out("window", 59, 60, 30 * day));
    await refused({ window: 30 * day + 1 }, range, out("window", 30 * day + 1, 60, 30 * day));
  });

  test("the bounds themselves are accepted", async () => {
    const { now } = scene.world;
    const day = 86_400;
    await scene.requester.postNew({ lane: 1, claimBy: now, runTime: 60, window: 60 });
    await scene.requester.postNew({ lane: 2, claimBy: now + 30 * day, runTime: 14 * day, window: 30 * day });
    const ramp = { rampStart: now + day, rampLength: 2 ** 24 - 1, claimBy: now + day, minPrice: 1n };
    await scene.requester.postNew({ lane: 3, ...ramp });
    await scene.requester.postNew({ lane: 4, bond: maxUint96, generation: 2 ** 32 - 1 });
  });

  test("RevertWhen_SpecMalformed, JOB-04", async () => {
    const { world, requester } = scene;
    const good = draft();
    const shape = BigInt(good.specWords[3]);
    const bit = (position: number) => shape ^ (1n << BigInt(position));
    const field = (shift: number, bits: number, value: bigint) =>
      (shape & ~(((1n << BigInt(bits)) - 1n) << BigInt(shift))) | (value << BigInt(shift));
    const malformed = [
      field(192, 64, 0n), // steps
      field(192, 64, (1n << 40n) + 1n),
      field(176, 16, 0n), // segmentLength
      field(176, 16, 65n),
      field(160, 16, 3n), // outIdx = stateCount
      field(144, 16, 0n), // stateCount
      field(144, 16, 65n),
      field(128, 16, 2n), // rulesVersion
      bit(0),
      bit(87),
    ];
    for (const word of malformed) {
      const spec = [...good.specWords];
      spec[3] = `0x${word.toString(16).padStart(64, "0")}`;
      await requester.refused(world.market, "postJob", [good.terms, spec], "Market_MalformedSpec", [word]);
    }
    const judge = [...good.specWords];
    judge[5] = `0x${"1".padStart(24, "0")}${"0".repeat(40)}`;
    await requester.refused(world.market, "postJob", [good.terms, judge], "Market_MalformedSpec");
  });

  test("RevertWhen_SpecIsNotTheTerms", async () => {
    const job = draft();
    const other = sampleSpec({ refSeconds: 61 });
    const words = draftJob(scene.world, scene.requester.address, {}, other).specWords;
    await scene.requester.refused(scene.world.market, "postJob", [job.terms, words], "Market_SpecMismatch", [
      specHash(other),
      job.fields.specHash,
    ]);
  });

  test("RevertWhen_LaneBusyOrGenerationNotHigher, JOB-05", async () => {
    const { requester, world } = scene;
    await refused({ generation: 0 }, "Market_LaneBusy");
    const job = await requester.postNew({ generation: 5 });
    await requester.refused(world.market, "postJob", [job.terms, job.specWords], "Market_LaneBusy");
    await refused({ generation: 6 }, "Market_LaneBusy");
    await requester.cancel(job);
    const ended = (5n << 8n) | BigInt(STATUS.cancelled);
    await requester.refused(world.market, "postJob", [job.terms, job.specWords], "Market_LaneBusy", [
      0n,
      STATUS.cancelled,
      ended,
    ]);
    await refused({ generation: 4 }, "Market_LaneBusy");
    await requester.postNew({ generation: 6 });
  });

  test("a lane that reached the last generation takes no further job", async () => {
    const { requester } = scene;
    await requester.cancel(await requester.postNew({ generation: 2 ** 32 - 1 }));
    await refused({ generation: 2 ** 32 - 1 }, "Market_LaneBusy");
    await requester.postNew({ lane: 1 });
  });

  test("RevertWhen_PriceAboveBalance, JOB-06", async () => {
    const { requester, world } = scene;
    const price = { maxPrice: DEPOSIT + 1n };
    await refused(price, "Market_InsufficientBalance", [
      world.deployment.contracts.AssayToken!.address,
      DEPOSIT,
      DEPOSIT + 1n,
    ]);
    await refused({ maxPrice: maxUint96 }, "Market_InsufficientBalance");
    await requester.postNew({ maxPrice: DEPOSIT });
    assert.equal(await requester.balance(), 0n);
  });

  test("each requester has lanes of its own", async () => {
    const { world, provider, requester } = scene;
    await provider.deposit(1_000n * ASY_UNIT);
    await requester.postNew();
    await provider.postNew();
    const [word] = await world.read<readonly [bigint, number]>(world.market, "laneOf", [zeroAddress, 0]);
    assert.equal(word, 0n);
  });
});

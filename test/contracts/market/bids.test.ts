import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress, type Hex, zeroAddress } from "viem";
import { quotedPrice, quoteOf } from "../../../sdk/src/codec/priceAt.ts";
import type { Bid } from "../../../sdk/src/eip712/market.ts";
import {
  Actor,
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
import type { Receipt } from "../../support/world.ts";

let scene: Scene;
/** A second provider, with half of the stake. */
let rival: Actor;
let reset: () => Promise<void>;
before(async () => {
  scene = await createScene();
  rival = await new Actor(scene.world, 6).funded(10_000n * ASY_UNIT);
  await rival.stake(STAKE / 2n);
  reset = await scene.world.snapshot();
});
beforeEach(() => reset());
after(() => scene.world.close());

const NONE = { provider: zeroAddress, bidder: zeroAddress, quote: 0n, score: 0n };
type Standing = { provider: Hex; bidder: Hex; quote: bigint; score: bigint };
const MAX = 100n * ASY_UNIT;
const BOND = 50n * ASY_UNIT;

/** A job with bids for 600 seconds, scored by price unless the overrides say otherwise. */
async function posted(overrides: Parameters<typeof draftJob>[2] = {}): Promise<Job> {
  const bidding = { rule: 1, priceWeight: 1, minPrice: 1n, rampStart: scene.world.now + 600 };
  return scene.requester.postNew({ ...bidding, ...overrides });
}

const bidOf = (job: Job, provider: Actor, price: bigint, change: Partial<Bid> = {}): Bid => ({
  provider: provider.address,
  bidder: provider.address,
  price,
  expiry: job.fields.claimBy,
  ...change,
});

async function place(job: Job, standing: Standing, bidder: Actor, bid: Bid): Promise<Standing> {
  const signature = await bidder.signBid(job, bid);
  return standingOf(await scene.anyone.send(scene.world.market, "placeBid", [job.terms, standing, bid, signature]));
}

function standingOf({ events }: Receipt): Standing {
  const { provider, bidder, quote, score } = events.find(({ name }) => name === "BidPlaced")!
    .args as unknown as Standing;
  return { provider, bidder, quote, score };
}

const refused = async (
  job: Job,
  standing: Standing,
  bidder: Actor,
  bid: Bid,
  error: string,
  values?: readonly unknown[],
) =>
  scene.anyone.refused(
    scene.world.market,
    "placeBid",
    [job.terms, standing, bid, await bidder.signBid(job, bid)],
    error,
    values,
  );

describe("bids", () => {
  test("the best bid stands, its bond locked; it is awarded by anyone once bidding is over, BID-01, BID-03", async () => {
    const { world, provider, anyone, operator, requester } = scene;
    const job = await posted();
    const first = await place(job, NONE, provider, bidOf(job, provider, 80n * ASY_UNIT));
    assert.equal((await provider.stakes()).locked, BOND);
    const best = await place(job, first, rival, bidOf(job, rival, 70n * ASY_UNIT));
    assert.deepEqual([(await provider.stakes()).locked, (await rival.stakes()).locked], [0n, BOND]);
    await anyone.refused(world.market, "award", [job.terms, best], "Market_TooEarly");
    world.now = job.fields.rampStart + 1;
    await anyone.refused(world.market, "award", [job.terms, first], "Market_StaleJob");
    recordClaim(job, await anyone.send(world.market, "award", [job.terms, best]));
    const price = quotedPrice(MAX, quoteOf(MAX, 70n * ASY_UNIT));
    assert.ok(price >= 70n * ASY_UNIT && price <= 70n * ASY_UNIT + MAX / (2n ** 31n - 1n) + 1n);
    assert.equal(await requester.balance(), DEPOSIT - price);
    await operator.refused(
      world.market,
      "submit",
      [job.terms, job.run, job.nonce, job.id, job.id, job.id],
      "Market_StaleJob",
    );
    await rival.submit(job);
    passWindow(world, job);
    await anyone.finalize(job);
    assert.equal((await rival.earned()).gross, price, "what was bid is what is paid");
  });

  test("an operator bids and delivers in the provider's name, within its exposure, BID-02", async () => {
    const { world, provider, operator, anyone } = scene;
    const job = await posted();
    const bid = bidOf(job, provider, 5n * ASY_UNIT, { bidder: operator.address });
    const standing = await place(job, NONE, operator, bid);
    world.now = job.fields.rampStart + 1;
    recordClaim(job, await anyone.send(world.market, "award", [job.terms, standing]));
    await operator.submit(job);
    const heavy = await posted({ lane: 1, bond: STAKE / 2n });
    await refused(
      heavy,
      NONE,
      operator,
      bidOf(heavy, provider, 1n, { bidder: operator.address }),
      "Staking_OverExposed",
    );
    await refused(heavy, NONE, anyone, bidOf(heavy, provider, 1n, { bidder: anyone.address }), "Staking_NotOperator");
  });

  test("only a better score takes the place, by the job's own weights, BID-04", async () => {
    const { provider, world } = scene;
    const byPrice = await posted();
    const standing = await place(byPrice, NONE, provider, bidOf(byPrice, provider, 60n * ASY_UNIT));
    const score = 400_000_000n;
    assert.equal(standing.score, score);
    await refused(byPrice, standing, rival, bidOf(byPrice, rival, 60n * ASY_UNIT), "Market_BidTooLow", [score, score]);
    await refused(byPrice, NONE, rival, bidOf(byPrice, rival, 1n), "Market_StaleJob");
    // stake counts up to ten bonds: the rival has ten, the provider twenty
    const byStake = await posted({ lane: 1, priceWeight: 0, stakeWeight: 3, bond: BOND * 2n });
    const small = await place(byStake, NONE, rival, bidOf(byStake, rival, MAX));
    assert.equal(small.score, 500_000_000n);
    const large = await place(byStake, small, provider, bidOf(byStake, provider, MAX));
    assert.equal(large.score, 1_000_000_000n);
    // nobody has a record: 2,500 of 10,000 for both
    const byRecord = await posted({ lane: 2, priceWeight: 1, reputationWeight: 3 });
    const mixed = await place(byRecord, NONE, rival, bidOf(byRecord, rival, MAX / 2n));
    assert.equal(mixed.score, (500_000_000n + 3n * 250_000_000n) / 4n);
    const free = await posted({ lane: 3, stakeWeight: 1, bond: 10n * ASY_UNIT });
    assert.ok((await place(free, NONE, provider, bidOf(free, provider, 1n))).score > 999_999_000n);
    assert.equal(await laneStatus(world, free), STATUS.open);
  });

  test("bait is no bid: without means, short-lived, out of range or after the end, BID-05", async () => {
    const { world, provider, anyone } = scene;
    const job = await posted({ minPrice: 2n * ASY_UNIT });
    const pauper = new Actor(world, 7);
    await refused(job, NONE, pauper, bidOf(job, pauper, 2n * ASY_UNIT), "Staking_InsufficientFreeStake");
    const { claimBy } = job.fields;
    await refused(job, NONE, provider, bidOf(job, provider, 5n * ASY_UNIT, { expiry: claimBy - 1 }), "Market_TooEarly");
    await refused(job, NONE, provider, bidOf(job, provider, 2n * ASY_UNIT - 1n), "Market_PriceOutOfRange");
    await refused(job, NONE, provider, bidOf(job, provider, MAX + 1n), "Market_PriceOutOfRange");
    await refused(job, NONE, provider, bidOf(job, provider, 5n, { provider: zeroAddress }), "Market_ZeroAddress");
    const named = await posted({ lane: 1, provider: anyone.address });
    await refused(named, NONE, provider, bidOf(named, provider, MAX), "Market_NotProvider");
    world.now = job.fields.rampStart + 1;
    await refused(job, NONE, provider, bidOf(job, provider, 5n * ASY_UNIT), "Market_TooLate");
    await anyone.refused(world.market, "award", [job.terms, NONE], "Market_NoBid", [job.id]);
    await world.send(world.deployer, world.market, "setPause", [2]);
    await anyone.refused(world.market, "award", [job.terms, NONE], "Market_Paused");
    await refused(job, NONE, provider, bidOf(job, provider, 5n * ASY_UNIT), "Market_Paused");
  });

  test("a bid is for one job, one price, one epoch, one chain, and not malleable, BID-06", async () => {
    const { world, provider, anyone } = scene;
    const job = await posted();
    const other = await posted({ lane: 1 });
    const bid = bidOf(job, provider, 50n * ASY_UNIT);
    const signature = await provider.signBid(job, bid);
    const send = (target: Job, changed: Bid) => [target.terms, NONE, changed, signature];
    const signer = [getAddress(provider.address)];
    await anyone.refused(world.market, "placeBid", send(other, bid), "Market_BadSignature", signer);
    await anyone.refused(
      world.market,
      "placeBid",
      send(job, { ...bid, price: 51n * ASY_UNIT }),
      "Market_BadSignature",
      signer,
    );
    await anyone.refused(
      world.market,
      "placeBid",
      send(job, { ...bid, provider: rival.address }),
      "Market_BadSignature",
      signer,
    );
    const domain = marketDomain(world);
    for (const wrong of [
      await provider.signBid(job, bid, 0n, { ...domain, chainId: 1 }),
      await provider.signBid(job, bid, 0n, { ...domain, verifyingContract: world.staking.address }),
      malleable(signature),
      "0x",
    ]) {
      await anyone.refused(world.market, "placeBid", [job.terms, NONE, bid, wrong], "Market_BadSignature", signer);
    }
    await provider.send(world.market, "revokeSignatures");
    await anyone.refused(world.market, "placeBid", send(job, bid), "Market_BadSignature", signer);
  });

  test("the requester awards any bid at any time; the one that stands is freed, BID-07", async () => {
    const { world, requester, provider, anyone } = scene;
    const job = await posted();
    const standing = await place(job, NONE, provider, bidOf(job, provider, 10n * ASY_UNIT));
    const bid = bidOf(job, rival, 90n * ASY_UNIT, { expiry: world.now + 10 });
    const signature = await rival.signBid(job, bid);
    const args = [job.terms, standing, bid, signature];
    await anyone.refused(world.market, "awardBid", args, "Market_NotRequester");
    await world.send(world.deployer, world.market, "setPause", [2]);
    await requester.refused(world.market, "awardBid", args, "Market_Paused");
    await world.send(world.deployer, world.market, "setPause", [0]);
    recordClaim(job, await requester.send(world.market, "awardBid", args));
    assert.deepEqual([(await provider.stakes()).locked, (await rival.stakes()).locked], [0n, BOND]);
    await rival.submit(job);
    const late = await posted({ lane: 1 });
    const old = bidOf(late, rival, MAX, { expiry: world.now });
    const signed = await rival.signBid(late, old);
    world.pass(1);
    await requester.refused(world.market, "awardBid", [late.terms, NONE, old, signed], "Market_TooLate");
  });

  test("a cancelled job frees the bond; anyone may cancel after claimBy, BID-08", async () => {
    const { world, requester, provider, anyone } = scene;
    const job = await posted();
    const standing = await place(job, NONE, provider, bidOf(job, provider, 10n * ASY_UNIT));
    await requester.refused(world.market, "cancel", [job.terms], "Market_StaleJob");
    await anyone.refused(world.market, "cancelBidding", [job.terms, standing], "Market_NotRequester");
    world.now = job.fields.claimBy + 1;
    await anyone.refused(world.market, "award", [job.terms, standing], "Market_TooLate");
    await anyone.send(world.market, "cancelBidding", [job.terms, standing]);
    assert.deepEqual([(await provider.stakes()).locked, await requester.balance()], [0n, DEPOSIT]);
    await anyone.refused(world.market, "cancelBidding", [job.terms, standing], "Market_StaleJob");
  });

  test("jobs with bids are not claimed, others take no bids, BID-09", async () => {
    const { world, requester, provider } = scene;
    const job = await posted();
    await provider.refused(world.market, "claim", [job.terms, provider.address], "Market_WrongRule", [1]);
    await provider.refused(world.market, "claimBatch", [[job.terms], provider.address], "Market_WrongRule", [1]);
    const plain = await requester.postNew({ lane: 1 });
    await refused(plain, NONE, provider, bidOf(plain, provider, MAX), "Market_WrongRule", [0]);
  });

  test("rules, weights and spare bits are checked when a job is posted, JOB-08", async () => {
    const { world, requester } = scene;
    const check = async (overrides: Parameters<typeof draftJob>[2], error: string) => {
      const job = draftJob(world, requester.address, { lane: 3, ...overrides });
      await requester.refused(world.market, "postJob", [job.terms, job.specWords], error);
    };
    await check({ rule: 3 }, "Market_MalformedRule");
    await check({ priceWeight: 1 }, "Market_MalformedRule");
    await check({ rule: 1 }, "Market_MalformedRule");
    await check({ rule: 2, reputationWeight: 1 }, "Market_MalformedRule");
    await check({ rule: 1, priceWeight: 1, rampLength: 5 }, "Market_MalformedRule");
    await check({ rule: 2, rampLength: 5 }, "Market_MalformedRule");
    await check({ rule: 2, rampStart: 5 }, "Market_TimeOutOfRange");
    await check({ rule: 1, priceWeight: 1, minPrice: MAX + 1n }, "Market_PriceOutOfRange");
    await check({ rule: 2, minPrice: 0n }, "Market_PriceOutOfRange");
    const spare = draftJob(world, requester.address);
    const words = spare.terms.with(5, 1n);
    await requester.refused(world.market, "postJob", [words, spare.specWords], "Market_MalformedRule", [1n]);
  });
});

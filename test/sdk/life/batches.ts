// Many jobs at once, jobs that are only signed, bids, and what a provider publishes of itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isAddressEqual } from "viem";
import {
  bidScore,
  type ClaimedJob,
  capabilityBits,
  isRevert,
  type PostedJob,
  priceOf,
  type SubmittedJob,
} from "../../../sdk/src/index.ts";
import { ASY, accountOf, sampleResult, sampleSpec } from "../harness.ts";
import { keeper, network, PRICE, provider, requester, rival } from "./world.ts";

const now = async () => Number((await network.publicClient.getBlock()).timestamp);

test("a batch: posted together, claimed without those that others took, settled with a tip, JOB-44, JOB-45, FEE-01", async () => {
  const job = { spec: sampleSpec(), price: 10n * ASY, policy: 1 };
  const [{ jobs }, single] = await Promise.all([
    requester.postBatch({ jobs: [job, job, job] }),
    requester.postJob(job),
  ]);
  assert.equal(new Set([...jobs, single].map(({ terms }) => terms.lane)).size, 4, "each in a lane of its own");
  assert.deepEqual((await keeper.getJob({ id: jobs[1]!.id })).terms, jobs[1]!.terms);
  await rival.claimJob({ terms: jobs[1]!.terms });
  const { claimed, skipped } = await provider.claimBatch({ jobs: jobs.map(({ terms }) => terms) });
  assert.deepEqual([claimed.map(({ id }) => id), skipped], [[jobs[0]!.id, jobs[2]!.id], [jobs[1]!.id]]);
  const delivered: SubmittedJob[] = [];
  for (const { id } of claimed) {
    const running = (await keeper.getJob({ id })) as ClaimedJob;
    await provider.submitResult({ ...running, ...sampleResult(running) });
    delivered.push((await keeper.getJob({ id })) as SubmittedJob);
  }
  await network.pass(jobs[0]!.terms.window + 1);
  const before = (await keeper.getBalance()).available;
  const { settled, tips } = await keeper.finalizeBatch({ jobs: delivered });
  assert.equal(settled.length, 2);
  const [tip] = tips;
  assert.ok(tip && tips.length === 1 && tip.amount > 0n);
  assert.equal((await keeper.getBalance()).available - before, tip.amount);
});

test("more jobs than one call confirms are listed, and none of those that are gone", async () => {
  const before = (await keeper.listJobs()).length;
  const job = { spec: sampleSpec(), price: ASY, policy: 1 };
  const { jobs } = await requester.postBatch({ jobs: Array.from({ length: 230 }, () => job) });
  await requester.cancelJob({ terms: jobs[105]!.terms });
  const listed = await keeper.listJobs({ status: ["open", "claimed", "submitted"] });
  assert.equal(listed.length, before + 229);
  assert.deepEqual(
    listed.slice(before).map(({ id }) => id),
    jobs.filter((_, index) => index !== 105).map(({ id }) => id),
  );
});

test("a batch whose prices together are above the balance is refused before anything is sent", async () => {
  const job = { spec: sampleSpec(), price: 600n * ASY, policy: 1 };
  await assert.rejects(requester.postBatch({ jobs: [job, job] }), /SDK-010.*found 1000000000000000000000, wanted 12/);
  await assert.rejects(requester.postBatch({ jobs: [] }), /SDK-001.*1 to 256/);
  await requester.postJob(job);
});

test("an order is signed without a transaction, claimed once, and can be taken back, ORD-01 to ORD-03", async () => {
  const make = () => requester.prepareTerms({ spec: sampleSpec(), price: PRICE, policy: 1 });
  const order = await make();
  const signature = await requester.signOrder(order);
  const { price } = await provider.claimOrder({ ...order, signature });
  assert.equal(price, PRICE);
  assert.equal((await keeper.getJob({ id: order.id })).status, "claimed");
  await assert.rejects(rival.claimOrder({ ...order, signature }), (error) => isRevert(error, "Market_LaneBusy"));
  const second = await make();
  const signed = await requester.signOrder(second);
  await requester.retireLane(second.terms);
  await assert.rejects(provider.claimOrder({ ...second, signature: signed }), /SDK-030/);
  const third = await make();
  const old = await requester.signOrder(third);
  await requester.revokeSignatures();
  await assert.rejects(provider.claimOrder({ ...third, signature: old }), (error) =>
    isRevert(error, "Market_BadSignature"),
  );
});

test("bids: the better score stands, is the twin's, and is awarded at its price, BID-03, BID-04", async () => {
  const until = (await now()) + 600;
  const price = { max: PRICE, until, weights: { price: 3, stake: 1 } };
  const { id, terms } = await requester.postJob({ spec: sampleSpec(), price, policy: 1 });
  const offer = async (client: typeof provider, amount: bigint) => {
    const who = accountOf(client);
    const bid = { provider: who, bidder: who, price: amount, expiry: terms.claimBy };
    return { bid, signature: await client.signBid({ job: id, bid }) };
  };
  const first = await keeper.placeBid({ terms, ...(await offer(provider, 90n * ASY)) });
  const { stake } = await provider.getStake();
  assert.equal(first.standing.score, bidScore(terms, { price: 90n * ASY, stake, reputation: 2_500 }));
  const worse = await offer(rival, 95n * ASY);
  await assert.rejects(keeper.placeBid({ terms, standing: first.standing, ...worse }), (error) =>
    isRevert(error, "Market_BidTooLow"),
  );
  await keeper.placeBid({ terms, standing: first.standing, ...(await offer(rival, 40n * ASY)) });
  const { standing } = (await keeper.getJob({ id })) as PostedJob;
  assert.ok(standing && isAddressEqual(standing.provider, accountOf(rival)));
  await network.pass(601);
  const awarded = await keeper.award({ terms, standing });
  assert.ok(isAddressEqual(awarded.provider, accountOf(rival)));
  assert.equal(awarded.price, priceOf(terms, awarded.run));
});

test("akash #124: where a job asks for a GPU, no bid stands of a provider that does not say it has one, JOB-18", async () => {
  const demands = { capabilities: capabilityBits(["cuda"]), memoryClass: 4 };
  const price = { max: PRICE, until: (await now()) + 600 };
  const { id, terms } = await requester.postJob({ spec: sampleSpec(), price, policy: 1, demands });
  const who = accountOf(provider);
  const bid = { provider: who, bidder: who, price: PRICE, expiry: terms.claimBy };
  const signature = await provider.signBid({ job: id, bid });
  await assert.rejects(keeper.placeBid({ terms, bid, signature }), (error) => isRevert(error, "Market_NotCapable"));
  const record = { provider: who, sequence: 1, pricePerHour: 0n, endpoint: "https://localhost", expiry: terms.claimBy };
  await provider.setRecord({ record: { ...record, ...demands } });
  await keeper.placeBid({ terms, bid, signature });
});

test("a provider's record: published, signed for others to bring, expired; jobs ask for it, REG-01 to REG-04", async () => {
  const who = accountOf(provider);
  const base = { provider: who, memoryClass: 3, pricePerHour: ASY, endpoint: "https://localhost" };
  const record = { ...base, sequence: 1, capabilities: capabilityBits(["training"]), expiry: (await now()) + 10_000 };
  assert.equal(await provider.getRecord(), undefined);
  await provider.setRecord({ record });
  const shown = await keeper.getRecord({ provider: who });
  assert.deepEqual(shown, { ...record, counted: { capabilities: 1n, memoryClass: 3 } });
  const newer = { ...record, sequence: 2, capabilities: capabilityBits(["training", "cuda"]) };
  const signature = await provider.signRecord({ record: newer });
  const altered = { record: { ...newer, memoryClass: 9 }, signature };
  await assert.rejects(keeper.setSignedRecord(altered), (error) => isRevert(error, "Registry_BadSignature"));
  await keeper.setSignedRecord({ record: newer, signature });
  await assert.rejects(keeper.setSignedRecord({ record: newer, signature }), (error) =>
    isRevert(error, "Registry_OldSequence"),
  );
  assert.equal((await keeper.getRecord({ provider: who }))?.capabilities, 9n);
});

test("ocean-node #693: why am I not eligible, by record, memory, stake, score and bidding, each with its remedy, JOB-18", async () => {
  const demands = {
    minStake: 3_000n * ASY,
    capabilities: capabilityBits(["training", "webgpu"]),
    memoryClass: 4,
    minReputation: 2_600,
  };
  const { id, terms } = await requester.postJob({ spec: sampleSpec(), price: PRICE, policy: 1, demands });
  const bare = await provider.explainEligibility({ id });
  assert.deepEqual([bare.by, bare.eligible, bare.reasons.length], ["claim", false, 4], bare.reasons.join("\n"));
  assert.match(bare.reasons.join("\n"), /3000\d+ of own stake, the provider has 2000\d+: stake 1000\d+ more/);
  assert.match(bare.reasons.join("\n"), /training, webgpu, which the provider lacks; it has published no record/);
  assert.match(bare.reasons.join("\n"), /16 GiB of device memory \(class 4\), the provider claims none/);
  assert.match(bare.reasons.join("\n"), /a score of 2600, the provider has 2500: accepted results raise it/);
  const endpoint = "https://localhost";
  const record = {
    provider: accountOf(provider),
    sequence: 1,
    pricePerHour: 0n,
    endpoint,
    expiry: (await now()) + 900,
  };
  await provider.setRecord({ record: { ...record, capabilities: 5n, memoryClass: 4 } });
  assert.equal((await provider.explainEligibility({ id })).reasons.length, 2, "as much as the record can mend");
  await network.pass(1_000);
  const expired = await provider.explainEligibility({ id });
  assert.match(expired.reasons.join("\n"), /its record 1 holds until \d{4}-.*publish a newer one/);
  await assert.rejects(provider.claimJob({ terms }), (error) => isRevert(error, "Market_NotCapable"));

  const bids = { max: PRICE, until: (await now()) + 60 };
  const auction = await requester.postJob({ spec: sampleSpec(), price: bids, policy: 1 });
  const can = await provider.explainEligibility({ id: auction.id });
  assert.deepEqual([can.by, can.eligible, can.reasons], ["bid", true, []]);
  await network.pass(61);
  const late = await provider.explainEligibility({ id: auction.id });
  assert.match(late.reasons.join(), /bidding ended at .*offer the requester a signed bid/);
});

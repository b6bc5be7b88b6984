import { type Address, concatHex, keccak256, toHex, zeroHash } from "viem";
import {
  type AssayClient,
  type ClaimedJob,
  dataRoot,
  type Game,
  type PostedJob,
  runHeadOf,
} from "../../sdk/src/index.ts";
import { ASY, type IndexedMarket } from "./harness.ts";
import { governance } from "./scene-governance.ts";
import { finalized, gameOf, spec, submitted } from "./scene-jobs.ts";
import { lostPools, stalled } from "./scene-losses.ts";
import { feeds, keysAndThaws } from "./scene-rare.ts";
import { addressOf, DAY, now, pass, send } from "./steps.ts";

/** What the deployer may set while it still administers the protocol. */
async function settings(market: IndexedMarket): Promise<void> {
  await send(market, 0, "JobMarketplace", "setMinWindow", 6);
  await send(market, 0, "JobMarketplace", "setFeeShares", 500, 1_000);
  await send(market, 0, "JobMarketplace", "setPause", 1);
  await send(market, 0, "JobMarketplace", "setPause", 0);
  await send(market, 0, "ReputationRegistry", "setTier", 1n, { capacity: 200n * ASY, score: 10 });
  await send(market, 0, "StakingManager", "setAuditFund", addressOf(market.people[3]!));
  await send(market, 0, "SlashingManager", "setDelay", BigInt(2 * DAY));
}

async function records(market: IndexedMarket): Promise<void> {
  const provider = addressOf(market.people[0]!);
  const machine = { capabilities: 5n, memoryClass: 4, expiry: (await now(market)) + DAY, pricePerHour: ASY };
  for (const sequence of [1, 2]) {
    const record = { provider, sequence, ...machine, endpoint: `https://node-${sequence}.example` };
    await send(market, 1, "ProviderRegistry", "setRecord", record);
  }
}

/** In, on, and out of pools; a cut; the delegators' part of a fee. */
async function delegation(market: IndexedMarket): Promise<void> {
  const [a, b, c] = market.people as [AssayClient, AssayClient, AssayClient];
  await a.setCut({ bps: 1_000 });
  await b.delegateStake({ provider: addressOf(a), amount: 900n * ASY });
  await c.delegateStake({ provider: addressOf(a), amount: 300n * ASY });
  await finalized(market, a, 50n * ASY);
  await a.collect({ provider: addressOf(a) });
  await b.claimFees({ provider: addressOf(a) });
  await b.undelegateStake({ provider: addressOf(a), shares: 100n * ASY });
  await b.undelegateStake({ provider: addressOf(a), shares: 50n * ASY });
  await pass(market, 3_700);
  await b.redelegateStake({ from: addressOf(a), to: addressOf(c), shares: 200n * ASY });
  await b.withdrawDelegation({ provider: addressOf(a) });
  await b.undelegateStake({ provider: addressOf(a), shares: 40n * ASY });
}

/** Orders, bids, rescues, lanes and signatures that are taken back, batches with members that do not count. */
async function prices(market: IndexedMarket): Promise<void> {
  const [a, b, c, requester] = market.people as [AssayClient, AssayClient, AssayClient, AssayClient];
  const order = await requester.prepareTerms({ spec: spec(), price: 30n * ASY, policy: 1 });
  await a.claimOrder({ ...order, signature: await requester.signOrder(order) });
  const auction = { max: 100n * ASY, until: (await now(market)) + 600, weights: { price: 3, stake: 1 } };
  const { id, terms } = await requester.postJob({ spec: spec(), price: auction, policy: 1 });
  const offer = async (client: AssayClient, price: bigint) => {
    const bid = { provider: addressOf(client), bidder: addressOf(client), price, expiry: terms.claimBy };
    return { terms, bid, signature: await client.signBid({ job: id, bid }) };
  };
  const { standing: first } = await c.placeBid(await offer(a, 90n * ASY));
  await c.placeBid({ ...(await offer(b, 40n * ASY)), standing: first });
  const { standing } = (await c.getJob({ id })) as PostedJob;
  await pass(market, 601);
  await c.award({ terms, standing: standing! });
  await pass(market, terms.runTime + 1);
  const late = (await c.getJob({ id })) as ClaimedJob;
  await c.rescueJob({ ...late, provider: addressOf(c) });
  const open = await requester.postJob({ spec: spec(), price: ASY, policy: 1 });
  const gone = await requester.postJob({ spec: spec(), price: ASY, policy: 1 });
  await requester.cancelJob({ terms: gone.terms });
  await a.claimBatch({ jobs: [open.terms, gone.terms] });
  await requester.retireLane({ ...gone.terms, generation: gone.terms.generation + 5 });
  await requester.revokeSignatures();
}

/** A demand that nobody answers, and one that somebody does, of a tensor with a single tile. */
async function demands(market: IndexedMarket): Promise<void> {
  const requester = market.people[3]!;
  const tile = toHex(7n, { size: 256 });
  const roots = [keccak256(concatHex(["0x0001", tile]))];
  const job = await requester.preparePostJob({ spec: spec({ dataRoot: dataRoot(roots) }), price: ASY, policy: 1 });
  const asked = { job, initial: false, roots, tensor: 0, index: 0, fee: ASY };
  await requester.demandData(asked);
  await pass(market, 2 * DAY);
  await requester.reclaimDemand({ demander: addressOf(requester) });
  await requester.demandData(asked);
  const [provider] = market.people as [AssayClient];
  await provider.answerDemand({ demander: addressOf(requester), dtype: 1, data: tile, proof: [] });
}

/** A silent provider; and one that answers, in one game and to two at once, whose challengers then fall silent. */
async function disputes(market: IndexedMarket): Promise<void> {
  const [a, b, c] = market.people as [AssayClient, AssayClient, AssayClient];
  for (const client of [b, c]) await client.depositBond({ amount: 5n * ASY });
  const wrong = await submitted(market, a, 10n * ASY);
  const { commitment, bond } = await b.challengeResult({ job: wrong, last: true });
  const game = await gameOf(b, commitment, bond);
  await pass(market, 2 * 3_600);
  await b.timeoutGame({ game });
  await b.rejectJob(wrong);
  await b.reclaimBond({ game, job: wrong });
  await b.withdrawBond({ amount: ASY });

  for (const challengers of [[b], [b, c]]) {
    const job = await submitted(market, a, 10n * ASY);
    const games: { by: AssayClient; bond: bigint }[] = [];
    for (const by of challengers) games.push({ by, bond: (await by.challengeResult({ job, last: true })).bond });
    const states = Array.from({ length: 40 }, (_, i) => (i === 39 ? job.finalState : keccak256(toHex(i))));
    const opened = await gameOf(games[0]!.by, job.commitment, games[0]!.bond);
    await a.playMove({ functionName: "revealSteps", args: [opened, runHeadOf(job), zeroHash, [], states] });
    await pass(market, 3 * 3_600);
    for (const { by, bond: stake } of games) {
      const found = await gameOf(by, job.commitment, stake);
      const answered = challengers.length === 1 ? await answeredGameOf(market, found) : found;
      await by.timeoutGame({ game: answered });
      await pass(market, 10);
    }
    await pass(market, 3 * 3_600);
    await a.finalizeJob(job);
    const [last] = games as [(typeof games)[0]];
    const found = await gameOf(last.by, job.commitment, last.bond);
    const swept = challengers.length === 1 ? await answeredGameOf(market, found) : found;
    await a.sweepBond({ game: swept, job });
  }
}

/** The game after the provider has answered in it, by the log. */
async function answeredGameOf({ people }: IndexedMarket, game: Game): Promise<Game> {
  const { commitment } = game;
  const answers = await people[0]!.getEvents({
    contract: "RefereedDispute",
    eventName: "Revealed",
    args: { commitment },
  });
  const { clock, expect } = answers.at(-1)!.args;
  return { ...game, clock, place: game.place | 1n, expect: BigInt(expect) === 0n ? game.expect : expect };
}

/** One case that is executed after an appeal, one that is vetoed, one that lapses. */
async function cases(market: IndexedMarket): Promise<void> {
  const [a, b, c] = market.people.map(addressOf) as [Address, Address, Address];
  const evidence = keccak256(toHex("evidence"));
  await send(market, 0, "SlashingManager", "openCase", 3, a, b, 300n * ASY, evidence);
  await send(market, 0, "SlashingManager", "openCase", 4, b, c, 100n * ASY, evidence);
  await send(market, 0, "SlashingManager", "openCase", 5, c, a, 50n * ASY, evidence);
  await send(market, 1, "SlashingManager", "appeal", 1n, evidence);
  await send(market, 0, "SlashingManager", "refuseAppeal", 1n);
  await send(market, 4, "SlashingManager", "executeCase", 1n);
  await send(market, 0, "SlashingManager", "veto", 2n);
  await pass(market, 17 * DAY);
  await send(market, 4, "SlashingManager", "lapse", 3n);
  await send(market, 4, "StakingManager", "claimCredit", b);
  await send(market, 4, "StakingManager", "burnForfeited");
  await send(market, 4, "StakingManager", "payAuditFund");
}

/** Everything that happens rarely, in an order in which it can: see the functions. The hand-over comes last. */
export const STEPS: readonly ((market: IndexedMarket) => Promise<void>)[] = [
  settings,
  records,
  delegation,
  prices,
  demands,
  disputes,
  cases,
  stalled,
  lostPools,
  keysAndThaws,
  feeds,
  governance,
];

/** Does everything that happens rarely once, so that every handler has something to do. */
export async function playAll(market: IndexedMarket): Promise<void> {
  for (const step of STEPS) await step(market);
}

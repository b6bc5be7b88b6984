// Bids, signed orders, batches, rescues, and the prices, shares and tips that governance and feeds move.
import { type Hex, hashTypedData, zeroAddress } from "viem";
import { type Bid, bidTypedData, orderTypedData } from "../../../sdk/src/eip712/market.ts";
import { expireArgs, type Job, marketDomain } from "../../support/actor.ts";
import { actor, type Maker, play, someJob } from "./choose.ts";
import { draft } from "./drafts.ts";
import type { GhostJob, Standing } from "./ghost.ts";
import { CAST, type Play, type Stage } from "./stage.ts";

export const OFFERS: readonly (readonly [weight: number, make: Maker])[] = [
  [10, placeBid],
  [5, award],
  [2, awardBid],
  [2, cancelBidding],
  [6, claimOrder],
  [5, rescue],
  [2, postBatch],
  [2, claimBatch],
  [1, revokeSignatures],
  [1, retireLane],
  [1, setFeeShares],
  [2, setPrice],
];

const NOBODY: Standing = { provider: zeroAddress, bidder: zeroAddress, quote: 0n, score: 0n };

function bidding({ ghost, random }: Stage): GhostJob | undefined {
  const jobs = [...ghost.jobs.values()].filter(({ job, phase }) => job.fields.rule === 1 && phase === "open");
  return jobs.length > 0 ? random.pick(jobs) : undefined;
}

/** What stands, mostly: sometimes somebody does not know of it. */
function standingOf({ random }: Stage, { standing }: GhostJob): Standing {
  return random.chance(95) ? (standing ?? NOBODY) : NOBODY;
}

/** A bid that its bidder has signed, now and then one that it has not. */
function signedBid(stage: Stage, job: Job): [bid: Bid, signature: Hex] {
  const { random, people, ghost } = stage;
  const provider = people[random.pick(CAST.providers)]!;
  const bidder = random.chance(70) ? provider : people[random.pick(CAST.operators)]!;
  const { minPrice, maxPrice, claimBy } = job.fields;
  const price = minPrice + random.amount(maxPrice - minPrice);
  const bid: Bid = { provider, bidder, price, expiry: claimBy + random.below(10) - 1 };
  return [bid, signed(stage, bidTypedData(marketDomain(stage.world), job.id, bid, ghost.epochs.get(bidder) ?? 0n))];
}

const FORGED: Hex = `0x${"ab".repeat(32)}`;

/** INV-21: nobody's offer is used without its signature. */
const unlessForged = (made: Play, signature: Hex): Play => ({ ...made, forbidden: signature === FORGED });

/** The crowd's accounts are contracts: they sign a digest by naming it (contracts/mocks/Puppet.sol). */
function signed({ random }: Stage, data: ReturnType<typeof bidTypedData> | ReturnType<typeof orderTypedData>): Hex {
  return random.chance(95) ? hashTypedData(data as Parameters<typeof hashTypedData>[0]) : FORGED;
}

function placeBid(stage: Stage): Play | undefined {
  const one = bidding(stage);
  if (!one) return undefined;
  const [bid, signature] = signedBid(stage, one.job);
  const args = [one.job.terms, standingOf(stage, one), bid, signature];
  return unlessForged(play("placeBid", CAST.keeper, stage.world.market, "placeBid", args), signature);
}

function award(stage: Stage): Play | undefined {
  const one = bidding(stage);
  if (!one) return undefined;
  const requester = stage.people.indexOf(one.job.fields.requester);
  return play("award", actor(stage, requester), stage.world.market, "award", [one.job.terms, standingOf(stage, one)]);
}

function awardBid(stage: Stage): Play | undefined {
  const one = bidding(stage);
  if (!one) return undefined;
  const requester = stage.people.indexOf(one.job.fields.requester);
  const [bid, signature] = signedBid(stage, one.job);
  const args = [one.job.terms, standingOf(stage, one), bid, signature];
  return unlessForged(play("awardBid", actor(stage, requester), stage.world.market, "awardBid", args), signature);
}

function cancelBidding(stage: Stage): Play | undefined {
  const one = bidding(stage);
  if (!one) return undefined;
  const who = actor(stage, stage.people.indexOf(one.job.fields.requester));
  return play("cancelBidding", who, stage.world.market, "cancelBidding", [one.job.terms, standingOf(stage, one)]);
}

function claimOrder(stage: Stage): Play {
  const { world, random, people, ghost } = stage;
  const job = draft(stage, random.pick(CAST.requesters));
  const epoch = ghost.epochs.get(job.fields.requester) ?? 0n;
  const signature = signed(stage, orderTypedData(marketDomain(world), job.fields, epoch));
  const provider = random.pick(CAST.providers);
  const who = actor(stage, provider, provider, ...CAST.operators);
  const args = [job.terms, job.specWords, people[provider], signature];
  return unlessForged(play("claimOrder", who, world.market, "claimOrder", args), signature);
}

function rescue(stage: Stage): Play | undefined {
  const { world, ghost, random, people } = stage;
  const late = [...ghost.jobs.values()].filter(({ job, phase }) => {
    return phase === "claimed" && world.now > job.claimedAt + job.fields.runTime;
  });
  const one = late.length > 0 ? random.pick(late) : someJob(stage, "claimed");
  if (!one) return undefined;
  const provider = random.pick(CAST.providers);
  const who = actor(stage, provider, provider, ...CAST.operators);
  return play("rescue", who, world.market, "rescue", [...expireArgs(one.job), people[provider]]);
}

function postBatch(stage: Stage): Play {
  const who = stage.random.pick(CAST.requesters);
  const items = Array.from({ length: stage.random.below(4) }, () => draft(stage, who));
  const args = [items.map(({ terms, specWords }) => ({ terms, spec: specWords }))];
  return play("postBatch", who, stage.world.market, "postBatch", args);
}

function claimBatch(stage: Stage): Play {
  const jobs = Array.from({ length: stage.random.below(5) }, () => someJob(stage, "open"));
  const timed = jobs.filter((one) => one !== undefined && (one.job.fields.rule ?? 0) === 0);
  const who = stage.random.pick(CAST.providers);
  const args = [timed.map((one) => one!.job.terms), stage.people[who]];
  return play("claimBatch", who, stage.world.market, "claimBatch", args);
}

function revokeSignatures(stage: Stage): Play {
  const who = stage.random.below(stage.people.length);
  return play("revokeSignatures", who, stage.world.market, "revokeSignatures", []);
}

function retireLane(stage: Stage): Play {
  const { random, world } = stage;
  const args = [BigInt(random.below(12)), BigInt((world.now % 2 ** 31) + random.below(50))];
  return play("retireLane", random.pick(CAST.requesters), world.market, "retireLane", args);
}

function setFeeShares(stage: Stage): Play {
  const share = () => stage.random.pick([0, 500, 5_000, 10_000]);
  return play("setFeeShares", CAST.admin, stage.world.market, "setFeeShares", [share(), share()]);
}

/** What a token is worth from now on, half a dollar to two. */
function setPrice(stage: Stage): Play {
  const { random, world, feed } = stage;
  const answer = 50_000_000n + random.amount(150_000_000n);
  const args = [BigInt(world.now), answer, BigInt(world.now), BigInt(world.now)];
  return play("setPrice", CAST.keeper, feed, "updateRoundData", args);
}

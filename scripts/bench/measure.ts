import { zeroAddress } from "viem";
import { Actor, ASY_UNIT, draftJob, type Job, recordClaim, settleArgs } from "../../test/support/actor.ts";
import { MANNER, registerMock, setTerms, tell, VERDICT } from "../../test/support/scene.ts";
import { createWorld, type Receipt, type World } from "../../test/support/world.ts";
import { voteGas } from "./measure-vote.ts";
import type { Trace } from "./where.ts";

const NO_BID = { provider: zeroAddress, bidder: zeroAddress, quote: 0n, score: 0n };
const DAY = 86_400;

/**
 * Gas by step; `total` is post + claim + submit + finalize. Claims and submissions come from an operator key, as nodes send
 * them; `claimByOwner` and `totalByOwner` are the same from the provider's own. Batches tip who settles them.
 */
export type GasReport = Record<
  | "post"
  | "claim"
  | "claimOnRamp"
  | "submit"
  | "finalize"
  | "total"
  | "claimByOwner"
  | "totalByOwner"
  | "orderClaim"
  | "bidAward"
  | "finalizeBatch32PerJob"
  | "finalizeBatch128PerJob"
  | "totalBatch32"
  | "orderTotalBatch32"
  | "postFirstUseOfLane"
  | "cancel"
  | "expire"
  | "collect"
  | "deposit"
  | "withdrawBalance"
  | "stake"
  | "requestThaw"
  | "withdraw"
  | "slash"
  | "delegate"
  | "undelegate"
  | "withdrawDelegation"
  | "vote",
  number
>;

interface Stage {
  world: World;
  requester: Actor;
  provider: Actor;
  operator: Actor;
  anyone: Actor;
  trace: Trace;
  /** next generation, by lane */
  generations: Map<number, number>;
}

/**
 * Measures every step on a chain of its own. The build in use must be the production one.
 * @param trace sees the transactions of the main steps
 */
export async function measureGas(trace: Trace = async () => {}): Promise<GasReport> {
  const stage = await setUp(trace);
  try {
    const job = await jobGas(stage);
    const byOwner = await fullJob(stage, 0, stage.provider);
    const [batch32, batch128] = [await batchGas(stage, 32), await batchGas(stage, 128)];
    const { orderClaim, bidAward } = await signedGas(stage);
    return {
      ...job,
      total: sum(job),
      claimByOwner: byOwner.claim,
      totalByOwner: sum(byOwner),
      orderClaim,
      bidAward,
      finalizeBatch32PerJob: batch32,
      finalizeBatch128PerJob: batch128,
      totalBatch32: job.post + job.claim + job.submit + batch32,
      orderTotalBatch32: orderClaim + job.submit + batch32,
      ...(await sideGas(stage)),
      ...(await moneyGas(stage)),
      slash: await slashGas(stage),
      ...(await delegationGas(stage)),
      vote: await voteGas(trace),
    };
  } finally {
    await stage.world.close();
  }
}

async function setUp(trace: Trace): Promise<Stage> {
  const world = await createWorld((config) => {
    config.market.tipBps = 1_000;
  });
  const requester = await new Actor(world, 1).funded(1_000_000n * ASY_UNIT);
  const provider = await new Actor(world, 2).funded(1_000_000n * ASY_UNIT);
  const anyone = new Actor(world, 3);
  const operator = new Actor(world, 4);
  await requester.deposit(500_000n * ASY_UNIT);
  await provider.stake(100_000n * ASY_UNIT);
  await provider.send(world.staking, "setOperator", [operator.address, true]);
  const stage = { world, requester, provider, operator, anyone, trace, generations: new Map() };
  // Every slot that a later step touches is used once, and left non-zero.
  await fullJob(stage, 0);
  await anyone.send(world.market, "collect", [world.asy.address, provider.address]);
  await fullJob(stage, 0);
  return stage;
}

async function jobGas(stage: Stage) {
  const fixed = await fullJob(stage, 0, stage.operator, stage.trace);
  const { world, requester, provider, operator } = stage;
  const ramp = await post(stage, 0, { minPrice: 10n * ASY_UNIT, rampStart: world.now, rampLength: 3_600 });
  world.pass(600);
  const claimOnRamp = gasOf(await operator.claim(ramp.job, provider.address));
  await operator.submit(ramp.job);
  await settle(stage, ramp.job);
  const first = await post(stage, 999);
  await requester.cancel(first.job);
  return { ...fixed, claimOnRamp, postFirstUseOfLane: first.gas };
}

/** Who settles has been tipped before, and every lane has been used. */
async function batchGas(stage: Stage, size: number): Promise<number> {
  const jobs: Job[] = [];
  for (let lane = 0; lane < size; lane++) await stage.requester.cancel((await post(stage, lane)).job);
  await settleBatch(stage, [await submitted(stage, 0)]);
  for (let lane = 0; lane < size; lane++) {
    jobs.push(await submitted(stage, lane));
  }
  return Math.round((await settleBatch(stage, jobs)) / size);
}

async function submitted(stage: Stage, lane: number): Promise<Job> {
  const { job } = await post(stage, lane);
  await stage.operator.claim(job, stage.provider.address);
  await stage.operator.submit(job);
  return job;
}

async function settleBatch({ world, anyone }: Stage, jobs: readonly Job[]): Promise<number> {
  world.pass(DAY);
  const items = jobs.map((job) => {
    const [terms, run, commitment] = settleArgs(job);
    return { terms, run, commitment };
  });
  return gasOf(await anyone.send(world.market, "finalizeBatch", [items]));
}

/** A job that its requester only signed, and one that is awarded to a signed bid. */
async function signedGas(stage: Stage) {
  const { world, requester, provider, operator } = stage;
  const order = draft(stage, 0, {});
  const signature = await requester.signOrder(order);
  const args = [order.terms, order.specWords, provider.address, signature];
  const claimed = await operator.send(world.market, "claimOrder", args);
  await stage.trace("orderClaim", world, claimed);
  recordClaim(order, claimed);
  await operator.submit(order);
  await settle(stage, order);
  const bidding = { rule: 1, priceWeight: 1, minPrice: 1n, rampStart: world.now + 600 };
  const { job } = await post(stage, 0, bidding);
  const expiry = job.fields.claimBy;
  const bid = { provider: provider.address, bidder: operator.address, price: 60n * ASY_UNIT, expiry };
  const awarded = await requester.send(world.market, "awardBid", [
    job.terms,
    NO_BID,
    bid,
    await operator.signBid(job, bid),
  ]);
  recordClaim(job, awarded);
  await operator.submit(job);
  await settle(stage, job);
  return { orderClaim: gasOf(claimed), bidAward: gasOf(awarded) };
}

async function sideGas(stage: Stage) {
  const { world, requester, provider, operator, anyone } = stage;
  const open = await post(stage, 1);
  const cancel = gasOf(await requester.cancel(open.job));
  const expiring = [await post(stage, 1), await post(stage, 2)];
  for (const { job } of expiring) await operator.claim(job, provider.address);
  world.pass(DAY);
  await anyone.expire(expiring[0]!.job);
  return { cancel, expire: gasOf(await anyone.expire(expiring[1]!.job)) };
}

async function moneyGas({ world, requester, provider, anyone }: Stage) {
  const stake = gasOf(await provider.stake(ASY_UNIT));
  const requestThaw = gasOf(await provider.send(world.staking, "requestThaw", [ASY_UNIT]));
  world.pass(DAY);
  return {
    stake,
    requestThaw,
    withdraw: gasOf(await anyone.send(world.staking, "withdraw", [provider.address])),
    deposit: gasOf(await requester.deposit(ASY_UNIT)),
    withdrawBalance: gasOf(
      await requester.send(world.market, "withdraw", [world.asy.address, requester.address, ASY_UNIT]),
    ),
    collect: gasOf(await anyone.send(world.market, "collect", [world.asy.address, provider.address])),
  };
}

/** A rejected result, the dearest slash: a strategy is asked that reads one slot, as a referee does; the finder was paid before. */
async function slashGas(stage: Stage): Promise<number> {
  const { world, provider, operator, anyone } = stage;
  const strategy = await registerMock(world, 2);
  await setTerms(world, strategy, { finder: anyone.address });
  const jobs: Job[] = [];
  for (const lane of [3, 4]) {
    const { job } = await post(stage, lane, { policy: 5 });
    await operator.claim(job, provider.address);
    await operator.submit(job);
    jobs.push(job);
  }
  await tell(world, strategy, MANNER.answer, VERDICT.rejected);
  await anyone.reject(jobs[0]!);
  const rejected = await anyone.reject(jobs[1]!);
  await stage.trace("slash", world, rejected);
  return gasOf(rejected);
}

/**
 * Delegations of somebody who has delegated and left before, to a provider that earned meanwhile: the pool's fees are split
 * first, and an exit finds the slots of the one that was paid.
 */
async function delegationGas(stage: Stage) {
  const { world, requester, provider, anyone } = stage;
  const delegate = () => requester.send(world.pools, "delegateStake", [provider.address, ASY_UNIT]);
  const undelegate = () => requester.send(world.pools, "undelegateStake", [provider.address, ASY_UNIT / 2n]);
  await delegate();
  await fullJob(stage, 0);
  await delegate();
  await undelegate();
  const args = [provider.address, requester.address];
  world.pass(DAY);
  await anyone.send(world.pools, "withdrawDelegation", args);
  await fullJob(stage, 0);
  const [joined, left] = [await delegate(), await undelegate()];
  await stage.trace("delegate", world, joined);
  await stage.trace("undelegate", world, left);
  const gas = { delegate: gasOf(joined), undelegate: gasOf(left) };
  world.pass(DAY);
  return { ...gas, withdrawDelegation: gasOf(await anyone.send(world.pools, "withdrawDelegation", args)) };
}

/** @param trace sees the four transactions, of the job whose figures are reported and of no other */
async function fullJob(stage: Stage, lane: number, claimer = stage.operator, trace: Trace = async () => {}) {
  const { job, gas, posted } = await post(stage, lane);
  const claimed = await claimer.claim(job, stage.provider.address);
  stage.world.pass(60);
  const submitted = await claimer.submit(job);
  const settled = await settle(stage, job);
  const receipts = { post: posted, claim: claimed, submit: submitted, finalize: settled };
  for (const [step, receipt] of Object.entries(receipts)) await trace(step, stage.world, receipt);
  return { post: gas, claim: gasOf(claimed), submit: gasOf(submitted), finalize: gasOf(settled) };
}

function sum({ post, claim, submit, finalize }: Record<"post" | "claim" | "submit" | "finalize", number>): number {
  return post + claim + submit + finalize;
}

function settle({ world, anyone }: Stage, job: Job): Promise<Receipt> {
  world.pass(DAY);
  return anyone.finalize(job);
}

function draft(stage: Stage, lane: number, overrides: Parameters<typeof draftJob>[2]): Job {
  const generation = stage.generations.get(lane) ?? 1;
  stage.generations.set(lane, generation + 1);
  return draftJob(stage.world, stage.requester.address, { lane, generation, ...overrides });
}

async function post(stage: Stage, lane: number, overrides: Parameters<typeof draftJob>[2] = {}) {
  const job = draft(stage, lane, overrides);
  const posted = await stage.requester.post(job);
  return { job, gas: gasOf(posted), posted };
}

function gasOf({ gasUsed }: Receipt): number {
  return Number(gasUsed);
}

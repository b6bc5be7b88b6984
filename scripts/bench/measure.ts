import { Actor, ASY_UNIT, draftJob, type Job, settleArgs } from "../../test/support/actor.ts";
import { MANNER, registerMock, setTerms, tell, VERDICT } from "../../test/support/scene.ts";
import { createWorld, type Receipt, type World } from "../../test/support/world.ts";

const BATCH = 32;
const DAY = 86_400;

/**
 * Gas by step; `total` is post + claim + submit + finalize. Claims and submissions come from an operator key, as nodes send
 * them; `claimByOwner` and `totalByOwner` are the same from the provider's own.
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
  | "finalizeBatch32PerJob"
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
  | "withdrawDelegation",
  number
>;

interface Stage {
  world: World;
  requester: Actor;
  provider: Actor;
  operator: Actor;
  anyone: Actor;
  /** next generation, by lane */
  generations: Map<number, number>;
}

/** Measures every step on a chain of its own. The build in use must be the production one. */
export async function measureGas(): Promise<GasReport> {
  const stage = await setUp();
  try {
    const job = await jobGas(stage);
    const byOwner = await fullJob(stage, 0, stage.provider);
    return {
      ...job,
      total: sum(job),
      claimByOwner: byOwner.claim,
      totalByOwner: sum(byOwner),
      finalizeBatch32PerJob: await batchGas(stage),
      ...(await sideGas(stage)),
      ...(await moneyGas(stage)),
      slash: await slashGas(stage),
      ...(await delegationGas(stage)),
    };
  } finally {
    await stage.world.close();
  }
}

async function setUp(): Promise<Stage> {
  const world = await createWorld();
  const requester = await new Actor(world, 1).funded(1_000_000n * ASY_UNIT);
  const provider = await new Actor(world, 2).funded(1_000_000n * ASY_UNIT);
  const anyone = new Actor(world, 3);
  const operator = new Actor(world, 4);
  await requester.deposit(500_000n * ASY_UNIT);
  await provider.stake(100_000n * ASY_UNIT);
  await provider.send(world.staking, "setOperator", [operator.address, true]);
  const stage = { world, requester, provider, operator, anyone, generations: new Map() };
  // Every slot that a later step touches is used once, and left non-zero.
  await fullJob(stage, 0);
  await anyone.send(world.market, "collect", [world.asy.address, provider.address]);
  await fullJob(stage, 0);
  return stage;
}

async function jobGas(stage: Stage) {
  const fixed = await fullJob(stage, 0);
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

async function batchGas(stage: Stage): Promise<number> {
  const jobs: Job[] = [];
  for (let lane = 0; lane < BATCH; lane++) {
    const { job } = await post(stage, lane);
    await stage.operator.claim(job, stage.provider.address);
    await stage.operator.submit(job);
    jobs.push(job);
  }
  stage.world.pass(DAY);
  const items = jobs.map((job) => {
    const [terms, run, commitment] = settleArgs(job);
    return { terms, run, commitment };
  });
  return Math.round(gasOf(await stage.anyone.send(stage.world.market, "finalizeBatch", [items])) / BATCH);
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

/** A rejected result: two strategies are asked, the finder has been paid before. */
async function slashGas({ world, requester, provider, operator, anyone, ...stage }: Stage): Promise<number> {
  const strategy = await registerMock(world, 2);
  await setTerms(world, strategy, { finder: anyone.address });
  const jobs: Job[] = [];
  for (const lane of [3, 4]) {
    const { job } = await post({ world, requester, provider, operator, anyone, ...stage }, lane, { policy: 5 });
    await operator.claim(job, provider.address);
    await operator.submit(job);
    jobs.push(job);
  }
  await tell(world, strategy, MANNER.answer, VERDICT.rejected);
  await anyone.reject(jobs[0]!);
  return gasOf(await anyone.reject(jobs[1]!));
}

/** Delegations of somebody who has delegated before, to a provider that earned meanwhile: the pool's fees are split first. */
async function delegationGas({ world, requester, provider, anyone, ...stage }: Stage) {
  const all = { world, requester, provider, anyone, ...stage };
  const delegate = () => requester.send(world.pools, "delegateStake", [provider.address, ASY_UNIT]);
  const undelegate = () => requester.send(world.pools, "undelegateStake", [provider.address, ASY_UNIT / 2n]);
  await delegate();
  await fullJob(all, 0);
  await delegate();
  await undelegate();
  await fullJob(all, 0);
  const gas = { delegate: gasOf(await delegate()), undelegate: gasOf(await undelegate()) };
  world.pass(DAY);
  const args = [provider.address, requester.address];
  return { ...gas, withdrawDelegation: gasOf(await anyone.send(world.pools, "withdrawDelegation", args)) };
}

async function fullJob(stage: Stage, lane: number, claimer = stage.operator) {
  const { job, gas } = await post(stage, lane);
  const claim = gasOf(await claimer.claim(job, stage.provider.address));
  stage.world.pass(60);
  const submit = gasOf(await claimer.submit(job));
  return { post: gas, claim, submit, finalize: await settle(stage, job) };
}

function sum({ post, claim, submit, finalize }: Record<"post" | "claim" | "submit" | "finalize", number>): number {
  return post + claim + submit + finalize;
}

async function settle({ world, anyone }: Stage, job: Job): Promise<number> {
  world.pass(DAY);
  return gasOf(await anyone.finalize(job));
}

async function post(stage: Stage, lane: number, overrides: Parameters<typeof draftJob>[2] = {}) {
  const generation = stage.generations.get(lane) ?? 1;
  stage.generations.set(lane, generation + 1);
  const job = draftJob(stage.world, stage.requester.address, { lane, generation, ...overrides });
  return { job, gas: gasOf(await stage.requester.post(job)) };
}

function gasOf({ gasUsed }: Receipt): number {
  return Number(gasUsed);
}

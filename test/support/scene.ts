import { type Address, zeroAddress } from "viem";
import { Actor, ASY_UNIT, type Job } from "./actor.ts";
import { createWorld, type Target, type World } from "./world.ts";

/** The people of most tests, funded and staked. */
export interface Scene {
  world: World;
  requester: Actor;
  provider: Actor;
  /** a hot key of `provider` */
  operator: Actor;
  anyone: Actor;
  treasury: Actor;
  /** back to the state in which the scene was made */
  reset(): Promise<void>;
}

export const DEPOSIT = 10_000n * ASY_UNIT;
export const STAKE = 1_000n * ASY_UNIT;

export async function createScene(): Promise<Scene> {
  const world = await createWorld((config) => {
    config.market.minWindow = 60;
  });
  const requester = await new Actor(world, 1).funded(100_000n * ASY_UNIT);
  const provider = await new Actor(world, 2).funded(100_000n * ASY_UNIT);
  const operator = new Actor(world, 3);
  const anyone = new Actor(world, 4);
  const treasury = new Actor(world, 5);
  await world.send(world.deployer, world.market, "setTreasury", [treasury.address]);
  await requester.deposit(DEPOSIT);
  await provider.stake(STAKE);
  await provider.send(world.staking, "setOperator", [operator.address, true]);
  return { world, requester, provider, operator, anyone, treasury, reset: await world.snapshot() };
}

/** Answers of IVerificationStrategy. */
export const VERDICT = { pending: 0, accepted: 1, rejected: 2 } as const;
/** How a MockStrategy behaves. */
export const MANNER = {
  answer: 0,
  revert: 1,
  burnGas: 2,
  returnNothing: 3,
  returnUnknownVerdict: 4,
  returnVeryMuch: 5,
} as const;

/** Registers a strategy that answers what it is told under this number. */
export async function registerMock(world: World, number: number): Promise<Target> {
  const strategy = await world.create("mocks/MockStrategy.sol");
  await world.send(world.deployer, world.hub, "registerStrategy", [number, strategy.address]);
  return strategy;
}

export function tell(world: World, strategy: Target, manner: number, verdict: number = 0, readyAt = 0) {
  return world.send(world.deployer, strategy, "set", [manner, verdict, readyAt]);
}

/** Whether a MockStrategy turns jobs away, and whom it names as the finder of a rejected result. */
export function setTerms(world: World, strategy: Target, { refuses = false, finder = zeroAddress as Address }) {
  return world.send(world.deployer, strategy, "setTerms", [refuses, finder]);
}

/** Last arguments that most tests do not care about: no reputation asked for, none earned. */
const DEFAULTS: Record<string, readonly unknown[]> = { lock: [0n, 0n], release: [false] };

/** A call that only the market (a forfeit: the slashing manager) may make, sent by itself. */
export async function asMarket(world: World, functionName: string, args: readonly unknown[]) {
  const { address } = functionName === "forfeit" ? world.slashing : world.market;
  await world.impersonate(address);
  return world.send(address, world.staking, functionName, [...args, ...(DEFAULTS[functionName] ?? [])]);
}

/** ISlashingManager.Reason */
export const REASON = {
  none: 0,
  late: 1,
  rejected: 2,
  dataWithheld: 3,
  falseCapability: 4,
  collusion: 5,
  rescued: 6,
} as const;

/** IStakingManager.Penalty, in the words of PenaltyWords. */
export function penalty(
  requester: Address,
  toRequester: bigint,
  burned: bigint,
  finder: Address = zeroAddress,
  toFinder = 0n,
  toAudit = 0n,
) {
  const share = (account: Address, amount: bigint) => (BigInt(account) << 96n) | amount;
  const rest = (BigInt(REASON.rejected) << 208n) | (toAudit << 96n) | burned;
  return { requester: share(requester, toRequester), finder: share(finder, toFinder), rest };
}

/** Takes a new job as far as `submitted`. */
export async function submittedJob(
  { requester, provider, world }: Scene,
  overrides: Parameters<Actor["postNew"]>[0] = {},
) {
  const job: Job = await requester.postNew(overrides);
  await provider.claim(job);
  world.pass(60);
  await provider.submit(job);
  return job;
}

/** Lets the job's window pass. */
export function passWindow(world: World, job: Job): void {
  const submittedAt = job.claimedAt + Number((job.run >> 32n) & ((1n << 24n) - 1n));
  world.now = Math.max(world.now, submittedAt + job.fields.window);
}

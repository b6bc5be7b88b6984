import { type Abi, type Address, encodeFunctionData, getAddress, type Hex, maxUint256 } from "viem";
import type { Job } from "../../support/actor.ts";
import { Random } from "../../support/random.ts";
import { registerMock, tell } from "../../support/scene.ts";
import { createWorld, type Target, type World } from "../../support/world.ts";
import { Ghost } from "./ghost.ts";

/** Who plays: contracts of one crowd, by their number in it. */
export const CAST = {
  admin: 0,
  requesters: [1, 2, 3],
  providers: [4, 5, 6],
  operators: [7, 8],
  delegators: [9, 10, 11],
  treasury: 12,
  keeper: 13,
} as const;
const PEOPLE = 14;
export const UNIT = 10n ** 6n;

/** A call that one of the crowd makes. */
export interface Play {
  name: string;
  who: number;
  to: Target;
  functionName: string;
  args: readonly unknown[];
  /** a power that this account does not have: the call must be refused */
  forbidden?: boolean;
}

export interface Stage {
  world: World;
  random: Random;
  ghost: Ghost;
  crowd: Target;
  census: Target;
  strategy: Target;
  /** what every token is worth in dollars */
  feed: Target;
  tokens: readonly Target[];
  people: readonly Address[];
  providers: readonly Address[];
  /** drafted jobs by id, whether they were posted or not */
  drafts: Map<Hex, Job>;
}

/** Deploys the protocol and the crowd, and gives everybody tokens, votes, allowances. */
export async function createStage(seed: number): Promise<Stage> {
  const world = await createWorld((config) => {
    config.market.minWindow = 60;
    for (const token of config.market.tokens) token.minBond = 1_000n;
  });
  const crowd = await world.create("mocks/Crowd.sol", [PEOPLE]);
  const people = (await world.read<readonly Address[]>(crowd, "puppets")).map((one) => getAddress(one));
  const other = await world.create("mocks/TestToken.sol");
  const { deployer, asy, market, staking, pools, reputation, authority } = world;
  await world.send(deployer, authority, "grantRole", [0n, people[CAST.admin], 0]);
  await world.send(deployer, authority, "grantRole", [1n, people[CAST.admin], 0]);
  await world.send(deployer, market, "setTreasury", [people[CAST.treasury]]);
  await world.send(deployer, staking, "setAuditFund", [people[CAST.treasury]]);
  await world.send(deployer, market, "configureToken", [other.address, true, 100, 0]);
  await world.send(deployer, pools, "addFeeToken", [other.address]);
  const strategy = await registerMock(world, 1);
  await tell(world, strategy, 0, 0);
  const feed = await world.create("mocks/TestAggregator.sol", [8, 100_000_000n]);
  for (const { address } of [asy, other]) {
    await world.send(deployer, world.feeds, "setFeed", [address, feed.address, 2 * 86_400, 10_000]);
  }
  const total = await world.read<bigint>(asy, "balanceOf", [deployer]);
  const share = total / BigInt(PEOPLE);
  for (const [index, one] of people.entries()) {
    const amount = index === 0 ? total - share * BigInt(PEOPLE - 1) : share;
    await world.send(deployer, asy, "transfer", [one, amount]);
    await world.send(deployer, other, "mint", [one, share]);
  }
  const census = await world.create(
    "mocks/Census.sol",
    [asy, market, staking, pools, reputation].map(({ address }) => address),
  );
  const supply = await world.read<bigint>(asy, "totalSupply");
  const thaw = await world.read<bigint>(staking, "thawPeriod");
  const ghost = new Ghost(supply, thaw);
  const stage: Stage = {
    world,
    random: new Random(seed),
    ghost,
    crowd,
    census,
    strategy,
    feed,
    tokens: [asy, other].map(({ address, abi }) => ({ address: getAddress(address), abi })),
    people,
    providers: CAST.providers.map((who) => people[who]!),
    drafts: new Map(),
  };
  await openBooks(stage);
  return stage;
}

/** Allowances, votes and a first stake for everybody. */
async function openBooks(stage: Stage): Promise<void> {
  const { world, tokens, people } = stage;
  const plays: Play[] = [];
  for (const who of people.keys()) {
    for (const to of tokens) {
      for (const { address } of [world.market, world.staking, world.pools]) {
        plays.push({ name: "approve", who, to, functionName: "approve", args: [address, maxUint256] });
      }
    }
    for (const to of [world.asy, world.staking]) {
      plays.push({ name: "delegate", who, to, functionName: "delegate", args: [people[who]] });
    }
  }
  for (const who of CAST.providers) {
    const args = [people[who], 50n * UNIT];
    plays.push({ name: "stake", who, to: world.staking, functionName: "stakeFor", args });
  }
  for (const who of CAST.requesters) {
    for (const token of tokens) {
      const args = [token.address, people[who], 50n * UNIT];
      plays.push({ name: "deposit", who, to: world.market, functionName: "deposit", args });
    }
  }
  for (let start = 0; start < plays.length; start += 60) await perform(stage, plays.slice(start, start + 60));
}

export interface Performance {
  /** the plays that were made, in order; the rest did not fit into the transaction */
  made: { play: Play; passed: boolean; reason: Hex }[];
}

/** Makes the calls in one transaction and tells the ghost what happened. */
export async function perform(stage: Stage, plays: readonly Play[]): Promise<Performance> {
  const { world, crowd, ghost } = stage;
  const calls = plays.map(({ who, to, functionName, args }) => ({
    who: BigInt(who),
    target: to.address,
    data: encodeFunctionData({ abi: to.abi as Abi, functionName, args: args as unknown[] }),
  }));
  const { events, timestamp } = await world.send(world.deployer, crowd, "play", [calls]);
  const report = events.find(({ name, address }) => name === "Played" && address === crowd.address)!.args;
  const { count, passed, reasons } = report as { count: bigint; passed: bigint; reasons: readonly Hex[] };
  for (const event of events) ghost.see(event, timestamp);
  return {
    made: plays.slice(0, Number(count)).map((play, index) => ({
      play,
      passed: ((passed >> BigInt(index)) & 1n) === 1n,
      reason: reasons[index]!,
    })),
  };
}

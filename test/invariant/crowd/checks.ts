import assert from "node:assert/strict";
import type { Address } from "viem";
import type { PoolInfo } from "../../support/delegators.ts";
import type { Stage } from "./stage.ts";

interface Money {
  held: bigint;
  balances: bigint;
  gross: bigint;
  fees: bigint;
  poolsBalance: bigint;
  poolsOwed: bigint;
}

interface Provider {
  stake: bigint;
  locked: bigint;
  free: bigint;
  capacity: bigint;
  backing: bigint;
  score: bigint;
  tier: bigint;
  thaws: readonly { amount: bigint; readyAt: bigint }[];
  pool: PoolInfo;
  shares: bigint;
  worth: bigint;
  exiting: bigint;
  exits: readonly { shares: bigint; readyAt: bigint }[];
}

interface Stakes {
  held: bigint;
  owed: bigint;
  own: bigint;
  thawing: bigint;
  credits: bigint;
  burnDue: bigint;
  auditDue: bigint;
}

interface Votes {
  supply: bigint;
  liquid: bigint;
  liquidVotes: bigint;
  staked: bigint;
  stakedVotes: bigint;
  poolsHeld: bigint;
  poolsTotal: bigint;
}

export interface Count {
  money: readonly Money[];
  stakes: Stakes;
  each: readonly Provider[];
  votes: Votes;
}

export async function countAll({ world, census, tokens, people, providers }: Stage): Promise<Count> {
  const args = [tokens.map(({ address }) => address), people, providers];
  type Answer = readonly [readonly Money[], Stakes, readonly Provider[], Votes];
  const [money, stakes, each, votes] = await world.read<Answer>(census, "count", args);
  return { money, stakes, each, votes };
}

/** Every invariant of README.md that can be seen in the state; the others are checked by the ghost, event by event. */
export function checkAll(stage: Stage, count: Count): void {
  for (const [index, { address }] of stage.tokens.entries()) checkMoney(stage, count, address, count.money[index]!);
  checkStakes(count);
  for (const [index, provider] of stage.providers.entries()) checkProvider(stage, provider, count.each[index]!);
  checkVotes(stage, count);
}

function checkMoney({ ghost }: Stage, _: Count, token: Address, money: Money): void {
  const owed = money.balances + money.poolsBalance + money.gross + ghost.escrow(token);
  assert.equal(money.held, owed, `INV-01: what the market holds of ${token} is what it owes`);
  const earned = (ghost.earned.get(token) ?? 0n) - (ghost.collected.get(token) ?? 0n);
  assert.equal(money.gross, earned, `INV-16: earnings of ${token} are prices of finalized jobs, not yet collected`);
  assert.ok(money.fees * 5n <= money.gross, `INV-15: fees of ${money.fees} on ${money.gross}`);
  assert.ok(money.poolsOwed <= money.poolsBalance, `INV-17: pools owe ${money.poolsOwed}, have ${money.poolsBalance}`);
}

function checkStakes({ stakes, votes }: Count): void {
  const { own, thawing, credits, burnDue, auditDue } = stakes;
  assert.equal(stakes.held, stakes.owed, "INV-04: the staking manager holds what it owes");
  assert.equal(stakes.owed, own + thawing + credits + burnDue + auditDue, "INV-04: and owes nothing else");
  assert.equal(votes.poolsHeld, votes.poolsTotal, "INV-05: the pools hold their assets");
}

function checkProvider({ ghost }: Stage, provider: Address, one: Provider): void {
  const { pool, stake, locked } = one;
  assert.equal(one.shares, pool.shares, `INV-06: the shares of ${provider}'s pool are those of its delegators`);
  assert.ok(one.worth <= pool.assets, `INV-07: shares are worth ${one.worth} of ${pool.assets}`);
  assert.ok(locked <= stake + pool.assets, `INV-08: ${locked} locked, ${stake} + ${pool.assets} there`);
  assert.equal(locked, ghost.locked(provider), `INV-09: locked are bonds of running jobs and amounts of open cases`);
  assert.deepEqual(
    one.thaws.map(({ amount, readyAt }) => ({ amount, readyAt })),
    ghost.thaws.get(provider) ?? [],
    "INV-10: what thaws is ready when it was promised, in order",
  );
  for (const { shares, readyAt } of one.exits) {
    const asked = [...ghost.exits].some((key) => key.endsWith(` ${shares} ${readyAt}`));
    assert.ok(asked, `INV-10: an exit of ${shares} shares at ${readyAt} that nobody asked for`);
  }
  assert.equal(one.exiting, pool.exiting, "INV-13: what is on its way out of a pool is what its delegators asked for");
  assert.ok(one.exiting <= pool.shares, "INV-13: and no more than there is");
  assert.equal(one.free, stake > locked ? stake - locked : 0n, "INV-09: free is what is not locked");
  assert.ok(one.capacity <= 2n * stake, "INV-19: a pool backs bonds up to the own stake");
  assert.ok(one.backing <= pool.assets, "INV-19: and with no more than it has");
  assert.ok(one.score <= 10_000n && one.tier <= 3n, `INV-20: score ${one.score}, tier ${one.tier}`);
}

function checkVotes({ ghost }: Stage, { votes }: Count): void {
  assert.equal(votes.supply, ghost.supply - ghost.burned, "INV-03: the supply shrinks by what is burned, never grows");
  assert.equal(votes.liquidVotes, votes.liquid, "INV-02: liquid tokens vote once");
  assert.equal(votes.stakedVotes, votes.staked, "INV-02: staked tokens vote once");
  assert.ok(votes.liquidVotes + votes.stakedVotes <= ghost.supply, "INV-02: no more votes than there were ever tokens");
}

/** After everybody's votes were brought in line: liquid, staked and tokens at work together are the supply. */
export function checkSyncedVotes({ money, stakes, votes, each }: Count): void {
  const idle = stakes.credits + stakes.burnDue + stakes.auditDue + money[0]!.held;
  const inPools = votes.poolsTotal;
  const total = votes.liquidVotes + votes.stakedVotes + idle;
  // pools grow by what is rounded down on exits and slashes, which votes with nobody
  const dust = BigInt(each.length) * DUST;
  assert.ok(votes.stakedVotes <= stakes.own + stakes.thawing + inPools, "INV-02: staked votes are of staked tokens");
  assert.ok(total <= votes.supply, `INV-02: ${total} votes and idle tokens of a supply of ${votes.supply}`);
  assert.ok(votes.supply - total <= dust, `INV-02: ${votes.supply - total} tokens vote nowhere`);
}

/** Smallest units that may vote nowhere, per pool. */
const DUST = 10_000n;

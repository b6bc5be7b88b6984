import assert from "node:assert/strict";
import { expireArgs, settleArgs } from "../../support/actor.ts";
import { checkAll, countAll } from "./checks.ts";
import type { GhostJob } from "./ghost.ts";
import { CAST, type Play, perform, type Stage } from "./stage.ts";

/** Smallest units that rounding may leave behind. */
const DUST = 10_000n;
const PER_BLOCK = 90;
/** Longer than every clock of a job or a case, thaws included. */
const YEAR = 400 * 86_400;

/**
 * INV-23: when all clocks have run out everybody takes out everything, with nobody's help and while the market is paused.
 * @returns the calls that took
 */
export async function leave(stage: Stage): Promise<number> {
  const { world } = stage;
  let calls = await performAll(stage, [by(CAST.admin, world.market, "setPause", [3])]);
  world.pass(YEAR);
  calls += await endEverything(stage);
  calls += await performAll(stage, payouts(stage));
  calls += await performAll(stage, await exits(stage));
  world.pass(YEAR);
  calls += await performAll(stage, payouts(stage));
  calls += await performAll(stage, await balances(stage));
  const count = await countAll(stage);
  checkAll(stage, count);
  assert.equal(count.stakes.held, 0n, "INV-23: no stake is left behind");
  for (const { held, poolsBalance } of count.money) {
    assert.equal(held, poolsBalance, "INV-23: the market holds nothing but what pools rounded down");
    assert.ok(poolsBalance < DUST, `INV-23: and that is dust: ${poolsBalance}`);
  }
  assert.ok(count.votes.poolsHeld < DUST, `INV-23: pools keep dust only: ${count.votes.poolsHeld}`);
  return calls;
}

/** Ends every job and every case, as a keeper that nobody pays. */
async function endEverything(stage: Stage): Promise<number> {
  const { world, ghost } = stage;
  const running = () => [...ghost.jobs.values()].filter(({ phase }) => phase !== "ended");
  const jobs = running().flatMap((one) =>
    endings(one).map(([name, args]) => by(CAST.keeper, world.market, name, args)),
  );
  const cases = [...ghost.cases.keys()].map((id) => by(CAST.keeper, world.slashing, "lapse", [id]));
  const calls = await performAll(stage, [...jobs, ...cases]);
  assert.equal(running().length, 0, "INV-23: every job can be ended by anyone");
  const open = [...ghost.cases.values()].filter((one) => one.open);
  assert.equal(open.length, 0, "INV-23: and every case");
  return calls;
}

function endings({ job, phase, standing }: GhostJob): [string, readonly unknown[]][] {
  if (phase === "open" && standing) return [["cancelBidding", [job.terms, standing]]];
  if (phase === "open") return [["cancel", [job.terms]]];
  if (phase === "claimed") return [["expire", expireArgs(job)]];
  return ["finalize", "reject", "resolveStalled"].map((name) => [name, settleArgs(job)]);
}

/** Everything that anyone may have paid out to whom it belongs. */
function payouts({ world, people, providers, tokens }: Stage): Play[] {
  const { market, staking, pools } = world;
  const who = CAST.keeper;
  return [
    ...tokens.flatMap(({ address }) => providers.map((one) => by(who, market, "collect", [address, one]))),
    ...people.map((one) => by(who, staking, "withdraw", [one])),
    ...people.map((one) => by(who, staking, "claimCredit", [one])),
    ...providers.flatMap((at) => people.map((one) => by(who, pools, "withdrawDelegation", [at, one]))),
    ...tokens.flatMap(({ address }) =>
      providers.flatMap((at) => people.map((one) => by(who, pools, "claimFees", [at, address, one]))),
    ),
    by(who, staking, "burnForfeited", []),
    by(who, staking, "payAuditFund", []),
  ];
}

/** Everybody asks for all of its stake and shares. */
async function exits(stage: Stage): Promise<Play[]> {
  const { world, people, providers } = stage;
  const { each } = await countAll(stage);
  const plays = providers.flatMap((_, index) => {
    const { stake } = each[index]!;
    return stake > 0n ? [by(CAST.providers[index]!, world.staking, "requestThaw", [stake])] : [];
  });
  for (const provider of providers) {
    for (const [who, one] of people.entries()) {
      const held = await world.read<{ shares: bigint; exiting: bigint }>(world.pools, "delegationOf", [provider, one]);
      const rest = held.shares - held.exiting;
      if (rest > 0n) plays.push(by(who, world.pools, "undelegateStake", [provider, rest]));
    }
  }
  return plays;
}

async function balances({ world, people, tokens }: Stage): Promise<Play[]> {
  const plays: Play[] = [];
  for (const { address } of tokens) {
    for (const [who, one] of people.entries()) {
      const balance = await world.read<bigint>(world.market, "balanceOf", [address, one]);
      if (balance > 0n) plays.push(by(who, world.market, "withdraw", [address, one, balance]));
    }
  }
  return plays;
}

async function performAll(stage: Stage, plays: readonly Play[]): Promise<number> {
  for (let start = 0; start < plays.length; ) {
    const { made } = await perform(stage, plays.slice(start, start + PER_BLOCK));
    start += made.length;
  }
  return plays.length;
}

function by(who: number, to: Play["to"], functionName: string, args: readonly unknown[]): Play {
  return { name: functionName, who, to, functionName, args };
}

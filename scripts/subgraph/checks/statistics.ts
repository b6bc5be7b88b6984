import type { ChainView } from "../chain.ts";
import type { Check, Rows } from "../check.ts";
import { statisticsId } from "../rows.ts";
import { lostIn, REASONS } from "./stakes.ts";

/** A point of a time series: when, and what. */
interface Point extends Record<string, unknown> {
  timestamp: bigint;
}

const MICROSECONDS = 1_000_000n;
const INTERVALS = { hour: 3_600n, day: 86_400n } as const;

function tokenOf(terms: unknown): string {
  return `0x${((terms as bigint[])[1]! >> 96n).toString(16).padStart(40, "0")}`;
}

function posts(chain: ChainView): Point[] {
  return chain.of("JobMarketplace", "JobPosted").map(({ args, time }) => ({
    timestamp: time * MICROSECONDS,
    token: tokenOf(args.terms),
    maxPrice: (args.terms as bigint[])[0]! & ((1n << 96n) - 1n),
  }));
}

function ends(chain: ChainView): Point[] {
  const tokens = new Map(
    chain.of("JobMarketplace", "JobPosted").map((log) => [log.hex("id"), tokenOf(log.args.terms)]),
  );
  return chain.logs
    .filter(({ contract, name }) => contract === "JobMarketplace" && /^Job(Fin|Can|Exp|Rej|Unr)/.test(name))
    .map((log) => ({
      timestamp: log.time * MICROSECONDS,
      token: tokens.get(log.hex("id")),
      paid: log.args.price ?? 0n,
      fee: log.args.fee ?? 0n,
      finalized: log.name === "JobFinalized" ? 1 : 0,
      failed: /Expired|Rejected/.test(log.name) ? 1 : 0,
    }));
}

function prices(chain: ChainView): Point[] {
  return ends(chain)
    .filter(({ finalized, paid }) => finalized === 1 && paid !== 0n)
    .map(({ timestamp, token, paid }) => ({ timestamp, token, bucket: bucketOf(paid as bigint), price: paid }));
}

/** Number of the bucket of a price: eight to an octave. */
function bucketOf(price: bigint): number {
  const octave = price.toString(2).length - 1;
  const eighths = octave < 3 ? price << BigInt(3 - octave) : price >> BigInt(octave - 3);
  return 8 * octave + Number(eighths) - 8;
}

/** Own stake, delegated stake and what is locked, after every event that changes one of them. */
function stakes(chain: ChainView): Point[] {
  const bonds = new Map(
    chain.of("JobMarketplace", "JobPosted").map((log) => [log.hex("id"), (log.args.terms as bigint[])[2]! >> 160n]),
  );
  const totals = { stake: 0n, delegated: 0n, locked: 0n };
  const own = new Map<string, bigint>();
  const bids = new Set<string>();
  const held = new Map<string, bigint>();
  const points: Point[] = [];
  for (const log of chain.logs) {
    const bond = () => bonds.get(log.hex("id"))!;
    const stake = (amount: bigint) => {
      own.set(log.hex("provider"), (own.get(log.hex("provider")) ?? 0n) + amount);
      totals.stake += amount;
    };
    /** What a standing bid has locked is free again. */
    const freed = () => (bids.delete(log.hex("id")) ? bond() : 0n);
    const changes: Record<string, () => unknown> = {
      "JobMarketplace.BidPlaced": () => {
        totals.locked += bond() - freed();
        bids.add(log.hex("id"));
      },
      "JobMarketplace.JobClaimed": () => (totals.locked += bond() - freed()),
      "JobMarketplace.JobCancelled": () => (totals.locked -= freed()),
      "JobMarketplace.JobFinalized": () => (totals.locked -= bond()),
      "JobMarketplace.JobUnresolved": () => (totals.locked -= bond()),
      "StakingManager.Staked": () => stake(log.big("amount")),
      "StakingManager.ThawRequested": () => stake(-log.big("amount")),
      "StakingManager.BondForfeited": () => {
        const [lost, mine] = [lostIn(log), own.get(log.hex("provider")) ?? 0n];
        stake(lost > mine ? -mine : -lost);
        totals.locked -= log.big("bond");
      },
      "DelegationPools.StakeDelegated": () => (totals.delegated += log.big("amount")),
      "DelegationPools.DelegationWithdrawn": () => (totals.delegated -= log.big("amount")),
      "DelegationPools.PoolSlashed": () => (totals.delegated -= log.big("amount")),
      "DelegationPools.PoolReset": () => (totals.delegated -= log.big("burned")),
      "SlashingManager.CaseOpened": () => {
        held.set(String(log.args.id), log.big("amount"));
        totals.locked += log.big("amount");
      },
      "SlashingManager.CaseVetoed": () => (totals.locked -= held.get(String(log.args.id))!),
      "SlashingManager.CaseLapsed": () => (totals.locked -= held.get(String(log.args.id))!),
    };
    const change = changes[`${log.contract}.${log.name}`];
    if (!change) continue;
    const cancelled = log.name === "JobCancelled" && !bids.has(log.hex("id"));
    change();
    if (!cancelled) points.push({ timestamp: log.time * MICROSECONDS, ...totals, utilisation: utilisation(totals) });
  }
  return points;
}

function utilisation({ stake, delegated, locked }: Record<"stake" | "delegated" | "locked", bigint>): string {
  const whole = stake + delegated;
  return rounded(whole === 0n ? 0 : Number(locked) / Number(whole));
}

/** The index has 34 digits of a quotient, a double fewer: as many as both are sure of. */
export function rounded(value: unknown): string {
  return Number(value).toPrecision(12);
}

function slashes(chain: ChainView): Point[] {
  return chain.of("StakingManager", "BondForfeited").map((log) => ({
    timestamp: log.time * MICROSECONDS,
    reason: REASONS[Number(log.args.reason)],
    lost: lostIn(log),
    burned: log.args.burned,
  }));
}

/** The points of a series have no ids that a chain would know: they are told apart by their order. */
function series(points: (chain: ChainView) => Point[]): Check {
  return (chain) => new Map(points(chain).map((point, order) => [String(order), point]));
}

type Group = readonly Point[];
type Aggregate = (group: Group) => unknown;

const count: Aggregate = (group) => group.length;
const sum =
  (field: string): Aggregate =>
  (group) =>
    group.reduce((total, point) => total + BigInt(point[field] as bigint), 0n);
const largest =
  (field: string): Aggregate =>
  (group) =>
    group.map((point) => BigInt(point[field] as bigint)).reduce((a, b) => (a > b ? a : b));
const smallest =
  (field: string): Aggregate =>
  (group) =>
    group.map((point) => BigInt(point[field] as bigint)).reduce((a, b) => (a < b ? a : b));
const last =
  (field: string): Aggregate =>
  (group) =>
    group.at(-1)![field];

/** Hours and days that are over, of what happened in them. */
function aggregation(
  points: (chain: ChainView) => Point[],
  dimensions: readonly string[],
  aggregates: Readonly<Record<string, Aggregate>>,
): Check {
  return (chain) => {
    const rows: Rows = new Map();
    const all = points(chain);
    for (const [interval, seconds] of Object.entries(INTERVALS)) {
      const length = seconds * MICROSECONDS;
      const groups = Map.groupBy(all, (point) => {
        const timestamp = point.timestamp - (point.timestamp % length);
        return JSON.stringify([String(timestamp), ...dimensions.map((name) => String(point[name]))]);
      });
      for (const group of groups.values()) {
        const timestamp = group[0]!.timestamp - (group[0]!.timestamp % length);
        if (timestamp + length > chain.now * MICROSECONDS) continue;
        const fixed = Object.fromEntries(dimensions.map((name) => [name, group[0]![name]]));
        const made = Object.entries(aggregates).map(([name, of]) => [name, of(group)]);
        const row = { timestamp, ...fixed, ...Object.fromEntries(made) };
        rows.set(statisticsId(interval, row), row);
      }
    }
    return rows;
  };
}

const peak: Aggregate = (group) => rounded(Math.max(...group.map((point) => Number(point.utilisation))));

export const statisticsChecks: Readonly<Record<string, Check>> = {
  JobPost: series(posts),
  JobPostStats: aggregation(posts, ["token"], { posted: count, offered: sum("maxPrice") }),
  JobEnd: series(ends),
  JobStats: aggregation(ends, ["token"], {
    ended: count,
    finalized: sum("finalized"),
    failed: sum("failed"),
    volume: sum("paid"),
    fees: sum("fee"),
    highest: largest("paid"),
  }),
  JobPrice: series(prices),
  PriceStats: aggregation(prices, ["token", "bucket"], {
    jobs: count,
    sum: sum("price"),
    lowest: smallest("price"),
    highest: largest("price"),
  }),
  StakePoint: series(stakes),
  StakeStats: aggregation(stakes, [], {
    changes: count,
    stake: last("stake"),
    delegated: last("delegated"),
    locked: last("locked"),
    utilisation: last("utilisation"),
    peak,
  }),
  SlashPoint: series(slashes),
  SlashStats: aggregation(slashes, ["reason"], { slashes: count, lost: sum("lost"), burned: sum("burned") }),
};

/** What the market did in a period. Amounts in ASY's smallest unit, times in seconds. */
export interface MarketFigures {
  posted: number;
  claimed: number;
  submitted: number;
  /** Claims whose provider was late. */
  late: number;
  /** Jobs that nobody claimed in time. */
  unclaimed: number;
  /** Results that were challenged. */
  challenged: number;
  /** Results that were rejected. */
  rejected: number;
}

/** Present values of what may be proposed. */
export interface Parameters {
  minWindow: number;
  /** Smallest bond of a job paid in ASY. */
  minBond: bigint;
  feeBps: number;
}

/** A change that the figures speak for. */
export interface Advice {
  /** Names the file. */
  name: "longer-window" | "higher-bond" | "lower-bond";
  contract: "JobMarketplace";
  functionName: "setMinWindow" | "configureToken";
  before: string;
  after: string;
  value: bigint;
  reasons: string[];
}

const MAX_WINDOW = 2_592_000;
/** The largest bond that terms can hold. */
const MAX_BOND = 2n ** 96n - 1n;
const HIGH_DISPUTES = 0.05;
const HIGH_LATE = 0.1;
const LOW_LATE = 0.01;
const LOW_UTILISATION = 0.5;

/**
 * What the figures of a period speak for; nothing when there are fewer than `minJobs`. One step at a time: a quarter up, a
 * fifth down, inside the setters' bounds. Depends on nothing but its arguments.
 */
export function decideAdvice(figures: MarketFigures, now: Parameters, minJobs: number): Advice[] {
  const { utilisation, lateRate, disputeRate } = rates(figures);
  const advice: Advice[] = [];
  if (figures.submitted >= minJobs && disputeRate >= HIGH_DISPUTES) {
    const value = Math.min(MAX_WINDOW, now.minWindow + Math.max(1, Math.ceil(now.minWindow / 4)));
    const reason = `${percent(disputeRate)} of ${figures.submitted} results were challenged, ${figures.rejected} rejected: challengers need time`;
    if (value > now.minWindow) advice.push(windowAdvice(now.minWindow, value, reason));
  }
  if (figures.claimed >= minJobs && lateRate >= HIGH_LATE) {
    const value = least(MAX_BOND, now.minBond + now.minBond / 4n);
    const reason = `${percent(lateRate)} of ${figures.claimed} claims were late: the bond does not deter enough`;
    if (value > now.minBond) advice.push(bondAdvice("higher-bond", now.minBond, value, reason));
  } else if (figures.posted >= minJobs && utilisation < LOW_UTILISATION && lateRate <= LOW_LATE) {
    const value = now.minBond - now.minBond / 5n;
    const reason = `${percent(utilisation)} of ${figures.posted} jobs were claimed and ${percent(lateRate)} late: the bond may keep providers away`;
    if (value > 0n && value < now.minBond) advice.push(bondAdvice("lower-bond", now.minBond, value, reason));
  }
  return advice;
}

/** Shares of a period, 0 to 1; 0 where there was nothing. */
export function rates({ posted, claimed, submitted, late, challenged }: MarketFigures) {
  return {
    utilisation: share(claimed, posted),
    lateRate: share(late, claimed),
    disputeRate: share(challenged, submitted),
  };
}

function windowAdvice(before: number, after: number, reason: string): Advice {
  return {
    name: "longer-window",
    contract: "JobMarketplace",
    functionName: "setMinWindow",
    before: `${before} seconds`,
    after: `${after} seconds`,
    value: BigInt(after),
    reasons: [reason],
  };
}

function bondAdvice(name: "higher-bond" | "lower-bond", before: bigint, value: bigint, reason: string): Advice {
  return {
    name,
    contract: "JobMarketplace",
    functionName: "configureToken",
    before: `${before} (ASY's smallest unit)`,
    after: `${value} (ASY's smallest unit)`,
    value,
    reasons: [reason],
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, part / whole);
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

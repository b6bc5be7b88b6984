/** A provider's record of outcomes: good days and failures in 1/1024, as they stood on `day` (days since 1970). */
export interface ReputationRecord {
  good: bigint;
  bad: bigint;
  day: bigint;
}

const UNIT = 1_024n;
const MAX = 65_535n;
const ONE = 1n << 64n;
/** Half-lives in days, and 2^64 / 2^(1 / half-life) rounded down. */
const GOOD = { halfLife: 30n, daily: 18_025_419_856_780_639_094n };
const BAD = { halfLife: 180n, daily: 18_375_845_621_797_877_956n };

/** The record as it stands on `today`, rounded down as the contract does (REP-02). */
export function decayRecord(record: ReputationRecord, today: bigint): ReputationRecord {
  if (today <= record.day) return record;
  const elapsed = today - record.day;
  return { good: halve(record.good, elapsed, GOOD), bad: halve(record.bad, elapsed, BAD), day: today };
}

/** The record after an accepted result: counts once a day (REP-03). */
export function recordSuccess(record: ReputationRecord, today: bigint): ReputationRecord {
  if (today <= record.day) return record;
  const decayed = decayRecord(record, today);
  return { ...decayed, good: min(decayed.good + UNIT, MAX) };
}

/** The record after so many failures: they count always (REP-04). */
export function recordFailures(record: ReputationRecord, today: bigint, failures: bigint): ReputationRecord {
  const decayed = decayRecord(record, today);
  return { ...decayed, bad: min(decayed.bad + failures * UNIT, MAX) };
}

/** The score of a decayed record, from 0 to 10,000; 2,500 without a record (REP-01). */
export function scoreOf({ good, bad }: Pick<ReputationRecord, "good" | "bad">): bigint {
  return ((good + UNIT) * 10_000n) / (good + 4n * bad + 4n * UNIT);
}

function halve(value: bigint, elapsed: bigint, { halfLife, daily }: typeof GOOD): bigint {
  const halvings = elapsed / halfLife;
  if (halvings >= 16n) return 0n;
  let factor = ONE;
  let square = daily;
  for (let rest = elapsed % halfLife; rest !== 0n; rest >>= 1n) {
    if (rest & 1n) factor = (factor * square) >> 64n;
    square = (square * square) >> 64n;
  }
  return ((value * factor) >> 64n) >> halvings;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

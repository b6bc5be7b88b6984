import type { Address } from "viem";
import type { AnomalyConfig } from "../../config.ts";

/** One paid job. */
export interface Payment {
  provider: Address;
  token: Address;
  /** The token's smallest unit. */
  price: bigint;
}

/** What was seen in the period, and in the one before it. */
export interface AnomalyState {
  slashes: readonly { provider: Address /** ASY's smallest unit. */; amount: bigint }[];
  payments: readonly Payment[];
  earlier: readonly Payment[];
  /** Price feeds: age of the newest answer and how old it may be, in seconds; age null: the feed does not answer. */
  feeds: readonly { token: Address; age: number | null; heartbeat: number }[];
}

export const ANOMALY_KINDS = ["UNUSUAL_SLASHES", "PRICE_JUMP", "CONCENTRATION", "STALE_FEED"] as const;

export interface Anomaly {
  kind: (typeof ANOMALY_KINDS)[number];
  /** Whom or what it is about. */
  subject: string;
  text: string;
}

type Limits = Pick<AnomalyConfig, "slashAsy" | "priceJump" | "share" | "minJobs">;

/** What a person should look at. Depends on nothing but its arguments; each kind and subject at most once. */
export function findAnomalies(state: AnomalyState, limits: Limits): Anomaly[] {
  return [
    ...slashes(state.slashes, limits),
    ...jumps(state, limits),
    ...concentration(state.payments, limits),
    ...staleFeeds(state.feeds),
  ];
}

function slashes(found: AnomalyState["slashes"], { slashAsy }: Limits): Anomaly[] {
  const total = found.reduce((sum, { amount }) => sum + amount, 0n);
  if (total < slashAsy || total === 0n) return [];
  const providers = new Set(found.map(({ provider }) => provider)).size;
  const text = `${found.length} slashes of ${providers} providers took ${whole(total)} ASY (limit ${whole(slashAsy)})`;
  return [{ kind: "UNUSUAL_SLASHES", subject: "all", text }];
}

function jumps({ payments, earlier }: AnomalyState, { priceJump, minJobs }: Limits): Anomaly[] {
  return [...byToken(payments)].flatMap(([token, now]): Anomaly[] => {
    const before = byToken(earlier).get(token) ?? [];
    if (now.length < minJobs || before.length < minJobs) return [];
    const [is, was] = [median(now), median(before)];
    const factor = ratio(is, was);
    if (factor < priceJump && factor > 1 / priceJump) return [];
    const text = `the median price went from ${was} to ${is} of the token's smallest unit, by a factor of ${factor.toFixed(2)}`;
    return [{ kind: "PRICE_JUMP", subject: token, text }];
  });
}

function concentration(payments: readonly Payment[], { share, minJobs }: Limits): Anomaly[] {
  if (payments.length < minJobs) return [];
  const counts = new Map<Address, number>();
  for (const { provider } of payments) counts.set(provider, (counts.get(provider) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count / payments.length > share)
    .map(([provider, count]) => ({
      kind: "CONCENTRATION",
      subject: provider,
      text: `one provider was paid for ${count} of ${payments.length} jobs (limit ${(share * 100).toFixed(0)} %)`,
    }));
}

function staleFeeds(feeds: AnomalyState["feeds"]): Anomaly[] {
  return feeds
    .filter(({ age, heartbeat }) => age === null || age > heartbeat)
    .map(({ token, age, heartbeat }) => ({
      kind: "STALE_FEED",
      subject: token,
      text: `the price feed ${age === null ? "does not answer" : `is ${age} seconds old`} (limit ${heartbeat}): jobs in dollars cannot be claimed`,
    }));
}

function byToken(payments: readonly Payment[]): Map<Address, bigint[]> {
  const prices = new Map<Address, bigint[]>();
  for (const { token, price } of payments) prices.set(token, [...(prices.get(token) ?? []), price]);
  return prices;
}

function median(values: readonly bigint[]): bigint {
  return [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))[Math.floor(values.length / 2)]!;
}

function ratio(is: bigint, was: bigint): number {
  if (was === 0n) return is === 0n ? 1 : Number.POSITIVE_INFINITY;
  return Number((is * 1_000_000n) / was) / 1e6;
}

function whole(units: bigint): string {
  return String(units / 10n ** 18n);
}

import type { Address } from "viem";
import type { TopupConfig } from "../../config.ts";

export interface TopupState {
  /** Balances of the accounts that are kept up, wei. */
  balances: readonly { account: Address; balance: bigint }[];
  /** The funder's own balance, wei. */
  funds: bigint;
  /** What was sent in the last 24 hours, wei. */
  sentToday: bigint;
}

export interface Topup {
  account: Address;
  /** What it has, and what it is given; wei. */
  balance: bigint;
  amount: bigint;
}

/**
 * Which accounts to fill up to `high`, the emptiest first: those below `low`, while the day's limit and the funder's own
 * reserve leave enough for the whole of it. Depends on nothing but its arguments.
 */
export function decideTopups(
  { balances, funds, sentToday }: TopupState,
  { low, high, reserve, perDay }: Pick<TopupConfig, "low" | "high" | "reserve" | "perDay">,
): Topup[] {
  let left = min(perDay - sentToday, funds - reserve);
  const poor = balances.filter(({ balance }) => balance < low).sort((a, b) => (a.balance < b.balance ? -1 : 1));
  return poor.flatMap(({ account, balance }) => {
    const amount = high - balance;
    if (amount > left) return [];
    left -= amount;
    return [{ account, balance, amount }];
  });
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

import type { Address } from "viem";
import type { RewardsConfig } from "../../config.ts";

/** Money that waits for somebody's transaction. Amounts in the token's smallest unit. */
export type Waiting =
  /** Earnings of a provider in the market. */
  | { type: "collect"; token: Address; provider: Address; gross: bigint; fee: bigint }
  /** Fees of a delegation pool that are due to a delegator. */
  | { type: "claimFees"; token: Address; provider: Address; account: Address; amount: bigint }
  /** Forfeited bonds that are to be burned, or are due to the audit fund; nobody's gain. */
  | { type: "burnForfeited" | "payAuditFund"; amount: bigint };

export interface RewardsState {
  waiting: readonly Waiting[];
  /** wei */
  gasPrice: bigint;
  /** Wei for 10^18 smallest units of a token, by its address in lower case. */
  tokenValues: ReadonlyMap<string, bigint>;
}

/** What one of these calls costs, measured on the contracts and rounded up. */
const GAS = { collect: 160_000n, claimFees: 130_000n, burnForfeited: 70_000n, payAuditFund: 90_000n } as const;
const MILLION = 1_000_000n;
const UNIT = 10n ** 18n;

/**
 * What to settle: where a token's value is known, what is worth more than its gas by the margin; elsewhere what reaches the
 * least amount. Depends on nothing but its arguments.
 */
export function decideRewards(
  { waiting, gasPrice, tokenValues }: RewardsState,
  { minAmount, margin, chores }: Pick<RewardsConfig, "minAmount" | "margin" | "chores">,
): Waiting[] {
  return waiting.filter((each) => {
    if (!("token" in each)) return chores && each.amount > 0n && each.amount >= minAmount;
    const gain = each.type === "collect" ? each.gross - each.fee : each.amount;
    const value = tokenValues.get(each.token.toLowerCase());
    if (value === undefined) return gain > 0n && gain >= minAmount;
    const wanted = (GAS[each.type] * gasPrice * BigInt(Math.ceil((1 + margin) * 1e6))) / MILLION;
    return gain > 0n && (gain * value) / UNIT >= wanted;
  });
}

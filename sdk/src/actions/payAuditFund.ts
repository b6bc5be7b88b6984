import type { AssayContext } from "../context.ts";
import { stakingCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that pays the audit fund its share of slashes so far. */
export function preparePayAuditFund(context: AssayContext): PreparedCall {
  return stakingCall(context, "payAuditFund", []);
}

/** Pays the audit fund its share of slashes so far. Anyone may. @returns the amount, smallest unit of ASY */
export const payAuditFund = sendingAction<void, { amount: bigint }>(preparePayAuditFund, (context, receipt) => {
  const { amount } = outcomeOf(context, receipt, "StakingManager", "AuditFundPaid").args;
  return { amount };
});

import type { AssayContext } from "../context.ts";
import { disputeCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface WithdrawBondArgs {
  /** ASY, smallest unit */
  amount: bigint;
}

/** The call that pays out the sender's credit at the referee. @throws AssayError SDK-007 */
export function prepareWithdrawBond(context: AssayContext, { amount }: WithdrawBondArgs): PreparedCall {
  return disputeCall(context, "withdraw", [amount]);
}

/** Pays out the sender's credit at the referee. @throws AssayError SDK-007, SDK-030 (`Dispute_InsufficientCredit`) */
export const withdrawBond = sendingAction(prepareWithdrawBond);

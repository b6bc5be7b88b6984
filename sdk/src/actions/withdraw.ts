import type { Address } from "viem";
import { type AssayContext, accountOr } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface WithdrawArgs {
  /** ASY when left out */
  token?: Address;
  /** smallest unit */
  amount: bigint;
  /** The wallet's account when left out */
  to?: Address;
}

/** The call that pays out of the sender's in-market balance. */
export function prepareWithdraw(context: AssayContext, { token, amount, to }: WithdrawArgs): PreparedCall {
  const asset = token ?? context.deployment.contracts.AssayToken.address;
  return marketCall(context, "withdraw", [asset, accountOr(context, to), amount]);
}

/**
 * Pays out of the wallet's in-market balance. Never paused.
 * @throws AssayError SDK-030 (`Market_InsufficientBalance` when there is less)
 */
export const withdraw = sendingAction(prepareWithdraw);

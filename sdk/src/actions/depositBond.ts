import type { Address } from "viem";
import { type AssayContext, accountOr } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { provideAllowance } from "../internal/allowance.ts";
import { disputeCall } from "../internal/call.ts";
import { type PreparedCall, type Sent, sendCall } from "../internal/send.ts";

export interface DepositBondArgs {
  /** ASY, smallest unit */
  amount: bigint;
  /** Whose credit grows; the wallet's account when left out. */
  account?: Address | undefined;
}

/** The call that moves ASY, which the referee is already allowed to take, into a challenger's credit. */
export function prepareDepositBond(context: AssayContext, { amount, account }: DepositBondArgs): PreparedCall {
  return disputeCall(context, "deposit", [accountOr(context, account), amount]);
}

/**
 * Moves ASY into a challenger's credit, from which bonds are taken. Approves first where needed.
 * @throws AssayError SDK-007, SDK-012, SDK-030
 */
export async function depositBond(context: AssayContext, args: DepositBondArgs): Promise<Sent> {
  const spender = requireContract(context.deployment, "RefereedDispute").address;
  const token = context.deployment.contracts.AssayToken.address;
  await provideAllowance(context, { token, spender, amount: args.amount, method: "approve" });
  return sendCall(context, prepareDepositBond(context, args));
}

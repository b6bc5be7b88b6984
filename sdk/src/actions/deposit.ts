import type { Address } from "viem";
import { isAddressEqual } from "viem";
import { type AssayContext, requireWallet } from "../context.ts";
import type { SignedPermit } from "../eip712/permit.ts";
import { AssayError } from "../errors.ts";
import { type AllowanceMethod, provideAllowance } from "../internal/allowance.ts";
import { marketCall } from "../internal/call.ts";
import { type PreparedCall, type Sent, sendCall } from "../internal/send.ts";

export interface DepositArgs {
  /** ASY when left out */
  token?: Address | undefined;
  /** smallest unit */
  amount: bigint;
  /** Whose in-market balance grows; the sender's own when left out (then `prepareDeposit` needs it too). */
  account?: Address | undefined;
}

/** The call that deposits tokens the market is already allowed to take. */
export function prepareDeposit(context: AssayContext, args: DepositArgs & { account: Address }): PreparedCall {
  const token = args.token ?? context.deployment.contracts.AssayToken.address;
  return marketCall(context, "deposit", [token, args.account, args.amount]);
}

/** The call that deposits to the sender's own balance with a permit it has signed. */
export function prepareDepositWithPermit(
  context: AssayContext,
  args: { token?: Address; amount: bigint; permit: SignedPermit },
): PreparedCall {
  const token = args.token ?? context.deployment.contracts.AssayToken.address;
  const { deadline, v, r, s } = args.permit;
  return marketCall(context, "depositWithPermit", [token, args.amount, deadline, v, r, s]);
}

/**
 * Moves tokens into the market, from where jobs are paid. Signs a permit where the token has one, else approves first.
 * @param args.method forces one way; a permit can pay into the sender's own balance only
 * @throws AssayError SDK-006, SDK-012, SDK-014, SDK-030
 */
export async function deposit(context: AssayContext, args: DepositArgs & { method?: AllowanceMethod }): Promise<Sent> {
  const sender = requireWallet(context).account.address;
  const token = args.token ?? context.deployment.contracts.AssayToken.address;
  const account = args.account ?? sender;
  const own = isAddressEqual(account, sender);
  if (!own && args.method === "permit") {
    throw new AssayError("SDK-006", {
      message: "a deposit with a permit pays into the sender's own balance",
      found: account,
      wanted: sender,
      hint: 'Leave out account, or use method: "approve"',
    });
  }
  const permit = await provideAllowance(context, {
    token,
    spender: context.deployment.contracts.JobMarketplace.address,
    amount: args.amount,
    method: own ? (args.method ?? "auto") : "approve",
  });
  const call = permit
    ? prepareDepositWithPermit(context, { token, amount: args.amount, permit })
    : prepareDeposit(context, { token, amount: args.amount, account });
  return sendCall(context, call);
}

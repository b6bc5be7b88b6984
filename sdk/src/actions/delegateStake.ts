import type { Address } from "viem";
import type { AssayContext } from "../context.ts";
import { provideAllowance } from "../internal/allowance.ts";
import { poolsCall } from "../internal/call.ts";
import { type PreparedCall, type Sent, sendCall } from "../internal/send.ts";

export interface DelegateStakeArgs {
  provider: Address;
  /** ASY, smallest unit */
  amount: bigint;
}

/** The call that puts ASY behind a provider which the pools are already allowed to take. */
export function prepareDelegateStake(context: AssayContext, { provider, amount }: DelegateStakeArgs): PreparedCall {
  return poolsCall(context, "delegateStake", [provider, amount]);
}

/**
 * Puts the wallet's ASY behind a provider: it earns a part of its fees and is lost only after the provider's own stake.
 * Approves first where that is needed.
 * @throws AssayError SDK-012, SDK-030 (`Delegation_...`)
 */
export async function delegateStake(context: AssayContext, args: DelegateStakeArgs): Promise<Sent> {
  const { AssayToken, DelegationPools } = context.deployment.contracts;
  const need = { token: AssayToken.address, spender: DelegationPools.address, amount: args.amount };
  await provideAllowance(context, { ...need, method: "approve" });
  return sendCall(context, prepareDelegateStake(context, args));
}

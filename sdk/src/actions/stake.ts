import { type Address, isAddressEqual } from "viem";
import { type AssayContext, requireWallet } from "../context.ts";
import type { SignedPermit } from "../eip712/permit.ts";
import { AssayError } from "../errors.ts";
import { type AllowanceMethod, provideAllowance } from "../internal/allowance.ts";
import { stakingCall } from "../internal/call.ts";
import { type PreparedCall, type Sent, sendCall } from "../internal/send.ts";

/** The call that adds to a provider's stake with ASY the staking manager is already allowed to take. */
export function prepareStake(context: AssayContext, args: { provider: Address; amount: bigint }): PreparedCall {
  return stakingCall(context, "stakeFor", [args.provider, args.amount]);
}

/** The call that adds to the sender's own stake with a permit it has signed. */
export function prepareStakeWithPermit(
  context: AssayContext,
  { amount, permit }: { amount: bigint; permit: SignedPermit },
): PreparedCall {
  return stakingCall(context, "stakeWithPermit", [amount, permit.deadline, permit.v, permit.r, permit.s]);
}

/**
 * Stakes ASY behind a provider's results. Signs a permit for the own stake, approves first for somebody else's.
 * @param args.amount ASY, smallest unit
 * @param args.provider whose stake grows; the sender's own when left out. Only the provider can take it out again
 * @throws AssayError SDK-006, SDK-012, SDK-030
 */
export async function stake(
  context: AssayContext,
  args: { amount: bigint; provider?: Address; method?: AllowanceMethod },
): Promise<Sent> {
  const { amount, method } = args;
  const sender = requireWallet(context).account.address;
  const provider = args.provider ?? sender;
  const own = isAddressEqual(provider, sender);
  if (!own && method === "permit") {
    throw new AssayError("SDK-006", {
      message: "a permit stakes for the sender only",
      found: provider,
      wanted: sender,
      hint: 'Leave out provider, or use method: "approve"',
    });
  }
  const { AssayToken, StakingManager } = context.deployment.contracts;
  const permit = await provideAllowance(context, {
    token: AssayToken.address,
    spender: StakingManager.address,
    amount,
    method: own ? (method ?? "auto") : "approve",
  });
  const call = permit
    ? prepareStakeWithPermit(context, { amount, permit })
    : prepareStake(context, { provider, amount });
  return sendCall(context, call);
}

import type { Address } from "viem";
import { erc20Abi } from "../abis.ts";
import { prepareApprove } from "../actions/approve.ts";
import { type ChainContext, requireWallet } from "../context.ts";
import { type SignedPermit, signPermit } from "../eip712/permit.ts";
import { AssayError } from "../errors.ts";
import { read } from "./read.ts";
import { sendCall } from "./send.ts";

/** How the contract is allowed to take the tokens: `auto` signs a permit where the token has one, else approves. */
export type AllowanceMethod = "auto" | "permit" | "approve";

export interface AllowanceNeed {
  token: Address;
  spender: Address;
  /** smallest unit */
  amount: bigint;
  method: AllowanceMethod;
}

/**
 * Sees to it that `spender` may take `amount` from the wallet's account: an allowance that is there already, a signed
 * permit, or an approval that is sent and mined.
 * @returns the permit to bring along, or undefined when the allowance stands
 * @throws AssayError SDK-012 when the account holds too few tokens, SDK-014 when a permit is wanted and there is none
 */
export async function provideAllowance(context: ChainContext, need: AllowanceNeed): Promise<SignedPermit | undefined> {
  const { token, spender, amount, method } = need;
  const owner = requireWallet(context).account.address;
  const erc20 = { abi: erc20Abi, address: token } as const;
  const [balance, allowance] = await Promise.all([
    read(context, { ...erc20, functionName: "balanceOf", args: [owner] }),
    read(context, { ...erc20, functionName: "allowance", args: [owner, spender] }),
  ]);
  if (balance < amount) {
    throw new AssayError("SDK-012", {
      message: `${owner} holds too few of token ${token}`,
      found: `${balance}`,
      wanted: `${amount}`,
      hint: `Get ${amount - balance} more, or use a smaller amount`,
    });
  }
  if (allowance >= amount && method !== "permit") return undefined;
  if (method !== "approve") {
    try {
      return await signPermit(context, { token, spender, value: amount });
    } catch (error) {
      if (method === "permit" || !(error instanceof AssayError) || error.code !== "SDK-014") throw error;
    }
  }
  await sendCall(context, prepareApprove(context, { token, spender, amount }));
  return undefined;
}

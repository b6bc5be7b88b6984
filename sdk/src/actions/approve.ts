import { type Address, encodeFunctionData } from "viem";
import { erc20Abi } from "../abis.ts";
import type { ChainContext } from "../context.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface ApproveArgs {
  token: Address;
  spender: Address;
  /** smallest unit */
  amount: bigint;
}

/** The call that lets `spender` take `amount` of the sender's tokens. */
export function prepareApprove(_context: ChainContext, { token, spender, amount }: ApproveArgs): PreparedCall {
  const data = encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [spender, amount] });
  return { label: "ERC20.approve", to: token, data, value: 0n };
}

/**
 * Approves an ERC-20 allowance. `deposit` and `stake` do this by themselves.
 * @throws AssayError
 */
export const approve = sendingAction(prepareApprove);

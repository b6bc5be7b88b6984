import { type Address, encodeFunctionData } from "viem";
import { assayTokenAbi } from "../abis.ts";
import type { AssayContext } from "../context.ts";
import { stakingCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface DelegateVotesArgs {
  /** Who casts the votes; the holder's own address makes them its own. */
  to: Address;
  /** Of tokens in the wallet, or of staked and delegated ones. */
  of: "liquid" | "staked";
}

/** The call that lets an account cast the sender's votes. */
export function prepareDelegateVotes(context: AssayContext, { to, of }: DelegateVotesArgs): PreparedCall {
  if (of === "staked") return stakingCall(context, "delegate", [to]);
  const data = encodeFunctionData({ abi: assayTokenAbi, functionName: "delegate", args: [to] });
  return { label: "AssayToken.delegate", to: context.deployment.contracts.AssayToken.address, data, value: 0n };
}

/**
 * Chooses who casts the votes of the wallet's tokens, from the next proposal's snapshot on. Moves no token.
 * @throws AssayError
 */
export const delegateVotes = sendingAction(prepareDelegateVotes);

import type { Address } from "viem";
import type { AssayContext } from "../context.ts";
import { stakingCall, tokenCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface DelegateVotesArgs {
  /** Who casts the votes; the holder's own address makes them its own. */
  to: Address;
  /** Of tokens in the wallet, or of staked and delegated ones. */
  of: "liquid" | "staked";
}

/** The call that lets an account cast the sender's votes. */
export function prepareDelegateVotes(context: AssayContext, { to, of }: DelegateVotesArgs): PreparedCall {
  return of === "staked" ? stakingCall(context, "delegate", [to]) : tokenCall(context, "delegate", [to]);
}

/**
 * Chooses who casts the votes of the wallet's tokens, from the next proposal's snapshot on. Moves no token.
 * @throws AssayError
 */
export const delegateVotes = sendingAction(prepareDelegateVotes);

import type { AssayContext } from "../context.ts";
import type { SignedDelegation } from "../eip712/delegation.ts";
import { stakingCall, tokenCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that carries out somebody's signed choice of who casts its votes. */
export function prepareDelegateVotesBySignature(context: AssayContext, signed: SignedDelegation): PreparedCall {
  const { to, of, nonce, expiry, v, r, s } = signed;
  const args = [to, nonce, expiry, v, r, s] as const;
  return of === "staked" ? stakingCall(context, "delegateBySig", args) : tokenCall(context, "delegateBySig", args);
}

/**
 * Carries out a choice that `signDelegation` made, at the sender's cost.
 * @throws AssayError SDK-030 (`VotesExpiredSignature`, `InvalidAccountNonce` when it was used)
 */
export const delegateVotesBySignature = sendingAction(prepareDelegateVotesBySignature);

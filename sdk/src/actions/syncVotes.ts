import type { Address } from "viem";
import type { AssayContext } from "../context.ts";
import { poolsCall, stakingCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface SyncVotesArgs {
  provider: Address;
  /** A delegator of the provider; the provider's own stake when left out. */
  delegator?: Address;
}

/** The call that takes votes off that were lost with slashed stake. Anyone may send it. */
export function prepareSyncVotes(context: AssayContext, { provider, delegator }: SyncVotesArgs): PreparedCall {
  return delegator === undefined
    ? stakingCall(context, "syncVotes", [provider])
    : poolsCall(context, "syncVotes", [provider, delegator]);
}

/**
 * Takes votes off that a provider, or a delegator of it, lost with slashed stake. Anyone may do it.
 * @throws AssayError
 */
export const syncVotes = sendingAction(prepareSyncVotes);

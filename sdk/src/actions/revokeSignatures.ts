import type { AssayContext } from "../context.ts";
import { marketCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that takes back all orders and bids of the sender. */
export function prepareRevokeSignatures(context: AssayContext): PreparedCall {
  return marketCall(context, "revokeSignatures", []);
}

/** The call that takes back the orders for one lane, up to a generation. */
export function prepareRetireLane(context: AssayContext, args: { lane: number; generation: number }): PreparedCall {
  return marketCall(context, "retireLane", [BigInt(args.lane), BigInt(args.generation)]);
}

/** Takes back everything the wallet's account has signed so far. @returns the epoch of what it signs from now on */
export const revokeSignatures = sendingAction<void, { epoch: bigint }>(prepareRevokeSignatures, (context, receipt) => ({
  epoch: outcomeOf(context, receipt, "JobMarketplace", "SignaturesRevoked").args.epoch,
}));

/** Takes back the orders that the wallet's account signed for one lane, up to a generation. */
export const retireLane = sendingAction(prepareRetireLane, () => ({}));

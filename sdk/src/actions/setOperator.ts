import type { Address } from "viem";
import type { AssayContext } from "../context.ts";
import { stakingCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface SetOperatorArgs {
  operator: Address;
  allowed: boolean;
}

/** The call that allows or forbids a hot key to claim and submit in the sender's name. */
export function prepareSetOperator(context: AssayContext, { operator, allowed }: SetOperatorArgs): PreparedCall {
  return stakingCall(context, "setOperator", [operator, allowed]);
}

/**
 * Allows or forbids a hot key to claim and submit in the wallet's name. It can never move stake, but a stolen one can lose
 * bonds, up to the exposure (`setExposure`). Allowing one sets an exposure of zero to 20 %.
 * @throws AssayError SDK-030
 */
export const setOperator = sendingAction(prepareSetOperator);

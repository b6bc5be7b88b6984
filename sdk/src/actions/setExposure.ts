import type { AssayContext } from "../context.ts";
import { stakingCall } from "../internal/call.ts";
import { outcomeOf } from "../internal/outcome.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface SetExposureArgs {
  /** Share of the stake in 1/10,000, from 0 (operators claim nothing that has a bond) to 10,000 (no limit). */
  bps: number;
}

/** The call that says how much of the sender's stake its operators may keep locked. */
export function prepareSetExposure(context: AssayContext, { bps }: SetExposureArgs): PreparedCall {
  return stakingCall(context, "setExposure", [bps]);
}

/**
 * Says how much of the wallet's stake its operators may keep locked in bonds, and so lose at most. Each forfeited bond takes
 * its share off; claims of the wallet itself are not limited.
 * @returns provider and the exposure in 1/10,000
 * @throws AssayError SDK-030 (`Staking_ExposureOutOfRange`)
 */
export const setExposure = sendingAction(prepareSetExposure, (context, receipt) => {
  const { provider, bps } = outcomeOf(context, receipt, "StakingManager", "ExposureSet").args;
  return { provider, exposureBps: Number(bps) };
});

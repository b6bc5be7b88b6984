import type { Game } from "../codec/game.ts";
import type { AssayContext } from "../context.ts";
import { disputeCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface TimeoutGameArgs {
  game: Game;
}

/** The call that ends a game whose waiting side has used up its clock. @throws AssayError SDK-007 */
export function prepareTimeoutGame(context: AssayContext, { game }: TimeoutGameArgs): PreparedCall {
  return disputeCall(context, "timeout", [game]);
}

/**
 * Ends a game whose waiting side has used up its clock: a silent provider loses its result, a silent challenger its bond.
 * Anyone may.
 * @throws AssayError SDK-007, SDK-030 (`Dispute_ClockRunning`, `Dispute_StaleGame`)
 */
export const timeoutGame = sendingAction(prepareTimeoutGame);

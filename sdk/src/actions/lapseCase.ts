import type { AssayContext } from "../context.ts";
import { slashingCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that ends a case, see `lapseCase`. Anyone may send it. */
export function prepareLapseCase(context: AssayContext, { id }: { id: bigint }): PreparedCall {
  return slashingCall(context, "lapse", [id]);
}

/**
 * Ends a case on which nobody acted in time, without loss. Anyone may do it.
 * @throws AssayError SDK-030 (`Slashing_WrongStatus`, `Slashing_TooEarly`, `Slashing_TooLate`)
 */
export const lapseCase = sendingAction(prepareLapseCase);

import type { AssayContext } from "../context.ts";
import { slashingCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

/** The call that ends a case, see `executeCase`. Anyone may send it. */
export function prepareExecuteCase(context: AssayContext, { id }: { id: bigint }): PreparedCall {
  return slashingCall(context, "executeCase", [id]);
}

/**
 * Slashes for a case whose time to appeal is over, or whose appeal was refused. Anyone may do it.
 * @throws AssayError SDK-030 (`Slashing_WrongStatus`, `Slashing_TooEarly`, `Slashing_TooLate`)
 */
export const executeCase = sendingAction(prepareExecuteCase);

import type { Hex } from "viem";
import type { AssayContext } from "../context.ts";
import { slashingCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

export interface AppealCaseArgs {
  id: bigint;
  /** Hash of what is published against it. */
  statement: Hex;
}

/** The call with which a provider objects to a case. */
export function prepareAppealCase(context: AssayContext, { id, statement }: AppealCaseArgs): PreparedCall {
  return slashingCall(context, "appeal", [id, statement]);
}

/**
 * Objects, as the provider, to a case while it is open. It then lapses unless somebody decides against the appeal.
 * @throws AssayError SDK-030 (`Slashing_NotProvider`, `Slashing_TooLate`, `Slashing_WrongStatus`)
 */
export const appealCase = sendingAction(prepareAppealCase);

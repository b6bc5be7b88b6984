import type { ContractFunctionArgs } from "viem";
import type { refereedDisputeAbi } from "../abis.ts";
import type { AssayContext } from "../context.ts";
import { disputeCall } from "../internal/call.ts";
import { type PreparedCall, sendingAction } from "../internal/send.ts";

type Abi = typeof refereedDisputeAbi;
type MoveOf<Name extends string> = {
  [N in Name]: {
    functionName: N;
    /** The game first, then what the move brings. */
    args: ContractFunctionArgs<Abi, "nonpayable", N & MoveName>;
  };
}[Name];
type MoveName = PickName | RevealName;
type PickName = "pickNode" | "pickStep" | "pickOp" | "pickElement" | "proveChunk" | "prove";
type RevealName = "revealNodes" | "revealSteps" | "revealOps" | "revealTile" | "revealSums";

/** A move of the challenger. */
export type ChallengerMove = MoveOf<PickName>;
/** An answer of the provider. */
export type ProviderMove = MoveOf<RevealName>;

/**
 * The call that makes a move in a game. Each names the game's six words, so it fits one position only.
 * @throws AssayError SDK-007
 */
export function prepareMove(
  context: AssayContext,
  { functionName, args }: ChallengerMove | ProviderMove,
): PreparedCall {
  return disputeCall(context, functionName, args as never);
}

/**
 * Makes a move in a game.
 * @throws AssayError SDK-007, SDK-030 (`Dispute_StaleGame`, `Dispute_WrongLevel`, `Dispute_ClockExpired` and others)
 */
export const playMove = sendingAction(prepareMove);

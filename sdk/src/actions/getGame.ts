import type { Address, Hex } from "viem";
import { refereedDisputeAbi } from "../abis.ts";
import { GAME_STATUS } from "../codec/game.ts";
import { type AssayContext, accountOr } from "../context.ts";
import { requireContract } from "../deployment.ts";
import { read } from "../internal/read.ts";

export interface GameInfo {
  /** What the contract keeps: the hash of the game's six words over the status byte; compare with `liveGameWord`. */
  word: bigint;
  status: keyof typeof GAME_STATUS;
}

const NAMES = Object.keys(GAME_STATUS) as (keyof typeof GAME_STATUS)[];

/**
 * Where the game of a challenger against a result stands.
 * @param args.challenger the wallet's account when left out
 * @throws AssayError SDK-007
 */
export async function getGame(
  context: AssayContext,
  args: { commitment: Hex; challenger?: Address },
): Promise<GameInfo> {
  const { address } = requireContract(context.deployment, "RefereedDispute");
  const [word, status] = await read(context, {
    abi: refereedDisputeAbi,
    address,
    functionName: "gameOf",
    args: [args.commitment, accountOr(context, args.challenger)],
  });
  return { word, status: NAMES[status]! };
}

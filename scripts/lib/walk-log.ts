import { GAME_LEVEL, type Game, partyWord, refereedDisputeAbi, unpackGamePlace } from "@assay/sdk";
import {
  type Address,
  type Chain,
  decodeFunctionData,
  type Hex,
  isAddressEqual,
  type PublicClient,
  parseEventLogs,
  type Transport,
} from "viem";
import type { WalkMove } from "./walk.ts";

export interface WalkSource {
  publicClient: PublicClient<Transport, Chain>;
  /** The dispute contract. */
  address: Address;
  commitment: Hex;
  challenger: Address;
  fromBlock?: bigint;
  /** What the challenger's own run would have revealed where a game stands, if it is known. */
  own?: (game: Game) => Hex;
}

/** One game as the chain has it: every transaction of both sides in order, with its content and what it cost. */
export async function walkFromLogs(source: WalkSource): Promise<WalkMove[]> {
  const { publicClient, address, commitment, fromBlock = 0n } = source;
  const logs = parseEventLogs({ abi: refereedDisputeAbi, logs: await publicClient.getLogs({ address, fromBlock }) });
  const own = logs.filter(({ args }) => "commitment" in args && args.commitment === commitment);
  const moves: WalkMove[] = [];
  let game: Game = { commitment, party: 0n, clock: 0n, place: 0n, expect: "0x", pre: "0x" };
  for (const log of own) {
    const step = readLog(log, game, source);
    game = step.game;
    if (!step.move) continue;
    const { transactionHash: hash, blockNumber } = log;
    const { input } = await publicClient.getTransaction({ hash });
    const { gasUsed } = await publicClient.getTransactionReceipt({ hash });
    const { timestamp } = await publicClient.getBlock({ blockNumber });
    const name = decodeFunctionData({ abi: refereedDisputeAbi, data: input }).functionName;
    moves.push({ name, gas: Number(gasUsed), at: Number(timestamp), ...step.move });
  }
  return moves;
}

type DisputeLog = ReturnType<typeof parseEventLogs<typeof refereedDisputeAbi>>[number];
type Step = { game: Game; move?: Pick<WalkMove, "by" | "place" | "next" | "data" | "own"> };

/** What one event tells of the challenger's game, and where the game stands after it. */
function readLog({ eventName, args }: DisputeLog, game: Game, { challenger, own }: WalkSource): Step {
  const place = game.place === 0n ? undefined : unpackGamePlace(game.place);
  if (eventName === "Challenged" && isAddressEqual(args.challenger, challenger)) {
    return { game: { ...game, party: partyWord(challenger, args.bond) } };
  }
  if (eventName === "Moved" && isAddressEqual(args.challenger, challenger)) {
    const next = { clock: args.clock, place: args.place, expect: args.expect, pre: args.pre };
    const move = { by: "challenger", next: unpackGamePlace(args.place), ...(place ? { place } : {}) } as const;
    return { game: { ...game, ...next }, move };
  }
  if (eventName === "Revealed" && place && place.level !== GAME_LEVEL.Proof) {
    return { game, move: { by: "provider", place, data: args.data, ...(own ? { own: own(game) } : {}) } };
  }
  return eventName === "ResultRejected" && place ? { game, move: { by: "challenger", place } } : { game };
}

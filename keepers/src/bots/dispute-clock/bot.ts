import {
  DisputeLog,
  decodeCall,
  listCases,
  liveGameWord,
  prepareExecuteCase,
  prepareLapseCase,
  prepareTimeoutGame,
  refereedDisputeAbi,
  revealKey,
} from "@assay/sdk";
import { type Address, numberToHex } from "viem";
import type { Bot, KeeperContext } from "../../bot.ts";
import type { ChainFacts } from "../../chain/observe.ts";
import type { Duty } from "../../duty/duty.ts";
import { DutyBot } from "../../duty/duty-bot.ts";
import { type ClockAction, type ClockedGame, type ClockState, decideClocks } from "./decide.ts";

const NAME = "dispute-clock";

/** Ends what ran out of time in disputes: games whose waiting side is silent, slashing cases that nobody appealed. */
export async function openDisputeClock(context: KeeperContext): Promise<Bot> {
  const { client, config, rpc } = context;
  const { deployment } = client;
  const court = deployment.contracts.RefereedDispute;
  const start = BigInt(court?.startBlock ?? deployment.startBlock);
  const log = court && new DisputeLog(client, court.address, start);
  const minBudget = court
    ? Number(await rpc.readContract({ address: court.address, abi: refereedDisputeAbi, functionName: "MIN_BUDGET" }))
    : 0;
  const read = async ({ head }: ChainFacts): Promise<ClockState> => ({
    minBudget,
    games: log && court ? await liveGames(context, log, court.address, head) : [],
    cases: config.disputeClock.cases ? await listCases(client) : [],
  });
  return new DutyBot(context, {
    ...config.disputeClock,
    name: NAME,
    refused: "KP-040",
    doneByOthers: ["Dispute_StaleGame", "Dispute_Settled", "Slashing_WrongStatus"],
    plan: async (chain) => decideClocks(await read(chain), chain.now).map((action) => dutyOf(context, action)),
  });
}

function dutyOf({ client }: KeeperContext, action: ClockAction): Duty {
  const { type, due } = action;
  if (type !== "timeout") {
    const prepare = type === "executeCase" ? prepareExecuteCase : prepareLapseCase;
    const { to, data, value = 0n } = prepare(client, action);
    const { text } = decodeCall(client.deployment, { target: to, data, value });
    return { key: `${NAME}:${type}:${action.id}`, to, data, value, due, text };
  }
  const { game, side } = action;
  const { to, data, value = 0n } = prepareTimeoutGame(client, { game });
  const text = `RefereedDispute.timeout of a game against ${game.commitment}: the ${side} is out of time`;
  return { key: `${NAME}:timeout:${numberToHex(liveGameWord(game))}`, to, data, value, due, text };
}

/** Games that the contract holds as live, each with what stands at its place. */
async function liveGames(
  context: KeeperContext,
  log: DisputeLog,
  court: Address,
  head: bigint,
): Promise<ClockedGame[]> {
  await log.refresh(head);
  const read = { address: court, abi: refereedDisputeAbi } as const;
  const views: ClockedGame[] = [];
  for (const commitment of log.challenged().keys()) {
    if (log.isRejected(commitment)) continue;
    const live = log.games(commitment).filter(({ state }) => state === "live");
    if (live.length === 0) continue;
    const [, opened, , outcome] = await context.rpc.readContract({
      ...read,
      functionName: "docketOf",
      args: [commitment],
    });
    if (outcome !== 0) continue;
    for (const { game } of live) {
      const word = await context.rpc.readContract({ ...read, functionName: "revealOf", args: [revealKey(game)] });
      views.push({ game, opened, revealedAt: Number(word & ((1n << 40n) - 1n)) });
    }
  }
  return views;
}

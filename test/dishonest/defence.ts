import { setTimeout as sleep } from "node:timers/promises";
import type { Account, Address, Chain, Hex, PublicClient, Transport, WalletClient } from "viem";
import { parseAbiItem } from "viem";
import { disputeRecord, refereedDisputeAbi, type SubmittedJob } from "../../sdk/src/index.ts";
import { decodePlace, type Game, LEVEL } from "../dispute/support/place.ts";
import { Defender } from "../dispute/support/players.ts";
import type { TracedRun } from "../dispute/support/run.ts";
import type { Suit } from "../dispute/support/suit.ts";

/** Who defends, and where. */
export interface Dock {
  publicClient: PublicClient<Transport, Chain>;
  wallet: WalletClient<Transport, Chain, Account>;
  /** The dispute contract. */
  address: Address;
}

/**
 * Answers every question about a result from a run of one's own making, by the book, until the result is rejected.
 * @param beforeAnswer called with the number of positions so far, before each new one is answered
 * @returns how many questions were answered
 */
export async function defendResult(
  dock: Dock,
  job: SubmittedJob,
  run: TracedRun,
  beforeAnswer: (positions: number) => Promise<void> = async () => {},
): Promise<number> {
  let answered = 0;
  for (let seen = 0; ; await sleep(50)) {
    const games = await positionsOf(dock, job.commitment);
    if (await isRejected(dock, job.commitment)) return answered;
    const game = games.at(-1);
    if (!game || games.length === seen) continue;
    seen = games.length;
    await beforeAnswer(games.length);
    if (decodePlace(game.place).level === LEVEL.Proof) continue;
    await answerGame(dock, job, run, game);
    answered += 1;
  }
}

/** Answers what one game asks about a result, by the book. */
export async function answerGame(dock: Dock, job: SubmittedJob, run: TracedRun, game: Game): Promise<void> {
  const { publicClient, wallet, address } = dock;
  const defender = new Defender({ record: disputeRecord(job), spec: job.spec } as unknown as Suit, run);
  const [functionName, args] = defender.answer(game);
  const call = { address, abi: refereedDisputeAbi, functionName, args } as never;
  const receipt = await publicClient.waitForTransactionReceipt({ hash: await wallet.writeContract(call) });
  if (receipt.status !== "success") throw new Error(`${functionName} reverted`);
}

/** Where the games against a result have stood, in order. */
export async function positionsOf(
  { publicClient, address }: Pick<Dock, "publicClient" | "address">,
  commitment: Hex,
): Promise<Game[]> {
  const filter = { address, args: { commitment }, fromBlock: 0n, strict: true } as const;
  const logs = await publicClient.getLogs({ ...filter, event: MOVED });
  const bonds = await publicClient.getLogs({ ...filter, event: CHALLENGED });
  return logs.map(({ args: { challenger, clock, place, expect, pre } }) => {
    const bond = bonds.find(({ args }) => args.challenger === challenger)?.args.bond ?? 0n;
    return { commitment, party: (BigInt(challenger) << 96n) | bond, clock, place, expect, pre };
  });
}

async function isRejected({ publicClient, address }: Dock, commitment: Hex): Promise<boolean> {
  const call = { address, abi: refereedDisputeAbi, functionName: "docketOf", args: [commitment] } as const;
  const [, , , outcome] = await publicClient.readContract(call);
  return outcome === 1;
}

const MOVED = parseAbiItem(
  "event Moved(bytes32 indexed commitment, address indexed challenger, uint256 clock, uint256 place, bytes32 expect, bytes32 pre)",
);
const CHALLENGED = parseAbiItem(
  "event Challenged(bytes32 indexed commitment, address indexed challenger, bytes32 indexed job, uint256 bond)",
);

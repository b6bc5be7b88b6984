import type { Address } from "viem";
import { jobMarketplaceAbi } from "../abis.ts";
import { laneAccepts } from "../codec/laneWord.ts";
import type { AssayContext } from "../context.ts";
import { AssayError, isRevert } from "../errors.ts";
import { marketAddress } from "./jobEvents.ts";
import { mapBatched, read } from "./read.ts";

/** Lanes an account has: the field has 16 bits. */
const LANES = 2 ** 16;
const LARGEST_GENERATION = 2n ** 32n - 1n;
const SCAN = 16;

export interface FreeLane {
  lane: number;
  generation: number;
}

/** Lanes whose postings are on their way, by public client and requester, so that parallel postings do not collide. */
const underWay = new WeakMap<object, Map<string, Set<number>>>();

/** Tries when another client of the same account takes a chosen lane first. */
const TRIES = 3;

/**
 * Runs a posting with lanes of its own, which no other posting of this program takes meanwhile. Another program's posting
 * from the same account can be faster: then it runs again with other lanes.
 * @param run what posts, with as many lanes as asked for
 * @throws AssayError SDK-011 when too many of the 65,536 are busy; what `run` throws
 */
export async function withLanes<T>(
  context: AssayContext,
  requester: Address,
  count: number,
  run: (lanes: FreeLane[]) => Promise<T>,
): Promise<T> {
  const lost = new Set<number>();
  for (let attempt = 1; ; attempt++) {
    const { lanes, release } = await reserveLanes(context, requester, count, lost);
    try {
      return await run(lanes);
    } catch (error) {
      const busy = isRevert(error, "Market_LaneBusy") ? (error as AssayError).revert?.args.lane : undefined;
      if (typeof busy !== "bigint" || attempt >= TRIES) throw error;
      lost.add(Number(busy));
    } finally {
      release();
    }
  }
}

async function reserveLanes(context: AssayContext, requester: Address, count: number, lost: ReadonlySet<number>) {
  const taken = reservations(context, requester);
  for (;;) {
    const lanes = await findLanes(context, requester, count, new Set([...lost, ...taken]));
    // somebody in this program was faster while we looked
    if (lanes.some(({ lane }) => taken.has(lane))) continue;
    for (const { lane } of lanes) taken.add(lane);
    const release = () => {
      for (const { lane } of lanes) taken.delete(lane);
    };
    return { lanes, release };
  }
}

/** Finds a lane and the generation its next job must carry. @throws AssayError SDK-011 */
export async function findLane(context: AssayContext, requester: Address): Promise<FreeLane> {
  const [lane] = await findLanes(context, requester, 1);
  return lane!;
}

/** A given lane with the generation that its next job must carry. @throws AssayError SDK-011 when a job is in it */
export async function laneAt(context: AssayContext, requester: Address, lane: number): Promise<FreeLane> {
  const market = { abi: jobMarketplaceAbi, address: marketAddress(context), functionName: "laneOf" } as const;
  const [word] = await read(context, { ...market, args: [requester, BigInt(lane)] });
  const generation = word === 0n ? 1n : (word >> 8n) + 1n;
  if (generation <= LARGEST_GENERATION && laneAccepts(word, generation))
    return { lane, generation: Number(generation) };
  throw new AssayError("SDK-011", {
    message: `lane ${lane} of ${requester} is busy`,
    found: "a job that has not ended",
    wanted: "a lane whose last job has ended",
    hint: "Cancel or settle that job, or choose another lane",
  });
}

/**
 * Finds lanes and the generations that their next jobs must carry, used ones first: writing over one costs a quarter of
 * opening a new one. Lanes fill from 0, so the search ends where enough unused ones are found.
 */
export async function findLanes(
  context: AssayContext,
  requester: Address,
  count: number,
  exclude: ReadonlySet<number> = new Set(),
): Promise<FreeLane[]> {
  const market = { abi: jobMarketplaceAbi, address: marketAddress(context), functionName: "laneOf" } as const;
  const used: FreeLane[] = [];
  const unused: FreeLane[] = [];
  for (let start = 0; start < LANES; start += SCAN) {
    const lanes = Array.from({ length: Math.min(SCAN, LANES - start) }, (_, index) => start + index);
    const words = await mapBatched(lanes, (lane) => read(context, { ...market, args: [requester, BigInt(lane)] }));
    for (const lane of lanes) {
      const word = words[lane - start]?.[0] ?? 0n;
      if (exclude.has(lane)) continue;
      const generation = (word >> 8n) + 1n;
      if (word === 0n) unused.push({ lane, generation: 1 });
      else if (generation <= LARGEST_GENERATION && laneAccepts(word, generation)) {
        used.push({ lane, generation: Number(generation) });
      }
    }
    if (used.length + unused.length >= count) return [...used, ...unused].slice(0, count);
  }
  throw new AssayError("SDK-011", {
    message: `${requester} has too few free lanes`,
    found: `${used.length + unused.length} of ${LANES}`,
    wanted: `${count}`,
    hint: "Cancel or settle a job, or post from another account",
  });
}

function reservations({ publicClient }: AssayContext, requester: Address): Set<number> {
  const accounts = underWay.get(publicClient) ?? new Map<string, Set<number>>();
  underWay.set(publicClient, accounts);
  const key = requester.toLowerCase();
  const lanes = accounts.get(key) ?? new Set<number>();
  accounts.set(key, lanes);
  return lanes;
}

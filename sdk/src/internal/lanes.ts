import type { Address } from "viem";
import { jobMarketplaceAbi } from "../abis.ts";
import { laneAccepts } from "../codec/laneWord.ts";
import type { AssayContext } from "../context.ts";
import { AssayError } from "../errors.ts";
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

/**
 * Finds a lane that can take a job and keeps it until `release` is called. A used lane is preferred: writing over it
 * costs a quarter of opening a new one.
 * @param exclude lanes not to take
 * @throws AssayError SDK-011 when all 65,536 are busy
 */
export async function reserveLane(
  context: AssayContext,
  requester: Address,
  exclude: ReadonlySet<number>,
): Promise<FreeLane & { release: () => void }> {
  for (;;) {
    const taken = reservations(context, requester);
    const found = await findLane(context, requester, new Set([...exclude, ...taken]));
    if (taken.has(found.lane)) continue;
    taken.add(found.lane);
    return { ...found, release: () => taken.delete(found.lane) };
  }
}

/** Finds a lane and the generation its next job must carry. Lanes fill from 0, so the first unused one ends the search. */
export async function findLane(
  context: AssayContext,
  requester: Address,
  exclude: ReadonlySet<number> = new Set(),
): Promise<FreeLane> {
  const market = { abi: jobMarketplaceAbi, address: marketAddress(context), functionName: "laneOf" } as const;
  for (let start = 0; start < LANES; start += SCAN) {
    const lanes = Array.from({ length: Math.min(SCAN, LANES - start) }, (_, index) => start + index);
    const words = await mapBatched(lanes, (lane) => read(context, { ...market, args: [requester, BigInt(lane)] }));
    let unused: FreeLane | undefined;
    for (const lane of lanes) {
      const word = words[lane - start]?.[0] ?? 0n;
      if (exclude.has(lane)) continue;
      if (word === 0n) unused ??= { lane, generation: 1 };
      else {
        const generation = (word >> 8n) + 1n;
        if (generation <= LARGEST_GENERATION && laneAccepts(word, generation)) {
          return { lane, generation: Number(generation) };
        }
      }
    }
    if (unused) return unused;
  }
  throw new AssayError("SDK-011", {
    message: `${requester} has no free lane`,
    found: `${LANES} busy lanes`,
    wanted: "one job that has ended",
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

import type { CID } from "multiformats/cid";
import { StorageError } from "../errors.ts";

/** Gets a block from elsewhere, checked. @throws ST-005 when nobody gave it until the signal fired */
export type FindBlock = (cid: CID, signal: AbortSignal) => Promise<Uint8Array>;

/** Searches at a time: what strangers ask for costs others' bandwidth. */
const MOST_SEARCHES = 64;

/**
 * One search for each block however many ask for it, each of at most `ms` milliseconds, and only so many at a time.
 * @throws ST-005 when it was not found, ST-017 when too many are looked for already
 */
export function createFinder(find: FindBlock, ms: number): (cid: CID) => Promise<Uint8Array> {
  const searches = new Map<string, Promise<Uint8Array>>();
  return (cid) => {
    const name = cid.toString();
    const before = searches.get(name);
    if (before) return before;
    if (searches.size >= MOST_SEARCHES) return Promise.reject(busy(cid));
    const search = find(cid, AbortSignal.timeout(ms)).finally(() => searches.delete(name));
    searches.set(name, search);
    return search;
  };
}

function busy(cid: CID): StorageError {
  return new StorageError("ST-017", "too many blocks are looked for", {
    found: `${MOST_SEARCHES} searches under way`,
    wanted: `room to look for ${cid}`,
    hint: "ask again: the searches under way end by themselves",
  });
}

import type { BlockStore } from "../block.ts";
import { type BlockFolder, USE_MS } from "./block-folder.ts";

/** Share of its limit to which a cache is cut, so that not every block has to. */
const KEPT_SHARE = 0.75;

/**
 * Treats a folder as a cache, whose blocks can be had again: when it has outgrown `maxBytes`, those longest unused go, down to
 * three quarters of that.
 * @param sinceMs what was used since then, milliseconds as of Date.now(), stays
 * @returns what was removed
 */
export async function trimCache(
  folder: BlockFolder,
  maxBytes: number,
  sinceMs?: number,
): Promise<{ blocks: number; bytes: number }> {
  if (folder.usage().bytes <= maxBytes) return { blocks: 0, bytes: 0 };
  const noted = sinceMs === undefined ? undefined : sinceMs - USE_MS;
  return await folder.prune(Math.floor(maxBytes * KEPT_SHARE), noted);
}

/** A cache that is cut by itself as it grows. */
export function boundedCache(folder: BlockFolder, maxBytes: number): BlockStore {
  let trimming: Promise<unknown> | undefined;
  return {
    has: (cid) => folder.has(cid),
    get: (cid) => folder.get(cid),
    delete: (cid) => folder.delete(cid),
    async put(bytes, cid) {
      const name = await folder.put(bytes, cid);
      trimming ??= trimCache(folder, maxBytes).finally(() => {
        trimming = undefined;
      });
      await trimming;
      return name;
    },
  };
}

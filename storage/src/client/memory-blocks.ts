import type { CID } from "multiformats/cid";
import { assertBlock, assertCid, type BlockStore, hashBlock } from "../block.ts";
import { StorageError } from "../errors.ts";

/** Blocks in memory: the cache of a browser, and of tests. */
export function createMemoryBlocks(): BlockStore & { readonly size: number } {
  const blocks = new Map<string, Uint8Array>();
  return {
    get size() {
      return blocks.size;
    },
    has: async (cid) => blocks.has(key(cid)),
    async get(cid) {
      const bytes = blocks.get(key(cid));
      if (bytes) return bytes;
      throw new StorageError("ST-005", "block not there", {
        found: `${blocks.size} blocks in memory, not this one`,
        wanted: cid.toString(),
        hint: "fetch it from a gateway",
      });
    },
    async put(bytes, cid) {
      if (cid) await assertBlock(assertCid(cid), bytes, "the caller");
      const name = cid ?? (await hashBlock(bytes));
      blocks.set(key(name), Uint8Array.from(bytes));
      return name;
    },
    delete: async (cid) => {
      blocks.delete(key(cid));
    },
  };
}

// Keyed by digest, as the folder is: one set of bytes, whatever codec it is read with.
function key(cid: CID): string {
  return cid.multihash.digest.join();
}

import { CID } from "multiformats/cid";
import { assertCid, type BlockStore } from "../block.ts";
import { isStorageError } from "../errors.ts";
import type { HeliaBlockstore } from "./load-helia.ts";

/**
 * Our folders as Helia's place for blocks: what it is asked for comes from the first that has it, what it fetches goes into
 * the last. Both check every block against its hash, whoever asks; blocks under identifiers of another kind are not there.
 */
export function heliaBlocks(stores: readonly BlockStore[]): HeliaBlockstore {
  const cache = stores.at(-1);
  if (!cache) throw new TypeError("no place for blocks");
  const blocks: HeliaBlockstore = {
    async has(cid) {
      const name = known(cid);
      if (!name) return false;
      for (const store of stores) if (await store.has(name)) return true;
      return false;
    },
    async *get(cid) {
      const name = known(cid);
      if (!name) throw notFound(cid);
      yield await firstOf(stores, name);
    },
    async put(cid, block) {
      await cache.put(block instanceof Uint8Array ? block : await joined(block), ours(cid));
      return cid;
    },
    delete: async (cid) => await cache.delete(ours(cid)),
    async *getMany(cids) {
      for await (const cid of cids) yield { cid, bytes: blocks.get(cid) };
    },
    async *putMany(list) {
      for await (const { cid, bytes } of list) yield await blocks.put(cid, bytes);
    },
    async *deleteMany(cids) {
      for await (const cid of cids) {
        await blocks.delete(cid);
        yield cid;
      }
    },
    // Asked for by Helia's own collection and re-announcing only, neither of which is used: the folders are pruned by us.
    async *getAll() {},
  };
  return blocks;
}

/** The sound block of the first store that has it. A broken copy is as good as none. @throws NotFoundError */
async function firstOf(stores: readonly BlockStore[], cid: CID): Promise<Uint8Array> {
  for (const store of stores) {
    try {
      return await store.get(cid);
    } catch (error) {
      if (!isStorageError(error, "ST-003", "ST-005")) throw error;
    }
  }
  throw notFound(cid);
}

/** Helia brings its own class of identifiers. @throws ST-001 */
function ours(cid: CID): CID {
  return assertCid(CID.decode(cid.bytes));
}

function known(cid: CID): CID | undefined {
  try {
    return ours(cid);
  } catch (error) {
    if (isStorageError(error, "ST-001")) return undefined;
    throw error;
  }
}

async function joined(parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array> {
  const list: Uint8Array[] = [];
  for await (const part of parts) list.push(part);
  return new Uint8Array(Buffer.concat(list));
}

// The name by which Helia's parts know it.
function notFound(cid: CID): Error {
  return Object.assign(new Error(`no block ${cid} here`), { name: "NotFoundError" });
}

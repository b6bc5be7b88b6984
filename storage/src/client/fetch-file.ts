import type { CID } from "multiformats/cid";
import { assertCid, type BlockStore, parseCid } from "../block.ts";
import { isStorageError, StorageError } from "../errors.ts";
import { createBlockFetcher, type GatewayOptions } from "./fetch-block.ts";
import { readFileNode } from "./file-node.ts";
import type { OnProgress } from "./progress.ts";

export type FetchFileArgs = GatewayOptions & {
  /** Addresses of gateways, in order of preference: see createBlockFetcher. May be empty when `store` holds the file. */
  gateways: readonly string[];
  cid: CID | string;
  /** Where blocks are looked for first, and kept; an interrupted fetch goes on from there. */
  store?: BlockStore;
  /** Blocks asked for at the same time. */
  concurrency?: number;
  /** Largest file accepted, in bytes; checked before its leaves are fetched. */
  maxBytes?: number;
  /** Deepest tree accepted. Three levels hold 1 TiB. */
  maxDepth?: number;
  /** Most blocks accepted. */
  maxBlocks?: number;
  onProgress?: OnProgress;
};

type Pending = { cid: CID; size: number | undefined; depth: number; bytes?: Promise<Uint8Array> };

/**
 * A file, in order, each block checked against its identifier before a byte of it is handed out.
 *
 * A hostile tree costs no more than a file of `maxBytes`: the root's declared size is checked first, every node below
 * must be exactly as long as its parent says, and no link may be empty, so nothing can grow on the way down.
 * @throws ST-001, ST-002, ST-004, ST-009, ST-010, ST-011, or the signal's reason
 */
export async function* fetchFile(args: FetchFileArgs): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const { data } of walkFile(args)) if (data.length > 0) yield data;
}

/** The whole file in memory. @throws as fetchFile */
export async function fetchBytes(args: FetchFileArgs): Promise<Uint8Array> {
  let out: Uint8Array | undefined;
  let at = 0;
  for await (const { data, total } of walkFile(args)) {
    out ??= new Uint8Array(total);
    out.set(data, at);
    at += data.length;
  }
  return out ?? new Uint8Array();
}

async function* walkFile(args: FetchFileArgs): AsyncGenerator<{ data: Uint8Array; total: number }, void, undefined> {
  const { concurrency = 8, maxBytes = 16 * 2 ** 30, maxDepth = 8, maxBlocks = 1_000_000, signal, onProgress } = args;
  const root = typeof args.cid === "string" ? parseCid(args.cid) : assertCid(args.cid);
  const stop = new AbortController();
  const inner = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const read = createReader(args, inner);
  // In file order: the head is what is handed out next, the first `concurrency` are under way.
  let pending: Pending[] = [{ cid: root, size: undefined, depth: 0 }];
  let next = 0;
  let blocks = 0;
  let bytesDone = 0;
  let total: number | undefined;
  try {
    for (let head = pending[0]; head; head = pending[next]) {
      signal?.throwIfAborted();
      for (const item of pending.slice(next, next + concurrency)) {
        item.bytes ??= read(item.cid);
        item.bytes.catch(() => {}); // seen again when it becomes the head
      }
      const node = readFileNode(head.cid, await (head.bytes as Promise<Uint8Array>));
      blocks += 1;
      if (head.size !== undefined && node.size !== head.size) throw unequal(head.cid, node.size, head.size);
      if (total === undefined && node.size > maxBytes) throw beyond(root, `${node.size} bytes`, `${maxBytes} bytes`);
      if (node.links.length > 0 && head.depth >= maxDepth) {
        throw beyond(root, `more than ${maxDepth} levels`, `${maxDepth} levels`);
      }
      const known = blocks + pending.length - next - 1 + node.links.length;
      if (known > maxBlocks) throw beyond(root, `at least ${known} blocks`, `${maxBlocks} blocks`);
      total ??= node.size;
      bytesDone += node.data.length;
      onProgress?.({ bytesDone, bytesTotal: total, blocks });
      yield { data: node.data, total };
      next += 1;
      if (node.links.length > 0) {
        const depth = head.depth + 1;
        pending = [...node.links.map((link) => ({ ...link, depth })), ...pending.slice(next)];
        next = 0;
      } else {
        pending[next - 1] = { cid: head.cid, size: undefined, depth: 0 }; // lets go of the bytes
      }
    }
  } finally {
    stop.abort(new DOMException("the reader stopped", "AbortError"));
  }
}

/** A verified block. */
export type BlockReader = (cid: CID) => Promise<Uint8Array>;

/** A broken or missing block of the store is fetched again and replaced; a store that cannot write ends the fetch. */
export function createReader(
  { gateways, store, ...options }: Pick<FetchFileArgs, "gateways" | "store" | keyof GatewayOptions>,
  signal?: AbortSignal,
): BlockReader {
  const fetchBlock = createBlockFetcher(gateways, { ...options, signal });
  return async (cid: CID): Promise<Uint8Array> => {
    if (store) {
      try {
        return await store.get(cid);
      } catch (error) {
        if (!isStorageError(error, "ST-003", "ST-005")) throw error;
        if (gateways.length === 0 && error.code === "ST-003") throw error;
      }
    }
    const bytes = await fetchBlock(cid);
    await store?.put(bytes, cid);
    return bytes;
  };
}

export function unequal(cid: CID, found: number, wanted: number): StorageError {
  return new StorageError("ST-011", "block is not as long as its parent declares", {
    found: `${found} bytes, in ${cid}`,
    wanted: `${wanted} bytes`,
    hint: "the file was built wrongly, perhaps to exhaust its readers: ask for another upload",
  });
}

export function beyond(cid: CID, found: string, limit: string): StorageError {
  return new StorageError("ST-010", "file exceeds the limits of this reader", {
    found: `${found}, in ${cid}`,
    wanted: `at most ${limit}`,
    hint: "raise the limit if you trust the file",
  });
}

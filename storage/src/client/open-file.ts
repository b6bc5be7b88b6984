import type { CID } from "multiformats/cid";
import { assertCid, parseCid } from "../block.ts";
import { beyond, createReader, type FetchFileArgs } from "./fetch-file.ts";
import { NodeCache } from "./node-cache.ts";

export type OpenFileArgs = Pick<
  FetchFileArgs,
  | "gateways"
  | "cid"
  | "store"
  | "maxBytes"
  | "maxDepth"
  | "signal"
  | "timeoutMs"
  | "request"
  | "retries"
  | "retryDelayMs"
> & {
  /** Most bytes of blocks that are held between reads. */
  cacheBytes?: number;
  /** Milliseconds after which a block that is held is read again, so that its place knows that it is in use. */
  renewMs?: number;
};

/** A file of which any part can be read, in any order. */
export type StoredFile = {
  readonly size: number;
  /**
   * Exactly `length` bytes from `at` on, a copy.
   * @throws as openFile; RangeError beyond the end
   */
  read(at: number, length: number): Promise<Uint8Array>;
};

const CACHE_BYTES = 128 * 2 ** 20;
/** Half of what a block folder takes for one use. */
const RENEW_MS = 30 * 60_000;
/** Blocks that are looked for at a time. */
const CONCURRENCY = 8;

/** Bytes of a node's file, the end left out. */
type Part = { from: number; to: number };

/**
 * Opens a file for reading in any order: no more than its root is read at first. Blocks are looked for in `store`, then at
 * the gateways, and each is checked against its identifier before a byte of it is handed out; the ones used last are held.
 * A tree is believed no further than by fetchFile: every node must be exactly as long as its parent says.
 * @throws ST-001, ST-002, ST-003, ST-004, ST-009, ST-010, ST-011, or the signal's reason
 */
export async function openFile(args: OpenFileArgs): Promise<StoredFile> {
  const {
    maxBytes = Number.POSITIVE_INFINITY,
    maxDepth = 8,
    cacheBytes = CACHE_BYTES,
    renewMs = RENEW_MS,
    signal,
  } = args;
  const root = typeof args.cid === "string" ? parseCid(args.cid) : assertCid(args.cid);
  const nodes = new NodeCache(createReader(args, signal), { cacheBytes, renewMs, concurrency: CONCURRENCY });
  const { size } = await nodes.get(root);
  if (size > maxBytes) throw beyond(root, `${size} bytes`, `${maxBytes} bytes`);

  /** Copies a part of the file below a node to where it belongs, block by block as they come. */
  async function copy(cid: CID, expected: number, part: Part, out: Uint8Array, depth: number): Promise<void> {
    signal?.throwIfAborted();
    const { data, links, starts } = await nodes.get(cid, expected);
    if (links.length > 0 && depth >= maxDepth) throw beyond(root, `more than ${maxDepth} levels`, `${maxDepth} levels`);
    if (part.from < data.length) out.set(data.subarray(part.from, Math.min(part.to, data.length)));
    const below: Promise<void>[] = [];
    for (let i = lastUpTo(starts, part.from); i < links.length && starts[i]! < part.to; i++) {
      const link = links[i]!;
      const from = Math.max(part.from, starts[i]!);
      const to = Math.min(part.to, starts[i]! + link.size);
      const place = out.subarray(from - part.from, to - part.from);
      below.push(copy(link.cid, link.size, { from: from - starts[i]!, to: to - starts[i]! }, place, depth + 1));
    }
    await Promise.all(below);
  }

  return {
    size,
    async read(at, length) {
      if (!(at >= 0 && length >= 0 && at + length <= size)) {
        throw new RangeError(`found ${length} bytes from ${at} on, wanted a part of the ${size} bytes of ${root}`);
      }
      const out = new Uint8Array(length);
      if (length > 0) await copy(root, size, { from: at, to: at + length }, out, 0);
      return out;
    },
  };
}

/** The last of ascending numbers that is no greater than `value`; 0 when there is none. */
function lastUpTo(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (ascending[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

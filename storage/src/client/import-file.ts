import { type ImportResult, importer } from "ipfs-unixfs-importer";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import { balanced } from "ipfs-unixfs-importer/layout";
import type { CID } from "multiformats/cid";

/** Bytes in each leaf but the last. Part of what makes the same file have the same identifier: never change it. */
export const CHUNK_BYTES = 1024 * 1024;
/** Links in a full inner node. Never change it either. */
export const LINKS_PER_NODE = 1024;

export type FileSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
export type ImportedFile = { cid: CID; bytes: number; blocks: number };
export type ImportFileArgs = {
  source: FileSource;
  /** Receives each block; may be called for several blocks at once. Its failure ends the import. */
  put: (cid: CID, bytes: Uint8Array) => Promise<void>;
  concurrency?: number;
  signal?: AbortSignal;
};

/**
 * Cuts a file into blocks (UnixFS, 1 MiB raw leaves, balanced) and hands each to `put`. The same bytes always give the
 * same identifier, however the source is sliced.
 */
export async function importFile({ source, put, concurrency = 8, signal }: ImportFileArgs): Promise<ImportedFile> {
  let bytes = 0;
  let blocks = 0;
  const counted = async function* () {
    for await (const part of source instanceof Uint8Array ? [source] : source) {
      signal?.throwIfAborted();
      bytes += part.length;
      yield part;
    }
  };
  const store = {
    async put(cid: CID, block: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<CID> {
      signal?.throwIfAborted();
      await put(cid, await join(block));
      blocks += 1;
      return cid;
    },
  };
  let root: ImportResult | undefined;
  const options = {
    cidVersion: 1 as const,
    rawLeaves: true,
    reduceSingleLeafToSelf: true,
    chunker: fixedSize({ chunkSize: CHUNK_BYTES }),
    layout: balanced({ maxChildrenPerNode: LINKS_PER_NODE }),
    blockWriteConcurrency: concurrency,
  };
  for await (const entry of importer([{ content: counted() }], store, options)) root = entry;
  if (!root) throw new TypeError("the importer gave no root");
  return { cid: root.cid, bytes, blocks };
}

/** @returns the identifier `source` would have, storing nothing */
export async function cidOfFile(source: FileSource): Promise<CID> {
  return (await importFile({ source, put: async () => {} })).cid;
}

async function join(block: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  if (block instanceof Uint8Array) return block;
  const parts: Uint8Array[] = [];
  for await (const part of block) parts.push(part);
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}

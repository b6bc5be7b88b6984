import type { CID } from "multiformats/cid";
import { hashBlock, RAW } from "../block.ts";
import { chunksOf } from "./chunks.ts";
import { FileTree } from "./file-tree.ts";

/** Bytes in each leaf but the last. Part of what makes the same file have the same identifier: never change it. */
export const CHUNK_BYTES = 1024 * 1024;

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
  let blocks = 0;
  const underWay = new Set<Promise<void>>();
  // The first failure ends the import; what is under way is waited for, so that nothing is written after the end.
  let failure: { error: unknown } | undefined;
  const send = async (cid: CID, block: Uint8Array) => {
    signal?.throwIfAborted();
    while (underWay.size >= concurrency) await Promise.race(underWay);
    if (failure) throw failure.error;
    const sent = put(cid, block)
      .then(() => {
        blocks += 1;
      })
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => underWay.delete(sent));
    underWay.add(sent);
  };
  const tree = new FileTree(send);
  const addLeaf = async (block: Uint8Array) => {
    const cid = await hashBlock(block, RAW);
    await send(cid, block);
    await tree.add({ cid, fileBytes: block.length, blockBytes: block.length });
  };
  try {
    let empty = true;
    for await (const chunk of chunksOf(source, CHUNK_BYTES)) {
      empty = false;
      await addLeaf(chunk);
    }
    if (empty) await addLeaf(new Uint8Array());
    const { cid, fileBytes } = await tree.close();
    await Promise.all(underWay);
    if (failure) throw failure.error;
    return { cid, bytes: fileBytes, blocks };
  } finally {
    await Promise.all(underWay);
  }
}

/** @returns the identifier `source` would have, storing nothing */
export async function cidOfFile(source: FileSource): Promise<CID> {
  return (await importFile({ source, put: async () => {} })).cid;
}

import type { BlockStore } from "../block.ts";
import { type FileSource, type ImportedFile, importFile } from "./import-file.ts";

/**
 * Cuts a file into blocks and keeps them in a local store.
 * @throws ST-004, ST-013, or the signal's reason
 */
export async function importToStore(
  store: BlockStore,
  source: FileSource,
  signal?: AbortSignal,
): Promise<ImportedFile> {
  return await importFile({
    source,
    signal,
    put: async (cid, bytes) => {
      await store.put(bytes, cid);
    },
  });
}

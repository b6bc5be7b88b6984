import type { CID } from "multiformats/cid";
import { DAG_PB, parseCid } from "../block.ts";
import { readFileNode } from "../client/file-node.ts";
import { isStorageError } from "../errors.ts";
import type { BlockFolder } from "./block-folder.ts";

/**
 * Notes a use of every block of a file that a folder holds, so that a cache that is cut keeps them. Of the file's tree only
 * the inner nodes are read; each block is counted once, however often the file has it.
 * @returns bytes of the blocks that are there
 * @throws ST-001, ST-013
 */
export async function touchFile(folder: BlockFolder, file: CID | string): Promise<number> {
  const root = typeof file === "string" ? parseCid(file) : file;
  const pending = [root];
  const seen = new Set([root.toString()]);
  let bytes = 0;
  for (let cid = pending.pop(); cid; cid = pending.pop()) {
    const length = await folder.touch(cid);
    if (length === undefined) continue;
    bytes += length;
    for (const link of cid.code === DAG_PB ? await linksOf(folder, cid) : []) {
      const name = link.toString();
      if (seen.has(name)) continue;
      seen.add(name);
      pending.push(link);
    }
  }
  return bytes;
}

/** None of a node that is broken, or no part of a file: whoever reads the file is told. */
async function linksOf(folder: BlockFolder, cid: CID): Promise<CID[]> {
  try {
    return readFileNode(cid, await folder.get(cid)).links.map((link) => link.cid);
  } catch (error) {
    if (isStorageError(error, "ST-001", "ST-003", "ST-005", "ST-011")) return [];
    throw error;
  }
}

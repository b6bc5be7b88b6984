import type { CID } from "multiformats/cid";
import { cidsOfDigest } from "../block.ts";
import { isStorageError } from "../errors.ts";
import { type FetchFileArgs, fetchBytes } from "./fetch-file.ts";
import { readFileNode } from "./file-node.ts";

/**
 * The file whose root block has this sha2-256 digest, as a contract names it. A digest does not say whether the block is
 * the file itself or the root of a longer one, and stores that are keyed by hash answer to both names. So the block is
 * fetched and looked at. A short file can be taken for a root only if it was made to look like one: whoever buys bytes
 * must check them against what the contract says of their content.
 * @returns the bytes and the identifier under which they were found
 * @throws as fetchFile; ST-009 when the block, or one below it, was not delivered
 */
export async function fetchByDigest(
  args: Omit<FetchFileArgs, "cid"> & { digest: string },
): Promise<{ cid: CID; bytes: Uint8Array }> {
  const { digest, onProgress, ...rest } = args;
  const [raw, node] = cidsOfDigest(digest);
  const block = await fetchBytes({ ...rest, cid: raw }).catch((error: unknown) => {
    if (isStorageError(error, "ST-009")) return undefined;
    throw error;
  });
  if (block && !isRoot(node, block)) {
    onProgress?.({ bytesDone: block.length, bytesTotal: block.length, blocks: 1 });
    return { cid: raw, bytes: block };
  }
  return { cid: node, bytes: await fetchBytes({ ...rest, onProgress, cid: node }) };
}

function isRoot(node: CID, block: Uint8Array): boolean {
  try {
    readFileNode(node, block);
    return true;
  } catch (error) {
    if (isStorageError(error, "ST-011")) return false;
    throw error;
  }
}

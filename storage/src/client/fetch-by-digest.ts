import type { CID } from "multiformats/cid";
import { cidsOfDigest } from "../block.ts";
import { isStorageError } from "../errors.ts";
import { type FetchFileArgs, fetchBytes } from "./fetch-file.ts";

/**
 * The file whose root block has this sha2-256 digest, as a contract names it. A digest does not say whether the block is
 * the file itself or the root of a longer one, and stores that are keyed by hash answer to both names. So it is read as a
 * root first; a block that is none is the file. A short file can be taken for a root only if it was made to look like
 * one: whoever buys bytes must check them against what the contract says of their content.
 * @returns the bytes and the identifier under which they were found
 * @throws as fetchFile; ST-009 when it was not delivered
 */
export async function fetchByDigest(
  args: Omit<FetchFileArgs, "cid"> & { digest: string },
): Promise<{ cid: CID; bytes: Uint8Array }> {
  const { digest, ...rest } = args;
  const [raw, node] = cidsOfDigest(digest);
  try {
    return { cid: node, bytes: await fetchBytes({ ...rest, cid: node }) };
  } catch (error) {
    if (!isStorageError(error, "ST-011", "ST-009")) throw error;
    return { cid: raw, bytes: await fetchBytes({ ...rest, cid: raw }) };
  }
}

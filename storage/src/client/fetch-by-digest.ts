import type { CID } from "multiformats/cid";
import { cidsOfDigest } from "../block.ts";
import { isStorageError } from "../errors.ts";
import { type FetchFileArgs, fetchBytes } from "./fetch-file.ts";

/**
 * The file whose root block has this sha2-256 digest, as a contract names it. A digest does not say whether the block is
 * the file itself or the root of a longer one, so both are asked for, the short file first.
 * @returns the bytes and the identifier under which they were found
 * @throws as fetchFile; ST-009 when neither was delivered
 */
export async function fetchByDigest(
  args: Omit<FetchFileArgs, "cid"> & { digest: string },
): Promise<{ cid: CID; bytes: Uint8Array }> {
  const { digest, ...rest } = args;
  const [raw, node] = cidsOfDigest(digest);
  try {
    return { cid: raw, bytes: await fetchBytes({ ...rest, cid: raw }) };
  } catch (error) {
    if (!isStorageError(error, "ST-009")) throw error;
    return { cid: node, bytes: await fetchBytes({ ...rest, cid: node }) };
  }
}

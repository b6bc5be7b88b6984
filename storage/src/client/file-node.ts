import { decode } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import type { CID } from "multiformats/cid";
import { assertCid, DAG_PB, RAW } from "../block.ts";
import { StorageError } from "../errors.ts";

/** One block of a file, read: the bytes it holds itself, then the files below it, each with its declared size. */
export type FileNode = { data: Uint8Array; links: { cid: CID; size: number }[]; size: number };

/**
 * Reads a verified block as part of a file. A node is believed only as far as it is consistent: one declared size per
 * link, none of them empty, none beyond what a number counts exactly.
 * @throws ST-011
 */
export function readFileNode(cid: CID, bytes: Uint8Array): FileNode {
  if (cid.code === RAW) return { data: bytes, links: [], size: bytes.length };
  if (cid.code !== DAG_PB) throw malformed(cid, `codec 0x${cid.code.toString(16)}`);
  const { unixfs, links } = decodeNode(cid, bytes);
  if (unixfs.type !== "file" && unixfs.type !== "raw") throw malformed(cid, `a ${unixfs.type}`);
  if (unixfs.blockSizes.length !== links.length) {
    throw malformed(cid, `${links.length} links with ${unixfs.blockSizes.length} sizes`);
  }
  const data = unixfs.data ?? new Uint8Array();
  let size = data.length;
  const sized = links.map((link, i) => {
    const length = Number(unixfs.blockSizes[i]);
    if (length <= 0) throw malformed(cid, `a link that declares ${length} bytes`);
    size += length;
    return { cid: assertCid(link), size: length };
  });
  if (!Number.isSafeInteger(size)) throw malformed(cid, `a declared size of ${size} bytes`);
  return { data, links: sized, size };
}

function decodeNode(cid: CID, bytes: Uint8Array): { unixfs: UnixFS; links: CID[] } {
  try {
    const node = decode(bytes);
    if (!node.Data) throw new TypeError("no data field");
    return { unixfs: UnixFS.unmarshal(node.Data), links: node.Links.map((link) => link.Hash) };
  } catch (cause) {
    throw malformed(cid, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function malformed(cid: CID, found: string, cause?: unknown): StorageError {
  return new StorageError("ST-011", "block is not a node of a file", {
    found: `${found}, in ${cid}`,
    wanted: "a UnixFS file whose links and sizes agree",
    hint: "check the identifier: it must name a file, not a folder; if it does, the uploader built it wrongly",
    cause,
  });
}

import { CID } from "multiformats/cid";
import { create as createDigest } from "multiformats/hashes/digest";
import { sha256 } from "multiformats/hashes/sha2";
import { StorageError } from "./errors.ts";

/** Codec of a leaf: the bytes themselves. */
export const RAW = 0x55;
/** Codec of an inner node: a list of links. */
export const DAG_PB = 0x70;
const SHA2_256 = 0x12;

/** The largest block any part of the system stores or transfers, in bytes. */
export const MAX_BLOCK_BYTES = 2 * 1024 * 1024;

/** What the client needs of a place for blocks. Implementations check the hash on the way in and on the way out. */
export type BlockStore = {
  has(cid: CID): Promise<boolean>;
  /** @throws ST-005 when it is not there, ST-003 when it is there but broken */
  get(cid: CID): Promise<Uint8Array>;
  /** Stores a block, under `cid` after checking it, or as a raw leaf. @returns its identifier */
  put(bytes: Uint8Array, cid?: CID): Promise<CID>;
  delete(cid: CID): Promise<void>;
};

/**
 * Reads a content identifier: version 1, SHA2-256, a raw leaf or a dag-pb node.
 * @throws ST-001
 */
export function parseCid(text: string): CID {
  let cid: CID;
  try {
    cid = CID.parse(text);
  } catch (cause) {
    throw unsupported(clip(text), cause);
  }
  return assertCid(cid);
}

/** @throws ST-001 unless it is a version 1 SHA2-256 identifier of a raw leaf or a dag-pb node */
export function assertCid(cid: CID): CID {
  const known = cid.version === 1 && (cid.code === RAW || cid.code === DAG_PB);
  if (!known || cid.multihash.code !== SHA2_256 || cid.multihash.digest.length !== 32) {
    throw unsupported(
      `${clip(cid.toString())} (version ${cid.version}, codec 0x${cid.code.toString(16)}, hash 0x${cid.multihash.code.toString(16)})`,
    );
  }
  return cid;
}

/** @returns the identifier of a block; `codec` is RAW or DAG_PB */
export async function hashBlock(bytes: Uint8Array, codec: number = RAW): Promise<CID> {
  return CID.createV1(codec, await sha256.digest(bytes));
}

/** @returns whether `bytes` are the block that `cid` names */
export async function isBlock(cid: CID, bytes: Uint8Array): Promise<boolean> {
  const { digest } = await sha256.digest(bytes);
  return digest.every((byte, i) => byte === cid.multihash.digest[i]);
}

/** @throws ST-002 unless `bytes` are the block that `cid` names; `from` says who gave them */
export async function assertBlock(cid: CID, bytes: Uint8Array, from: string): Promise<void> {
  if (await isBlock(cid, bytes)) return;
  const found = await hashBlock(bytes, cid.code);
  throw new StorageError("ST-002", "block does not match its identifier", {
    found: `${bytes.length} bytes that hash to ${found}, from ${from}`,
    wanted: cid.toString(),
    hint: "the sender is broken, or lies: take the block from another one",
  });
}

/** @throws ST-006 when a block is longer than `limit` bytes */
export function assertBlockSize(length: number, limit: number = MAX_BLOCK_BYTES): void {
  if (length <= limit) return;
  throw new StorageError("ST-006", "block too large", {
    found: `${length} bytes`,
    wanted: `at most ${limit} bytes`,
    hint: "cut the file into chunks; uploadFile does",
  });
}

/** The 32 bytes a contract keeps for a block. */
export function digestOf(cid: CID): `0x${string}` {
  return `0x${Array.from(assertCid(cid).multihash.digest, (b) => b.toString(16).padStart(2, "0")).join("")}`;
}

/** The two identifiers a digest can stand for: a file of one block, or the root of a longer one. */
export function cidsOfDigest(digest: string): [raw: CID, node: CID] {
  if (!/^0x[0-9a-fA-F]{64}$/.test(digest)) throw unsupported(clip(digest));
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(digest.slice(2 + 2 * i, 4 + 2 * i), 16));
  const hash = createDigest(SHA2_256, bytes);
  return [CID.createV1(RAW, hash), CID.createV1(DAG_PB, hash)];
}

function unsupported(found: string, cause?: unknown): StorageError {
  return new StorageError("ST-001", "not a content identifier we serve", {
    found,
    wanted: "a version 1 CID, SHA2-256, of a raw or a dag-pb block (bafk… or bafy…)",
    hint: "copy the identifier that the upload printed",
    cause,
  });
}

function clip(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

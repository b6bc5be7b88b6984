import type { Hex } from "viem";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
/** Codecs of a CID: a raw block, or a node with links. */
export const CODEC = { raw: 0x55, dagPb: 0x70 } as const;

/**
 * The CID (version 1, sha2-256, base32) that a digest of the chain stands for. The chain keeps no codec: manifests are
 * raw blocks; an output is raw up to 1 MiB and dag-pb above.
 */
export function cidOfDigest(digest: Hex, codec: keyof typeof CODEC = "raw"): string {
  const bytes = [0x01, CODEC[codec], 0x12, 0x20, ...Buffer.from(digest.slice(2), "hex")];
  let out = "b";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) out += ALPHABET[(buffer >> (bits - 5)) & 31];
  }
  return bits > 0 ? out + ALPHABET[(buffer << (5 - bits)) & 31] : out;
}

import { keccak } from "./keccak.ts";

// Written and hashed at once: one call of the hash function is cheaper than three.
const PAIR = new Uint8Array(65);
PAIR[0] = 0x01;
const ZERO: Uint8Array[] = [keccak(new Uint8Array([0x02]))];
export const EMPTY_ROOT = new Uint8Array(32);

/** DSP-02: `H(0x01 || left || right)`. */
export function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  PAIR.set(left, 1);
  PAIR.set(right, 33);
  return keccak(PAIR);
}

/** DSP-03: root of an all-padding subtree of the given height. */
export function zero(level: number): Uint8Array {
  for (let l = ZERO.length; l <= level; l++) ZERO.push(node(ZERO[l - 1]!, ZERO[l - 1]!));
  return ZERO[level]!;
}

/** DSP-03: ceil(log2 n); 0 for n <= 1. */
export function depth(leaves: number): number {
  let d = 0;
  while (2 ** d < leaves) d++;
  return d;
}

/** DSP-03: root over `leaves`; one leaf is its own root, none gives 32 zero bytes. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return EMPTY_ROOT;
  let row = leaves;
  for (let level = 0; row.length > 1; level++) {
    const next: Uint8Array[] = [];
    for (let i = 0; i < row.length; i += 2) next.push(node(row[i]!, row[i + 1] ?? zero(level)));
    row = next;
  }
  return row[0]!;
}

/** DSP-23: siblings from leaf to root, exactly `depth(leaves.length)` of them. */
export function merkleProof(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  const proof: Uint8Array[] = [];
  let row = leaves;
  let at = index;
  for (let level = 0; row.length > 1; level++) {
    proof.push(row[at ^ 1] ?? zero(level));
    const next: Uint8Array[] = [];
    for (let i = 0; i < row.length; i += 2) next.push(node(row[i]!, row[i + 1] ?? zero(level)));
    row = next;
    at >>= 1;
  }
  return proof;
}

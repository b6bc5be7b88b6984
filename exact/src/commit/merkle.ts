import { keccak } from "./keccak.ts";
import { MessagePair } from "./keccak-pair.ts";

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

/** Writes the nodes number `parents` of the row above `below`, which is `level` above the leaves, into `above`. */
export function hashNodes(
  above: Uint8Array[],
  below: readonly Uint8Array[],
  level: number,
  parents: readonly number[],
): void {
  const padding = zero(level);
  const pair = new MessagePair(PAIR.length);
  const write = (message: Uint8Array, parent: number): void => {
    message[0] = PAIR[0]!;
    message.set(below[2 * parent]!, 1);
    message.set(below[2 * parent + 1] ?? padding, 33);
  };
  for (let i = 0; i < parents.length; i += 2) {
    const [first, second] = [parents[i]!, parents[i + 1]];
    write(pair.left, first);
    if (second !== undefined) write(pair.right, second);
    const hashes = pair.hash();
    above[first] = hashes[0];
    if (second !== undefined) above[second] = hashes[1];
  }
}

function rowAbove(below: readonly Uint8Array[], level: number): Uint8Array[] {
  const above: Uint8Array[] = [];
  hashNodes(above, below, level, [...Array(Math.ceil(below.length / 2)).keys()]);
  return above;
}

/** DSP-03: root over `leaves`; one leaf is its own root, none gives 32 zero bytes. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return EMPTY_ROOT;
  let row = leaves;
  for (let level = 0; row.length > 1; level++) row = rowAbove(row, level);
  return row[0]!;
}

/** DSP-23: siblings from leaf to root, exactly `depth(leaves.length)` of them. */
export function merkleProof(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  const proof: Uint8Array[] = [];
  let row = leaves;
  let at = index;
  for (let level = 0; row.length > 1; level++) {
    proof.push(row[at ^ 1] ?? zero(level));
    row = rowAbove(row, level);
    at >>= 1;
  }
  return proof;
}

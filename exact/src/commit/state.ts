import type { Hex, IntTensor } from "../types.ts";
import { toHex } from "./bytes.ts";
import { EMPTY_ROOT, hashNodes } from "./merkle.ts";
import { appendToList, tensorRootBytes, updateLeaves } from "./tensor.ts";

/** All rows of a tile tree, leaves first, and the tensor they belong to. */
interface Tree {
  tensor: IntTensor;
  rows: Uint8Array[][];
}

/** A list's hash after its first `rows` rows. */
interface Chain {
  rows: number;
  hash: Uint8Array;
}

/**
 * Roots of the state tensors of one run, boundary after boundary. Only tiles that changed since the boundary before, and
 * the nodes above them, are hashed again; a list is continued where it ended. Tensors passed in must not be changed
 * afterwards.
 */
export class StateHasher {
  private readonly trees = new Map<number, Tree>();
  private readonly chains = new Map<number, Chain>();

  /** Roots of all state tensors, in program order; equal to `tensorRoot` of each. */
  roots(state: readonly IntTensor[]): Hex[] {
    return state.map((tensor, k) => toHex(tensor.listRows === undefined ? this.tree(tensor, k) : this.list(tensor, k)));
  }

  private tree(tensor: IntTensor, k: number): Uint8Array {
    const known = this.trees.get(k);
    const same = known?.tensor.rows === tensor.rows && known.tensor.data.length === tensor.data.length;
    const tree: Tree = { tensor, rows: same ? known.rows : [[]] };
    const changed = updateLeaves(tree.rows[0]!, tensor, same ? known.tensor : undefined);
    this.trees.set(k, tree);
    return rehash(tree.rows, changed);
  }

  private list(tensor: IntTensor, k: number): Uint8Array {
    const step = tensor.listRows!;
    const known = this.chains.get(k);
    const chain = known && known.rows <= tensor.rows ? known : { rows: 0, hash: EMPTY_ROOT };
    let { hash } = chain;
    for (let row = chain.rows; row < tensor.rows; row += step) {
      const { name, cols, dtype, data } = tensor;
      const piece = { name, rows: step, cols, dtype, data: data.subarray(row * cols, (row + step) * cols) };
      hash = appendToList(hash, tensorRootBytes(piece));
    }
    this.chains.set(k, { rows: tensor.rows, hash });
    return hash;
  }
}

/** Brings the rows above the leaves up to date; `changed` holds the indexes of leaves that are new, ascending. */
function rehash(rows: Uint8Array[][], changed: readonly number[]): Uint8Array {
  let at = changed;
  let level = 0;
  for (; rows[level]!.length > 1; level++) {
    const below = rows[level]!;
    if (!rows[level + 1]) rows.push([]);
    const above = rows[level + 1]!;
    const next: number[] = [];
    for (const index of at) {
      const parent = index >> 1;
      if (next.at(-1) === parent) continue;
      next.push(parent);
    }
    hashNodes(above, below, level, next);
    at = next;
  }
  return rows[level]![0] ?? EMPTY_ROOT;
}

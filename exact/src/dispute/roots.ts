import { toHex, word } from "../commit/bytes.ts";
import { appendToList, tensorRootBytes, tileLeaves } from "../commit/tensor.ts";
import type { Hex, IntArray, IntTensor } from "../types.ts";
import { MerkleTree } from "./tree.ts";

/**
 * Trees and roots of tensors, computed once per data array. A tensor's data must not be changed after it was asked for
 * here.
 */
export class RootCache {
  private readonly trees = new WeakMap<IntArray, MerkleTree>();
  private readonly roots = new WeakMap<IntArray, Hex>();

  /** The tile tree of a tensor that is no list (DSP-01..04). */
  tree(tensor: IntTensor): MerkleTree {
    let tree = this.trees.get(tensor.data);
    if (!tree) {
      tree = new MerkleTree(tileLeaves(tensor));
      this.trees.set(tensor.data, tree);
    }
    return tree;
  }

  /** Root of a tensor or hash of a list (DSP-09). */
  root(tensor: IntTensor): Hex {
    let root = this.roots.get(tensor.data);
    if (!root) {
      root = toHex(tensor.listRows === undefined ? this.tree(tensor).root : tensorRootBytes(tensor));
      this.roots.set(tensor.data, root);
    }
    return root;
  }

  /** Tells the hash of `longer`, which is `list` with `item` appended, without hashing the whole list again. */
  appended(list: IntTensor, item: IntTensor, longer: IntTensor): void {
    if (this.roots.has(longer.data)) return;
    this.roots.set(longer.data, toHex(appendToList(word(this.root(list)), word(this.root(item)))));
  }
}

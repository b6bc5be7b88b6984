import { depth, merkleRoot, node, zero } from "../commit/merkle.ts";
import { tileLeaves } from "../commit/tensor.ts";
import { MerkleTree } from "../dispute/tree.ts";
import { type RowSource, rowRange } from "./rows.ts";

const SIDE = 16;
/** Height of the lowest node that is kept: 4096 tiles below it, 1 MiB of an int8 matrix. */
const HEIGHT = 12;
/** Elements that are hashed between two reads, about. */
const READ_ELEMENTS = 2 ** 18;
/** Subtrees that are kept for the next proof. */
const SUBTREES = 4;

/** Told of each part of the data as it is read: its first row, and the rows. */
export type OnRows = (first: number, data: Int8Array) => void;

/**
 * The tile tree of a data set (DSP-01..04), of which only the nodes far above the leaves are kept: 10 GB are 40 million
 * leaves. What lies below one of them is computed again, from its rows, when it is asked for.
 */
export class RowTree {
  private readonly source: RowSource;
  private readonly height: number;
  /** Its leaves are the nodes `height` above the tiles. */
  private readonly upper: MerkleTree;
  private readonly subtrees = new Map<number, MerkleTree>();

  private constructor(source: RowSource, height: number, nodes: readonly Uint8Array[]) {
    this.source = source;
    this.height = height;
    this.upper = new MerkleTree(nodes, { base: height });
  }

  /** Reads all rows once, in order. @param height of the lowest nodes that are kept, at most */
  static async build(source: RowSource, onRows?: OnRows, height: number = HEIGHT): Promise<RowTree> {
    const { rows, cols } = source;
    const width = Math.ceil(cols / SIDE);
    const lowest = Math.min(height, depth(width * Math.ceil(rows / SIDE)));
    const step = SIDE * Math.max(1, Math.floor(READ_ELEMENTS / (SIDE * cols)));
    const nodes: Uint8Array[] = [];
    let leaves: Uint8Array[] = [];
    for (let first = 0; first < rows; first += step) {
      const data = await source.read(rowRange(first, Math.min(rows, first + step)));
      onRows?.(first, data);
      leaves = leaves.concat(tileLeaves({ rows: data.length / cols, cols, dtype: source.dtype, data }));
      let at = 0;
      for (; leaves.length - at >= 2 ** lowest; at += 2 ** lowest) {
        nodes.push(merkleRoot(leaves.slice(at, at + 2 ** lowest)));
      }
      leaves = leaves.slice(at);
    }
    if (leaves.length > 0) nodes.push(padded(leaves, lowest));
    return new RowTree(source, lowest, nodes);
  }

  get root(): Uint8Array {
    return this.upper.root;
  }

  /** DSP-23: siblings of tile `index`, row-major over the grid, from the leaf up. Throws ExactError EX-060 outside. */
  async proof(index: number): Promise<Uint8Array[]> {
    const size = 2 ** this.height;
    const place = Math.floor(index / size);
    const above = this.upper.proof(place);
    return [...(await this.subtree(place)).proof(index % size), ...above];
  }

  private async subtree(place: number): Promise<MerkleTree> {
    const known = this.subtrees.get(place);
    if (known) return known;
    const { rows, cols, dtype } = this.source;
    const width = Math.ceil(cols / SIDE);
    const first = place * 2 ** this.height;
    const end = first + 2 ** this.height;
    const top = Math.floor(first / width) * SIDE;
    const data = await this.source.read(rowRange(top, Math.min(rows, Math.ceil(end / width) * SIDE)));
    const skipped = first - (top / SIDE) * width;
    const leaves = tileLeaves({ rows: data.length / cols, cols, dtype, data }).slice(skipped, skipped + end - first);
    const tree = new MerkleTree(leaves, { depth: this.height });
    this.subtrees.set(place, tree);
    for (const oldest of this.subtrees.keys()) {
      if (this.subtrees.size <= SUBTREES) break;
      this.subtrees.delete(oldest);
    }
    return tree;
  }
}

/** Root of a subtree of the given height over leaves that do not fill it. */
function padded(leaves: readonly Uint8Array[], height: number): Uint8Array {
  let root = merkleRoot(leaves);
  for (let level = depth(leaves.length); level < height; level++) root = node(root, zero(level));
  return root;
}

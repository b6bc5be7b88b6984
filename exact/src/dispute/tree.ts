import { depth, EMPTY_ROOT, node, zero } from "../commit/merkle.ts";
import { ExactError } from "../errors.ts";

/** A DSP-03 tree with all its levels kept: proofs and reveals cost no hash. */
export class MerkleTree {
  readonly depth: number;
  readonly leaves: readonly Uint8Array[];
  /** `levels[l][i]`: node i of the level l above the leaves; nodes that are all padding are left out. */
  private readonly levels: Uint8Array[][];
  private readonly base: number;

  /** A part of a larger tree may be of another `depth`, and its leaves may be nodes, `base` above the larger one's leaves. */
  constructor(leaves: readonly Uint8Array[], part: { depth?: number; base?: number } = {}) {
    this.leaves = leaves;
    this.depth = part.depth ?? depth(leaves.length);
    this.base = part.base ?? 0;
    this.levels = [[...leaves]];
    for (let l = 0; l < this.depth; l++) {
      const row = this.levels[l]!;
      const next: Uint8Array[] = [];
      for (let i = 0; i < row.length; i += 2) next.push(node(row[i]!, row[i + 1] ?? zero(l + this.base)));
      this.levels.push(next);
    }
  }

  get root(): Uint8Array {
    return this.leaves.length === 0 ? EMPTY_ROOT : this.levels[this.depth]![0]!;
  }

  /** Node `index` of the level `level` above the leaves. */
  node(level: number, index: number): Uint8Array {
    return this.levels[level]![index] ?? zero(level + this.base);
  }

  /** DSP-23: siblings of leaf `index`, from the leaf up, `depth` of them. Throws ExactError EX-060 outside the leaves. */
  proof(index: number): Uint8Array[] {
    this.check("leaf", index, this.leaves.length);
    return Array.from({ length: this.depth }, (_, l) => this.node(l, Math.floor(index / 2 ** l) ^ 1));
  }

  /**
   * DSP-21: the 2^g descendants of node `index` of level `level`, g = min(4, level) levels below it.
   * Throws ExactError EX-060 for a node that is a leaf, all padding or not there.
   */
  reveal(level: number, index: number): Uint8Array[] {
    if (!(level >= 1)) this.check("level", level, this.depth + 1, 1);
    this.check("level", level, this.depth + 1);
    this.check("node", index, this.levels[level]!.length);
    const g = Math.min(4, level);
    return Array.from({ length: 2 ** g }, (_, i) => this.node(level - g, index * 2 ** g + i));
  }

  private check(path: string, found: number, end: number, start = 0): void {
    if (Number.isInteger(found) && found >= start && found < end) return;
    throw noSuchPlace(path, found, end - start > 0 ? `${start}..${end - 1}` : "nothing: the tree is empty");
  }
}

/** The error for a position that the run does not have. */
export function noSuchPlace(path: string, found: unknown, wanted: string): ExactError {
  return new ExactError("EX-060", { path, found, wanted, hint: "Check the position against program and step count." });
}

import { node, zero } from "../../../exact/src/commit/merkle.ts";

/** A Merkle tree over nodes that all stand at height `base` (0: leaves), `levels` high, padded by DSP-03. */
export class Tree {
  readonly #rows: Uint8Array[][];
  readonly #base: number;
  readonly levels: number;

  constructor(nodes: readonly Uint8Array[], levels: number, base = 0) {
    this.#base = base;
    this.levels = levels;
    this.#rows = [[...nodes]];
    for (let level = 0; level < levels; level++) {
      const row = this.#rows[level]!;
      const next: Uint8Array[] = [];
      for (let i = 0; i < row.length; i += 2) next.push(node(row[i]!, row[i + 1] ?? zero(base + level)));
      this.#rows.push(next);
    }
  }

  get root(): Uint8Array {
    return this.node(this.levels, 0);
  }

  /** The node at `height` levels above the base, `index`-th from the left. */
  node(height: number, index: number): Uint8Array {
    return this.#rows[height]![index] ?? zero(this.#base + height);
  }

  /** Siblings from the base up to (not including) the node `levels` higher. */
  proof(index: number, levels = this.levels): Uint8Array[] {
    return Array.from({ length: levels }, (_, level) => this.node(level, (index >> level) ^ 1));
  }
}

/** DSP-21: how many levels the reveal of a node at this height spans. */
export function strideOf(height: number): number {
  const rounds = Math.ceil(height / 6);
  return Math.ceil(height / rounds);
}

/** DSP-21: how many of a node's descendants, `stride` levels below it, hold one of `leaves` leaves. */
export function occupied(index: number, height: number, stride: number, leaves: number): number {
  const below = 2 ** (height - stride);
  return Math.min(2 ** stride, Math.ceil((leaves - index * 2 ** height) / below));
}

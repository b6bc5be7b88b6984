import { concat, type Hex, keccak256 } from "viem";

const NODE = "0x01";
const ZERO: Hex[] = [keccak256("0x02")];

/** DSP-02. */
function node(left: Hex, right: Hex): Hex {
  return keccak256(concat([NODE, left, right]));
}

/** DSP-03: root of an all-padding subtree. */
function zero(height: number): Hex {
  for (let h = ZERO.length; h <= height; h++) ZERO.push(node(ZERO[h - 1]!, ZERO[h - 1]!));
  return ZERO[height]!;
}

/** DSP-03: ceil(log2 leaves). */
function depthOf(leaves: number): number {
  let depth = 0;
  while (2 ** depth < leaves) depth++;
  return depth;
}

/** A tree over nodes that all stand at height `base` (0: leaves), `levels` high, padded by DSP-03. */
export class PaddedTree {
  readonly #rows: Hex[][];
  readonly #base: number;
  readonly levels: number;

  constructor(nodes: readonly Hex[], levels = depthOf(nodes.length), base = 0) {
    this.#base = base;
    this.levels = levels;
    this.#rows = [[...nodes]];
    for (let level = 0; level < levels; level++) {
      const row = this.#rows[level]!;
      const next: Hex[] = [];
      for (let i = 0; i < row.length; i += 2) next.push(node(row[i]!, row[i + 1] ?? zero(base + level)));
      this.#rows.push(next);
    }
  }

  get root(): Hex {
    return this.#at(this.levels, 0);
  }

  /** DSP-23: siblings from the nodes up, `levels` of them. */
  proof(index: number): Hex[] {
    return Array.from({ length: this.levels }, (_, level) => this.#at(level, Math.floor(index / 2 ** level) ^ 1));
  }

  #at(height: number, index: number): Hex {
    return this.#rows[height]![index] ?? zero(this.#base + height);
  }
}

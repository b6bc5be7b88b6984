import { encode } from "@ipld/dag-pb";
import type { CID } from "multiformats/cid";
import { DAG_PB, hashBlock } from "../block.ts";

/** Links in a full inner node. Part of what makes the same file have the same identifier: never change it. */
export const LINKS_PER_NODE = 1024;

/** A part of a file: its block, the bytes of the file below it, and the bytes of all blocks from it downwards. */
export type FilePart = { cid: CID; fileBytes: number; blockBytes: number };

/**
 * Builds the balanced tree over a file's leaves (UnixFS) as they come, holding no more than one unfinished node of each
 * level. Sizes may be any whole number that a double counts exactly.
 */
export class FileTree {
  readonly #put: (cid: CID, block: Uint8Array) => Promise<void>;
  /** Parts that wait for a node above them, by level; leaves are level 0. */
  readonly #levels: FilePart[][] = [[]];

  /** @param put receives each inner node */
  constructor(put: (cid: CID, block: Uint8Array) => Promise<void>) {
    this.#put = put;
  }

  /** Takes the next leaf, in file order. */
  async add(leaf: FilePart): Promise<void> {
    await this.#addTo(0, leaf);
  }

  /** Closes the tree; at least one leaf was added. @returns its root, which is the leaf itself when there is only one */
  async close(): Promise<FilePart> {
    for (let level = 0; ; level++) {
      const parts = this.#levels[level] ?? [];
      const [only] = parts;
      const isTop = this.#levels.length === level + 1;
      if (isTop && only && parts.length === 1) return only;
      if (isTop && !only) throw new TypeError("a tree without leaves");
      if (only) await this.#join(level);
    }
  }

  async #addTo(level: number, part: FilePart): Promise<void> {
    this.#levels[level] ??= [];
    const parts = this.#levels[level];
    parts.push(part);
    if (parts.length === LINKS_PER_NODE) await this.#join(level);
  }

  /** Puts a node over all parts of a level. */
  async #join(level: number): Promise<void> {
    const parts = this.#levels[level] as FilePart[];
    this.#levels[level] = [];
    const fileBytes = sum(parts.map((part) => part.fileBytes));
    const block = encode({
      Data: fileHeader(fileBytes, parts),
      Links: parts.map((part) => ({ Name: "", Tsize: part.blockBytes, Hash: part.cid })),
    });
    const cid = await hashBlock(block, DAG_PB);
    await this.#put(cid, block);
    const blockBytes = block.length + sum(parts.map((part) => part.blockBytes));
    await this.#addTo(level + 1, { cid, fileBytes, blockBytes });
  }
}

/** UnixFS's `Data` of a node without bytes of its own: type 2 (file), file size, the size below each link. */
function fileHeader(fileBytes: number, parts: readonly FilePart[]): Uint8Array {
  const out = [0x08, 2, 0x18, ...varint(fileBytes)];
  for (const part of parts) out.push(0x20, ...varint(part.fileBytes));
  return Uint8Array.from(out);
}

/** Seven bits to a byte, lowest first. Divides, for a shift would lose what is above 32 bits. */
function varint(value: number): number[] {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...out, rest];
    out.push((rest % 128) + 128);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

import type { CID } from "multiformats/cid";
import { type BlockReader, unequal } from "./fetch-file.ts";
import { type FileNode, readFileNode } from "./file-node.ts";

/** A node of a file, and where the file below each of its links begins, counted from the node's own first byte. */
export type PlacedNode = FileNode & { starts: number[] };

type Held = { node: Promise<PlacedNode>; bytes: number; sinceMs: number };

/** What a link takes in memory, about: an identifier with its digest, and its size. */
const LINK_BYTES = 512;

/** The nodes of a file that were used last, and one that is read by several read once. */
export class NodeCache {
  readonly #read: BlockReader;
  readonly #limits: { cacheBytes: number; renewMs: number; concurrency: number };
  // A Map keeps the order of insertion: what was used last stands last.
  readonly #held = new Map<string, Held>();
  readonly #waiting: (() => void)[] = [];
  #reading = 0;
  #bytes = 0;

  constructor(read: BlockReader, limits: { cacheBytes: number; renewMs: number; concurrency: number }) {
    this.#read = read;
    this.#limits = limits;
  }

  /** @throws ST-011 when it is not of the `expected` size, and as the reader and readFileNode do */
  async get(cid: CID, expected?: number): Promise<PlacedNode> {
    const name = cid.toString();
    let held = this.#held.get(name);
    if (held && Date.now() - held.sinceMs > this.#limits.renewMs) {
      this.#forget(name, held);
      held = undefined;
    }
    if (held) this.#held.delete(name);
    held ??= this.#load(name, cid);
    this.#held.set(name, held);
    const node = await held.node;
    if (expected !== undefined && node.size !== expected) throw unequal(cid, node.size, expected);
    return node;
  }

  #load(name: string, cid: CID): Held {
    const held: Held = { node: this.#readNode(cid), bytes: 0, sinceMs: Date.now() };
    held.node.then(
      ({ data, links }) => {
        if (this.#held.get(name) !== held) return;
        held.bytes = data.length + links.length * LINK_BYTES;
        this.#bytes += held.bytes;
        this.#trim(name);
      },
      () => this.#forget(name, held),
    );
    return held;
  }

  async #readNode(cid: CID): Promise<PlacedNode> {
    if (this.#reading >= this.#limits.concurrency) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#reading += 1;
    try {
      const node = readFileNode(cid, await this.#read(cid));
      let at = node.data.length;
      const starts = node.links.map(({ size }) => {
        at += size;
        return at - size;
      });
      return { ...node, starts };
    } finally {
      // The place goes to the one that waits longest, or is free.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#reading -= 1;
    }
  }

  #forget(name: string, held: Held): void {
    if (this.#held.get(name) !== held) return;
    this.#held.delete(name);
    this.#bytes -= held.bytes;
  }

  #trim(newest: string): void {
    for (const [name, held] of this.#held) {
      if (this.#bytes <= this.#limits.cacheBytes) return;
      if (held.bytes > 0 && name !== newest) this.#forget(name, held);
    }
  }
}

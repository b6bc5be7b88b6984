import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "@ipld/dag-pb";
import fc from "fast-check";
import { UnixFS } from "ipfs-unixfs";
import { importer } from "ipfs-unixfs-importer";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import { balanced } from "ipfs-unixfs-importer/layout";
import { hashBlock } from "../block.ts";
import { readFileNode } from "./file-node.ts";
import { type FilePart, FileTree, LINKS_PER_NODE } from "./file-tree.ts";

/** The tree over leaves of one length, which are never made: only their identifier is. */
async function treeOf(leaves: number, leafBytes: number) {
  const nodes = new Map<string, Uint8Array>();
  const tree = new FileTree(async (cid, block) => void nodes.set(cid.toString(), block));
  const cid = await hashBlock(Uint8Array.of(1));
  for (let n = 0; n < leaves; n++) await tree.add({ cid, fileBytes: leafBytes, blockBytes: leafBytes });
  return { root: await tree.close(), nodes };
}

test("trees are those of ipfs-unixfs-importer, block by block", async () => {
  // Leaves of three bytes, so that trees of three levels are small.
  for (const leaves of [1, 2, LINKS_PER_NODE - 1, LINKS_PER_NODE, LINKS_PER_NODE + 1, 2 * LINKS_PER_NODE + 7]) {
    const file = Uint8Array.from({ length: 3 * leaves }, (_, i) => (i * 31) % 251);
    const wanted: string[] = [];
    const store = {
      put: async <C extends { toString(): string }>(cid: C) => {
        wanted.push(cid.toString());
        return cid;
      },
    };
    let root = "";
    const options = {
      cidVersion: 1 as const,
      rawLeaves: true,
      reduceSingleLeafToSelf: true,
      chunker: fixedSize({ chunkSize: 3 }),
      layout: balanced({ maxChildrenPerNode: LINKS_PER_NODE }),
    };
    for await (const { cid } of importer([{ content: file }], store, options)) root = cid.toString();

    const found: string[] = [];
    const tree = new FileTree(async (cid) => void found.push(cid.toString()));
    for (let at = 0; at < file.length; at += 3) {
      const cid = await hashBlock(file.subarray(at, at + 3));
      found.push(cid.toString());
      await tree.add({ cid, fileBytes: 3, blockBytes: 3 });
    }
    const made: FilePart = await tree.close();
    assert.equal(made.cid.toString(), root, `${leaves} leaves`);
    assert.deepEqual(found.toSorted(), wanted.toSorted(), `${leaves} leaves`);
  }
});

test("a tree of any size declares its length exactly: 2 to 4 GiB, and beyond what 32 bits count", async () => {
  const sizes = fc.integer({ min: 1, max: Math.floor(Number.MAX_SAFE_INTEGER / 3) });
  const check = async (leafBytes: number) => {
    const { root, nodes } = await treeOf(3, leafBytes);
    const block = nodes.get(root.cid.toString()) as Uint8Array;
    const { size, links } = readFileNode(root.cid, block);
    assert.equal(size, 3 * leafBytes);
    assert.deepEqual(
      links.map((link) => link.size),
      [leafBytes, leafBytes, leafBytes],
    );
    // As other readers see it.
    const node = decode(block);
    assert.equal(UnixFS.unmarshal(node.Data as Uint8Array).fileSize(), BigInt(3 * leafBytes));
    assert.deepEqual(
      node.Links.map(({ Tsize }) => Tsize),
      [leafBytes, leafBytes, leafBytes],
    );
  };
  for (const leafBytes of [2 ** 30, 2 ** 31 / 3 + 1 / 3, 2 ** 32 - 1, 2 ** 32, 2 ** 40])
    await check(Math.floor(leafBytes));
  await fc.assert(fc.asyncProperty(sizes, check), { numRuns: 200 });
});

test("a tree without leaves is refused", async () => {
  await assert.rejects(new FileTree(async () => {}).close(), TypeError);
});

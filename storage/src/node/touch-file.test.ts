import assert from "node:assert/strict";
import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { encode } from "@ipld/dag-pb";
import { UnixFS } from "ipfs-unixfs";
import { DAG_PB, hashBlock } from "../block.ts";
import { importToStore } from "../client/import-to-store.ts";
import { noise, scratch } from "../test-kit.ts";
import { openBlockFolder } from "./block-folder.ts";
import { touchFile } from "./touch-file.ts";

const MIB = 2 ** 20;
const HOUR = 3_600_000;

/** Every block of a folder was used long ago. */
function age(dir: string): void {
  const long = Date.now() / 1000 - 86_400;
  for (const file of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) utimesSync(join(file.parentPath, file.name), long, long);
  }
}

test("a file that was touched outlives a cut of the cache, and others do not; what is missing of it is told by its bytes", async (t) => {
  const folder = await openBlockFolder(await scratch(t));
  const { cid } = await importToStore(folder, noise(3 * MIB));
  await importToStore(folder, noise(2 * MIB, 2));
  age(folder.dir);
  const held = await touchFile(folder, cid.toString());
  assert.ok(held > 3 * MIB && held < 3 * MIB + 1000, `${held}`);
  await folder.prune(0, Date.now() - HOUR);
  assert.equal(folder.usage().bytes, held, "the other file is gone, this one is whole");
  await folder.delete(await hashBlock(noise(3 * MIB).slice(0, MIB)));
  assert.equal(await touchFile(folder, cid), held - MIB);
});

test("a tree that names itself over and over is walked once", async (t) => {
  const folder = await openBlockFolder(await scratch(t));
  let cid = await folder.put(noise(8));
  let size = 8n;
  for (let level = 0; level < 25; level++) {
    const block = encode({
      Data: new UnixFS({ type: "file", blockSizes: [size, size] }).marshal(),
      Links: [cid, cid].map((Hash) => ({ Name: "", Tsize: 8, Hash })),
    });
    cid = await folder.put(block, await hashBlock(block, DAG_PB));
    size *= 2n;
  }
  assert.equal(await touchFile(folder, cid), folder.usage().bytes);
});

import assert from "node:assert/strict";
import { open, readdir, readFile, rename, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { FsBlockstore } from "blockstore-fs";
import { CID } from "multiformats/cid";
import { hashBlock } from "../block.ts";
import { noise, scratch, withCode } from "../test-kit.ts";
import { trimCache } from "./block-cache.ts";
import { openBlockFolder } from "./block-folder.ts";

async function filesOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
}

async function onlyFileOf(dir: string): Promise<string> {
  const [file, ...more] = await filesOf(dir);
  assert.ok(file && more.length === 0);
  return file;
}

test("a broken block that many read at once is removed once, and each of them is told", async (t) => {
  const folder = await openBlockFolder(await scratch(t));
  const cid = await folder.put(noise(1000));
  await truncate(await onlyFileOf(folder.dir), 999);
  await folder.put(noise(10));
  const reads = await Promise.allSettled(Array.from({ length: 20 }, () => folder.get(cid)));
  const codes = reads.map((read) => (read.status === "rejected" ? (read.reason as { code: string }).code : "none"));
  assert.ok(
    codes.every((code) => code === "ST-003" || code === "ST-005"),
    codes.join(),
  );
  assert.equal(folder.usage().blocks, 1);
});

test("a block comes back as it was, is counted once, and survives reopening", async (t) => {
  const dir = await scratch(t);
  const folder = await openBlockFolder(dir);
  const bytes = noise(1000);
  const [cid] = await Promise.all([folder.put(bytes), folder.put(bytes), folder.put(bytes)]);
  assert.deepEqual(await folder.get(cid), bytes);
  assert.deepEqual(folder.usage(), { blocks: 1, bytes: 1000 });
  const again = await openBlockFolder(dir);
  assert.deepEqual(again.usage(), { blocks: 1, bytes: 1000 });
  await again.delete(cid);
  await again.delete(cid);
  assert.deepEqual(again.usage(), { blocks: 0, bytes: 0 });
  await assert.rejects(again.get(cid), withCode("ST-005"));
});

test("the layout is the one of blockstore-fs", async (t) => {
  const dir = await scratch(t);
  const cid = await (await openBlockFolder(dir)).put(noise(10));
  const theirs = new FsBlockstore(dir);
  await theirs.open();
  const parts: Uint8Array[] = [];
  for await (const part of theirs.get(cid)) parts.push(part);
  assert.deepEqual(Buffer.concat(parts), Buffer.from(noise(10)));
});

test("bytes that do not hash to the identifier are refused", async (t) => {
  const dir = await scratch(t);
  const folder = await openBlockFolder(dir);
  const cid = await hashBlock(noise(10));
  await assert.rejects(folder.put(noise(11), cid), withCode("ST-002"));
  assert.deepEqual(await filesOf(dir), []);
});

for (const [how, spoil] of [
  ["truncated", (path: string) => truncate(path, 999)],
  ["emptied", (path: string) => truncate(path, 0)],
  ["altered", (path: string) => writeFile(path, noise(1000, 2))],
] as const) {
  test(`a block ${how} on disk is reported, never served, and can be stored again`, async (t) => {
    const dir = await scratch(t);
    const reports: string[] = [];
    const folder = await openBlockFolder(dir, { onCorrupt: (error) => reports.push(error.code) });
    const cid = await folder.put(noise(1000));
    await spoil(await onlyFileOf(dir));
    await assert.rejects(folder.get(cid), withCode("ST-003", new RegExp(cid.toString())));
    assert.deepEqual(reports, ["ST-003"]);
    assert.equal(await folder.has(cid), false);
    await folder.put(noise(1000), cid);
    assert.deepEqual(await folder.get(cid), noise(1000));
  });
}

test("storing a block over its truncated copy mends it", async (t) => {
  const dir = await scratch(t);
  const folder = await openBlockFolder(dir);
  const cid = await folder.put(noise(1000));
  await truncate(await onlyFileOf(dir), 10);
  await folder.put(noise(1000), cid);
  assert.deepEqual(await folder.get(cid), noise(1000));
});

test("a quota that is reached gives ST-004, keeps what was there, and frees with a delete", async (t) => {
  const dir = await scratch(t);
  const folder = await openBlockFolder(dir, { maxBytes: 1500 });
  const first = await folder.put(noise(1000, 1));
  await assert.rejects(folder.put(noise(1000, 2)), withCode("ST-004", /1000 of 1500 bytes/));
  assert.equal((await filesOf(dir)).length, 1);
  assert.deepEqual(await folder.get(first), noise(1000, 1));
  await folder.delete(first);
  await folder.put(noise(1000, 2));
});

for (const step of ["open", "write", "datasync", "rename"] as const) {
  test(`a disk that fills up at ${step} gives ST-004 and leaves no half block`, async (t) => {
    const dir = await scratch(t);
    let full = true;
    const enospc = () => Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const fs = {
      readFile: (path: string) => readFile(path),
      rename: async (from: string, to: string) => {
        if (full && step === "rename") throw enospc();
        await rename(from, to);
      },
      open: async (path: string, flags: string) => {
        if (full && step === "open") throw enospc();
        const handle = await open(path, flags);
        if (full && step === "datasync") handle.datasync = () => Promise.reject(enospc());
        if (full && step === "write") {
          handle.writeFile = async (data) => {
            await handle.write((data as Uint8Array).subarray(0, 100));
            throw enospc();
          };
        }
        return handle;
      },
    };
    const folder = await openBlockFolder(dir, { fs });
    await assert.rejects(folder.put(noise(1000)), withCode("ST-004", /ENOSPC/));
    assert.deepEqual(await filesOf(dir), []);
    assert.deepEqual(folder.usage(), { blocks: 0, bytes: 0 });
    full = false;
    assert.deepEqual(await folder.get(await folder.put(noise(1000))), noise(1000));
  });
}

test("what a dead writer left half done is cleared at opening, a living one's is kept", async (t) => {
  const dir = await scratch(t);
  await writeFile(join(dir, `${2 ** 22 + 1}-00.part`), "half");
  await writeFile(join(dir, `${process.pid}-00.part`), "half");
  await openBlockFolder(dir);
  assert.match(await onlyFileOf(dir), new RegExp(`${process.pid}-00.part$`));
});

test("a folder that is a file gives ST-013", async (t) => {
  const path = join(await scratch(t), "file");
  await writeFile(path, "");
  await assert.rejects(openBlockFolder(path), withCode("ST-013"));
});

test("only identifiers of the kind we write are taken", async (t) => {
  const folder = await openBlockFolder(await scratch(t));
  const cid = await hashBlock(noise(1));
  await assert.rejects(folder.get(CID.createV1(0x71, cid.multihash)), withCode("ST-001", /0x71/));
  await assert.rejects(folder.get(CID.parse("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG")), withCode("ST-001"));
});

test("a block over 2 MiB is refused", async (t) => {
  const folder = await openBlockFolder(await scratch(t));
  await assert.rejects(folder.put(new Uint8Array(2 * 1024 * 1024 + 1)), withCode("ST-006"));
});

test("a folder that cannot be made is told of at once", async () => {
  await assert.rejects(openBlockFolder("/proc/none/blocks"), withCode("ST-013", /ENOENT/));
  await assert.rejects(openBlockFolder("/dev/null/blocks"), withCode("ST-013", /ENOTDIR/));
});

test("pruning removes what was longest unused, and no more than it must", async (t) => {
  const folder = await openBlockFolder(await scratch(t));
  const cids: CID[] = [];
  for (let n = 0; n < 5; n++) cids.push(await folder.put(noise(1000 + n)));
  for (const path of await filesOf(folder.dir)) {
    // Oldest by its length: 1002, 1000, 1001, 1003, 1004.
    const age = [1002, 1000, 1001, 1003, 1004].indexOf((await stat(path)).size);
    await utimes(path, 1000 + age, 1000 + age);
  }
  assert.deepEqual(await folder.prune(1e9), { blocks: 0, bytes: 0 });
  assert.deepEqual(await folder.prune(3100), { blocks: 2, bytes: 2002 });
  assert.deepEqual(await Promise.all(cids.map((cid) => folder.has(cid))), [false, true, false, true, true]);
  assert.deepEqual(folder.usage(), { blocks: 3, bytes: 3008 });
  assert.deepEqual((await openBlockFolder(folder.dir)).usage(), folder.usage());
  assert.deepEqual(await folder.prune(0), { blocks: 3, bytes: 3008 });
});

test("a block that was read is not longest unused, whatever the file system notes", async (t) => {
  // As on a file system that notes no reads.
  const unnoted = async (path: string) => {
    const { atime, mtime } = await stat(path);
    const bytes = await readFile(path);
    await utimes(path, atime, mtime);
    return bytes;
  };
  const folder = await openBlockFolder(await scratch(t), { fs: { open, rename, readFile: unnoted } });
  const [first, second] = [await folder.put(noise(1000)), await folder.put(noise(1001))];
  for (const path of await filesOf(folder.dir)) {
    const used = Date.now() / 1000 - ((await stat(path)).size === 1000 ? 4 : 3) * 3600;
    await utimes(path, used, used);
  }
  await folder.get(first);
  await folder.prune(1500);
  assert.deepEqual([await folder.has(first), await folder.has(second)], [true, false]);
});

test("a cache is cut to three quarters when it has outgrown its limit, but for what is in use", async (t) => {
  const folder = await openBlockFolder(await scratch(t));
  const long = Date.now() / 1000 - 3 * 3600;
  for (let n = 0; n < 6; n++) await folder.put(noise(1000 + n));
  for (const path of await filesOf(folder.dir)) await utimes(path, long, long + (await stat(path)).size);
  assert.deepEqual(await trimCache(folder, 7000), { blocks: 0, bytes: 0 });
  assert.deepEqual(await trimCache(folder, 6000), { blocks: 2, bytes: 2001 });
  const fresh = await folder.put(noise(3000));
  assert.deepEqual(await trimCache(folder, 1000, Date.now()), { blocks: 4, bytes: 4014 });
  assert.deepEqual([folder.usage().bytes, await folder.has(fresh)], [3000, true]);
});

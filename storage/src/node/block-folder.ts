import { randomBytes } from "node:crypto";
import { type FileHandle, open, readdir, readFile, rename, stat, unlink, utimes } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { NextToLast } from "blockstore-fs/sharding";
import type { CID } from "multiformats/cid";
import { assertBlock, assertBlockSize, assertCid, type BlockStore, hashBlock, isBlock } from "../block.ts";
import { StorageError } from "../errors.ts";
import { makeFolder } from "./make-folder.ts";

/** The calls the folder makes, so that a test can make one of them fail as a full disk does. */
export type FolderFs = {
  open: (path: string, flags: string) => Promise<FileHandle>;
  rename: (from: string, to: string) => Promise<void>;
  readFile: (path: string) => Promise<Uint8Array>;
};

export type BlockFolderOptions = {
  /** Most bytes of blocks the folder may hold; unlimited if absent. */
  maxBytes?: number;
  /** Told of each broken block met; the block is removed, so that it can be fetched again. */
  onCorrupt?: (error: StorageError) => void;
  fs?: FolderFs;
};

export type BlockFolder = BlockStore & {
  readonly dir: string;
  readonly maxBytes: number | undefined;
  /** Blocks held and their bytes. */
  usage(): { blocks: number; bytes: number };
  /**
   * Removes blocks, those longest unused first, until no more than `bytes` are held, or what is left was used since `sinceMs`,
   * milliseconds as of Date.now(). Uses less than an hour apart are one. @returns what was removed
   */
  prune(bytes: number, sinceMs?: number): Promise<{ blocks: number; bytes: number }>;
  /** Notes a use of a block that is not read. @returns its length, undefined when it is not there */
  touch(cid: CID): Promise<number | undefined>;
};

const TEMPORARY = ".part";
/** Uses that are no further apart are one to prune(). */
export const USE_MS = 60 * 60_000;

/**
 * Opens, or makes, a folder of blocks, laid out as `blockstore-fs` does, so that IPFS tools can read it.
 *
 * A block is written beside its place, flushed and renamed: a crash or a full disk leaves no half a block under a
 * block's name. Every read is checked against the hash.
 * @throws ST-013 when the folder cannot be made or read
 */
export async function openBlockFolder(dir: string, options: BlockFolderOptions = {}): Promise<BlockFolder> {
  const root = resolve(dir);
  const held = await attempt(root, () => survey(root));
  const folder = new Folder(root, options, held);
  return folder;
}

type Usage = { blocks: number; bytes: number };

class Folder implements BlockFolder {
  readonly dir: string;
  readonly maxBytes: number | undefined;
  readonly #fs: FolderFs;
  readonly #onCorrupt: ((error: StorageError) => void) | undefined;
  readonly #layout = new NextToLast();
  readonly #held: Usage;
  // One write at a time per path, so that two writers of one block cannot count it twice.
  readonly #writing = new Map<string, Promise<void>>();

  constructor(dir: string, { maxBytes, onCorrupt, fs }: BlockFolderOptions, held: Usage) {
    this.dir = dir;
    this.maxBytes = maxBytes;
    this.#onCorrupt = onCorrupt;
    this.#fs = fs ?? { open, rename, readFile };
    this.#held = held;
  }

  usage(): Usage {
    return { ...this.#held };
  }

  async has(cid: CID): Promise<boolean> {
    return (await lengthOf(this.#path(cid))) !== undefined;
  }

  async get(cid: CID): Promise<Uint8Array> {
    const path = this.#path(cid);
    const bytes = await this.#read(path);
    if (!bytes) throw absent(cid, this.dir);
    if (await isBlock(cid, bytes)) {
      await noteUse(path);
      return bytes;
    }
    const error = broken(cid, path, bytes.length, await hashBlock(bytes, cid.code));
    await this.#remove(path);
    this.#onCorrupt?.(error);
    throw error;
  }

  async put(bytes: Uint8Array, cid?: CID): Promise<CID> {
    assertBlockSize(bytes.length);
    if (cid) await assertBlock(assertCid(cid), bytes, "the caller");
    const name = cid ?? (await hashBlock(bytes));
    const path = this.#path(name);
    const before = this.#writing.get(path) ?? Promise.resolve();
    const mine = before.catch(() => {}).then(() => this.#store(path, bytes));
    this.#writing.set(path, mine);
    try {
      await mine;
    } finally {
      if (this.#writing.get(path) === mine) this.#writing.delete(path);
    }
    return name;
  }

  async touch(cid: CID): Promise<number | undefined> {
    const path = this.#path(cid);
    const length = await lengthOf(path);
    if (length !== undefined) await noteUse(path);
    return length;
  }

  async delete(cid: CID): Promise<void> {
    await this.#remove(this.#path(cid));
  }

  async prune(bytes: number, sinceMs = Number.POSITIVE_INFINITY): Promise<Usage> {
    if (this.#held.bytes <= bytes) return { blocks: 0, bytes: 0 };
    const before = this.usage();
    const found = await attempt(this.dir, () => blocksOf(this.dir));
    for (const { path, usedMs } of found.toSorted((a, b) => a.usedMs - b.usedMs)) {
      if (this.#held.bytes <= bytes || usedMs >= sinceMs) break;
      await this.#remove(path);
    }
    return { blocks: before.blocks - this.#held.blocks, bytes: before.bytes - this.#held.bytes };
  }

  #path(cid: CID): string {
    // Only the digest reaches the path, in base 32: nothing a stranger writes can leave the folder.
    const { dir, file } = this.#layout.encode(assertCid(cid));
    return join(this.dir, dir, file);
  }

  async #store(path: string, bytes: Uint8Array): Promise<void> {
    const old = await this.#read(path);
    if (old && Buffer.compare(old, bytes) === 0) return;
    const growth = bytes.length - (old?.length ?? 0);
    this.#reserve(bytes.length, growth, old ? 0 : 1);
    try {
      await this.#write(path, bytes);
    } catch (error) {
      this.#held.bytes -= growth;
      this.#held.blocks -= old ? 0 : 1;
      throw error;
    }
  }

  #reserve(length: number, growth: number, blocks: number): void {
    if (this.maxBytes !== undefined && this.#held.bytes + growth > this.maxBytes) {
      throw full(
        `${this.#held.bytes} of ${this.maxBytes} bytes used in ${this.dir}`,
        `${length} more bytes`,
        "raise the folder's limit, or delete blocks that are no longer needed",
      );
    }
    this.#held.bytes += growth;
    this.#held.blocks += blocks;
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const part = join(dirname(path), `${process.pid}-${randomBytes(8).toString("hex")}${TEMPORARY}`);
    let handle: FileHandle | undefined;
    try {
      await makeFolder(dirname(path));
      handle = await this.#fs.open(part, "wx");
      await handle.writeFile(bytes);
      await handle.datasync();
      await handle.close();
      handle = undefined;
      await this.#fs.rename(part, path);
    } catch (error) {
      await handle?.close().catch(() => {});
      await unlink(part).catch(() => {});
      throw refusal(error, this.dir, bytes.length);
    }
  }

  async #read(path: string): Promise<Uint8Array | undefined> {
    try {
      const bytes = await this.#fs.readFile(path);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    } catch (error) {
      if (errno(error) === "ENOENT") return undefined;
      throw refusal(error, this.dir, 0);
    }
  }

  async #remove(path: string): Promise<void> {
    await attempt(this.dir, async () => {
      const length = await lengthOf(path);
      if (length === undefined) return;
      // Another reader of a broken block may have been faster.
      if (!(await unlinked(path))) return;
      this.#held.bytes -= length;
      this.#held.blocks -= 1;
    });
  }
}

// Counts what is there, and clears what writers that are no longer running left half done.
async function survey(root: string): Promise<Usage> {
  const held = { blocks: 0, bytes: 0 };
  const { extension } = new NextToLast();
  await makeFolder(root);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (entry.name.endsWith(extension)) {
      held.blocks += 1;
      held.bytes += (await lengthOf(path)) ?? 0;
    } else if (entry.name.endsWith(TEMPORARY) && !isRunning(Number(basename(path).split("-")[0]))) {
      await unlink(path).catch(() => {});
    }
  }
  return held;
}

/** Notes a read as a use: most file systems do so once a day at most. Where that is not allowed the block is read all the same. */
async function noteUse(path: string): Promise<void> {
  const now = Date.now();
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }));
  if (now - mtimeMs > USE_MS) await utimes(path, now / 1000, now / 1000).catch(() => {});
}

/** Every block, and when it was last written or read. */
async function blocksOf(root: string): Promise<{ path: string; usedMs: number }[]> {
  const { extension } = new NextToLast();
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => join(entry.parentPath, entry.name));
  const found: { path: string; usedMs: number }[] = [];
  for (const path of paths) {
    // Another process may have removed it meanwhile.
    const times = await stat(path).catch(() => undefined);
    if (times) found.push({ path, usedMs: Math.max(times.mtimeMs, times.atimeMs) });
  }
  return found;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errno(error) === "EPERM";
  }
}

async function lengthOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errno(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** @returns false when it was not there any more */
async function unlinked(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (errno(error) === "ENOENT") return false;
    throw error;
  }
}

async function attempt<T>(dir: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw refusal(error, dir, 0);
  }
}

function errno(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

function refusal(error: unknown, dir: string, length: number): unknown {
  const code = errno(error);
  if (error instanceof StorageError || code === undefined) return error;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return full(`${code} in ${dir}`, `room for ${length} bytes`, "make room on the disk, or move the folder", error);
  }
  return new StorageError("ST-013", "the file system refused", {
    found: `${code} in ${dir}`,
    wanted: "a folder this process may read and write",
    hint: "check that the path is a folder, and its owner and mode",
    cause: error,
  });
}

function full(found: string, wanted: string, hint: string, cause?: unknown): StorageError {
  return new StorageError("ST-004", "no room left for the block", { found, wanted, hint, cause });
}

function absent(cid: CID, dir: string): StorageError {
  return new StorageError("ST-005", "block not there", {
    found: `no such block in ${dir}`,
    wanted: cid.toString(),
    hint: "check the identifier, or fetch the file from a gateway that holds it",
  });
}

function broken(cid: CID, path: string, length: number, hash: CID): StorageError {
  return new StorageError("ST-003", "broken block on disk, removed", {
    found: `${length} bytes that hash to ${hash}, in ${path}`,
    wanted: cid.toString(),
    hint: "fetch or upload the file again; if it happens twice, test the disk",
  });
}

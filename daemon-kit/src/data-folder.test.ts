import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeDataFolder } from "./data-folder.ts";
import { scratch, withCode } from "./test-kit.ts";

test("a data folder is made with all above it, and nothing is left in it", (t) => {
  const path = join(scratch(t), "a", "b");
  makeDataFolder(path);
  makeDataFolder(path);
  assert.deepEqual(readdirSync(path), []);
});

test("what cannot be written is found before anything is done: a file in the way, a file system without room for any", (t) => {
  const file = join(scratch(t), "file");
  writeFileSync(file, "");
  assert.throws(() => makeDataFolder(join(file, "data")), withCode("DK-067", /EEXIST/));
  assert.throws(() => makeDataFolder(file), withCode("DK-067", /EEXIST/));
  // Node's own recursive mkdir never comes back from there.
  if (existsSync("/proc/self")) assert.throws(() => makeDataFolder("/proc/none/data"), withCode("DK-067", /ENOENT/));
  // A file system that takes no files, from no user.
  if (existsSync("/sys/kernel")) {
    assert.throws(() => makeDataFolder("/sys/kernel"), withCode("DK-067", /EPERM|EACCES|EROFS/));
  }
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { openGuard } from "./guard.ts";
import { openJournal } from "./journal.ts";
import { scratch, withCode } from "./test-kit.ts";

test("a job is committed to one value for good, reopening included", (t) => {
  const path = join(scratch(t), "guard.db");
  const first = openGuard(path);
  first.commit("result", "job-1", "0xaa");
  first.commit("result", "job-1", "0xaa");
  assert.throws(() => first.commit("result", "job-1", "0xbb"), withCode("DK-050", /0xbb for result job-1 0xaa/));
  first.commit("answer", "job-1", "0xbb");
  first.close();
  const second = openGuard(path);
  assert.throws(() => second.commit("result", "job-1", "0xbb"), withCode("DK-050"));
  assert.equal(second.get("result", "job-1"), "0xaa");
  assert.equal(second.get("result", "job-2"), undefined);
  second.close();
});

test("records move to another machine, all or none", () => {
  const from = openGuard(":memory:", () => 5);
  from.commit("result", "job-1", "0xaa");
  from.commit("result", "job-2", "0xbb");
  const to = openGuard(":memory:");
  to.import(from.export());
  to.import(from.export());
  assert.deepEqual(to.export(), from.export());
  const contrary = openGuard(":memory:");
  contrary.commit("result", "job-2", "0xcc");
  assert.throws(() => contrary.import(from.export()), withCode("DK-050"));
  assert.equal(contrary.get("result", "job-1"), undefined);
});

test("a database that another process has open is refused", (t) => {
  const path = join(scratch(t), "journal.db");
  const journal = openJournal(path);
  const code = `import { openJournal } from ${JSON.stringify(new URL("./journal.ts", import.meta.url).href)};
    try { openJournal(${JSON.stringify(path)}); } catch (error) { console.log(error.code); }`;
  const open = () =>
    spawnSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" }).stdout.trim();
  assert.equal(open(), "DK-030");
  journal.close();
  assert.equal(open(), "");
});

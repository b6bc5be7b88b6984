// docs/complaints.md is true: each complaint has a test that names it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY } from "../../scripts/deploy/artifacts.ts";

const read = (path: string) => readFileSync(join(REPOSITORY, path), "utf8");
const rows = read("docs/complaints.md")
  .split("\n")
  .filter((line) => /^\| (delegator|requester|provider|voter) /.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, who, , where, , path]) => ({ who: who!, where: where!, path: path!.replaceAll("`", "") }));

test("delegators, requesters and voters are all heard", () => {
  assert.equal(rows.length, 17);
  for (const who of ["delegator", "requester", "voter"]) assert.ok(rows.filter((row) => row.who === who).length >= 4);
});

for (const { where, path } of rows) {
  test(`${where} has its test in ${path}`, () => {
    const names = [...read(path).matchAll(/\b(?:test|describe)\(\s*["`]([^\n]*)/g)].map(([, name]) => name!);
    const threads = where.match(/#\d+/g);
    const [project] = where.split(" #");
    const found = names.filter((name) => name.includes(project!) && threads!.every((thread) => name.includes(thread)));
    assert.ok(found.length >= 1, `no test of ${path} names ${where}`);
  });
}

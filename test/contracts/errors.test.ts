import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY } from "../../scripts/deploy/artifacts.ts";

const read = (pattern: string, skip: RegExp = /^$/) =>
  globSync(pattern, { cwd: REPOSITORY })
    .filter((path) => !skip.test(path))
    .map((path) => readFileSync(join(REPOSITORY, path), "utf8"));

test("each error is declared once, raised somewhere and seen by a test", () => {
  const sources = read("contracts/**/*.sol", /mocks\//);
  const tests = read("test/**/*.ts").join("\n");
  const declared = sources.flatMap((text) => [...text.matchAll(/^\s*error (\w+)\(/gm)].map(([, name]) => name!));
  assert.ok(declared.length > 40, "the declarations are found");
  assert.deepEqual(
    declared.filter((name, index) => declared.indexOf(name) !== index),
    [],
    "declared twice",
  );
  const code = sources.join("\n");
  const uses = (text: string, name: string) => text.match(new RegExp(`\\b${name}\\b`, "g"))?.length ?? 0;
  assert.deepEqual(
    declared.filter((name) => uses(code, name) < 2),
    [],
    "never raised",
  );
  assert.deepEqual(
    declared.filter((name) => uses(tests, name) === 0),
    [],
    "never seen by a test; scripts/test.ts says after a whole run which were not provoked",
  );
});

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { REPOSITORY } from "../../scripts/deploy/artifacts.ts";

const read = (pattern: string) =>
  globSync(pattern, { cwd: REPOSITORY })
    .map((file) => readFileSync(join(REPOSITORY, file), "utf8"))
    .join("\n");
const codesIn = (text: string) => new Set(text.match(/\bDEPLOY-\d{3}\b/g));

test("every code of the deployment and of upgrades is explained in docs/errors.md and provoked by a test", () => {
  const thrown = codesIn(read("scripts/{deploy,upgrade}/*.ts"));
  const explained = new Set(
    [...read("docs/errors.md").matchAll(/^### (DEPLOY-\d{3}) .+\nCause: [\s\S]+?Remedy: /gm)].map(([, code]) => code!),
  );
  const provoked = codesIn(read("test/{deploy,upgrade}/*.test.ts"));
  assert.ok(thrown.size >= 20);
  assert.deepEqual([...explained].sort(), [...thrown].sort());
  assert.deepEqual(
    [...thrown].filter((code) => !provoked.has(code)),
    [],
  );
});

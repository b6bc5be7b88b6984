import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { facts } from "@assay/daemon-kit";
import { nodeError, nodeErrors } from "./errors.ts";
import { skipReasons } from "./reasons.ts";

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");

test("every code has its entry in docs/errors.md, with cause and remedy, and no entry is left over", () => {
  const text = page("errors.md");
  const entries = new Map(
    [...text.matchAll(/^### (CN-\d{3}) (.+)\n([^#]+)/gm)].map(([, code, title, body]) => [code, { title, body }]),
  );
  assert.deepEqual([...entries.keys()].sort(), Object.keys(nodeErrors).sort());
  for (const [code, title] of Object.entries(nodeErrors)) {
    const entry = entries.get(code);
    assert.equal(entry?.title?.toLowerCase(), title.toLowerCase(), code);
    assert.match(entry?.body ?? "", /Cause: [\s\S]+Remedy: /, code);
  }
});

test("every reason to skip a job is explained in docs/operator.md", () => {
  const text = page("operator.md");
  for (const reason of Object.keys(skipReasons)) assert.ok(text.includes(`\`${reason}\``), reason);
});

test("the facts of any failure are a code and a message at least", () => {
  const error = nodeError("CN-020", { found: "a", wanted: "b", hint: "c" });
  assert.deepEqual(facts(error), { code: "CN-020", message: nodeErrors["CN-020"], found: "a", wanted: "b", hint: "c" });
  assert.deepEqual(facts(new Error("x")), { code: "DK-000", message: "x" });
  assert.deepEqual(facts("x"), { code: "DK-000", message: "x" });
});

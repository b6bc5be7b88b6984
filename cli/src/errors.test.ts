import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cliErrors } from "./errors.ts";

test("every code has its entry in docs/errors.md, with cause and remedy, and no entry is left over", () => {
  const text = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
  const entries = new Map(
    [...text.matchAll(/^### (CLI-\d{3}) (.+)\n([^#]+)/gm)].map(([, code, title, body]) => [code, { title, body }]),
  );
  assert.deepEqual([...entries.keys()].sort(), Object.keys(cliErrors).sort());
  for (const [code, title] of Object.entries(cliErrors)) {
    assert.equal(entries.get(code)?.title?.toLowerCase(), title.toLowerCase(), code);
    assert.match(entries.get(code)?.body ?? "", /Cause: [\s\S]+Remedy: /, code);
  }
});

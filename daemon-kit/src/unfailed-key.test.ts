import assert from "node:assert/strict";
import { test } from "node:test";
import { unfailedKey } from "./unfailed-key.ts";

test("a transaction that reverted is another try under another key; one that was mined is not", () => {
  const ends = new Map([
    ["a:1", "failed"],
    ["a:1:2", "failed"],
    ["a:2", "mined"],
  ]);
  const journal = { get: (key: string) => (ends.has(key) ? ({ status: ends.get(key) } as never) : undefined) };
  assert.equal(unfailedKey(journal, "a:1"), "a:1:3");
  assert.equal(unfailedKey(journal, "a:2"), "a:2");
});

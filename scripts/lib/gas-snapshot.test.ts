import assert from "node:assert/strict";
import { test } from "node:test";
import { gasChanges } from "./gas-snapshot.ts";

test("half a percent is noise, more is a change, either way", () => {
  const known = { post: 100_000, claim: 100_000, submit: 100_000, finalize: 100_000 };
  const found = { post: 100_500, claim: 99_500, submit: 100_501, finalize: 99_499 };
  assert.deepEqual(gasChanges(known, found), ["submit: 100000 -> 100501 (+501)", "finalize: 100000 -> 99499 (-501)"]);
});

test("a step that came or went is a change", () => {
  assert.deepEqual(gasChanges({ post: 1 }, { claim: 2 }), ["post: 1 -> not there", "claim: not there -> 2"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOptions } from "./options.ts";

test("the demo runs once unless it is told to stay", () => {
  assert.deepEqual(parseOptions([]), {
    once: true,
    keep: false,
    json: undefined,
    model: undefined,
    engine: "wasm",
    acts: 3,
    help: false,
  });
  assert.equal(parseOptions(["--keep"]).once, false);
  assert.equal(parseOptions(["--once", "--json", "x.json"]).json, "x.json");
});

test("contradictions and unknown words are refused", () => {
  assert.throws(() => parseOptions(["--once", "--keep"]), /--once and --keep/);
  assert.throws(() => parseOptions(["--engine", "gpu"]), /wanted wasm or cpu/);
  assert.throws(() => parseOptions(["--acts", "4"]), /found --acts 4, wanted 1, 2 or 3/);
  assert.throws(() => parseOptions(["--onc"]), /--onc/);
});

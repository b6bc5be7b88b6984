import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFault, parseOptions } from "./options.ts";

test("without options: the digits, a fault anywhere, the whole way", () => {
  assert.deepEqual(parseOptions([]), {
    program: "digits",
    steps: undefined,
    fault: "random",
    seed: 1,
    engine: "wasm",
    quick: false,
    json: false,
    help: false,
  });
});

test("a fault is step:op:tile with or without element", () => {
  assert.deepEqual(parseFault("100:7:3"), { step: 100, op: 7, tile: 3 });
  assert.deepEqual(parseFault("0:0:0:255"), { step: 0, op: 0, tile: 0, element: 255 });
  assert.equal(parseFault("none"), "none");
});

test("what cannot be meant is refused with what was wanted", () => {
  for (const text of ["", "1", "1:2", "1:2:3:4:5", "a:2:3", "-1:2:3", "1:2:3:", "1.5:2:3"]) {
    assert.throws(() => parseFault(text), /wanted step:op:tile/, text);
  }
  assert.throws(() => parseFault("1:2:3:256"), /wanted 0\.\.255/);
  assert.throws(() => parseOptions(["--engine", "gpu"]), /found --engine gpu, wanted wasm or cpu/);
  assert.throws(() => parseOptions(["--steps", "0"]), /wanted 1 or more/);
  assert.throws(() => parseOptions(["--steps", "many"]), /wanted a whole number/);
  assert.throws(() => parseOptions(["--falt", "random"]), /Unknown option/);
});

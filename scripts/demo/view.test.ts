import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { drawCurve } from "./view.ts";

test("a falling curve starts with a full column and ends with an empty one", () => {
  const lines = drawCurve([4, 3, 2, 1, 0], 5, 4);
  assert.deepEqual(
    lines.map((line) => line[7]),
    ["█", "█", "█", "█"],
  );
  assert.deepEqual(
    lines.map((line) => line.at(-1)),
    [" ", " ", " ", " "],
  );
  assert.match(lines[0]!, /^ {2}4\.00 /);
});

test("any curve fits its box", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 80 }),
      (values, width) => {
        const lines = drawCurve(values, width, 5);
        assert.equal(lines.length, 5);
        for (const line of lines)
          assert.equal([...line.slice(-Math.min(width, values.length))].length, Math.min(width, values.length));
      },
    ),
  );
});

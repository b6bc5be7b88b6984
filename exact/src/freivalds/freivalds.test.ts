import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { initialState } from "../data/init.ts";
import { evaluateQuickly } from "../dispute/evaluate.ts";
import { OP } from "../program/opcodes.ts";
import { KIND, type OpRecord } from "../program/records.ts";
import { constTensors, traceStep } from "../run/reference.ts";
import { compileSmall, convolutional, seed } from "../testing.ts";
import type { IntTensor } from "../types.ts";
import { checkProduct, roundsFor } from "./product.ts";
import { checkStep } from "./step.ts";

function tensor(rows: number, cols: number, values: readonly number[]): IntTensor {
  return {
    name: "x",
    rows,
    cols,
    dtype: "int32",
    data: Int32Array.from({ length: rows * cols }, (_, i) => values[i]!),
  };
}

interface Product {
  record: OpRecord;
  x: IntTensor;
  y: IntTensor;
  value: IntTensor;
}

/** Products of every form: plain, either side transposed, in parts. */
const product: fc.Arbitrary<Product> = fc
  .record({
    m: fc.integer({ min: 1, max: 9 }),
    k: fc.integer({ min: 1, max: 20 }),
    n: fc.integer({ min: 1, max: 9 }),
    form: fc.constantFrom("plain", "ta", "tb", "both", "parts"),
  })
  .chain(({ m, k, n, form }) => {
    const [parts, depth] = form === "parts" ? [3, 16] : [1, k];
    const ta = form === "ta" || form === "both" || form === "parts";
    const tb = form === "tb" || form === "both";
    const values = (length: number) =>
      fc.array(fc.integer({ min: -800, max: 800 }), { minLength: length, maxLength: length });
    return fc.tuple(values(m * depth * parts), values(n * depth * parts)).map(([a, b]): Product => {
      const x = ta ? tensor(depth * parts, m, a) : tensor(m, depth, a);
      const y = tb ? tensor(n, depth, b) : tensor(depth * parts, n, b);
      const inputs = [x, y].map(({ rows, cols, dtype }, idx) => ({ kind: KIND.CONST, idx, dtype, rows, cols }));
      const attrs = [ta ? 1 : 0, tb ? 1 : 0, parts > 1 ? parts : 0];
      const shape = { outDtype: "int32", rows: m * parts, cols: n } as const;
      const record: OpRecord = { opcode: OP.MATMUL, flags: 0, ...shape, inputs, attrs, note: "product" };
      const scope = { states: [], consts: [x, y], nonce: seed(1), step: 0 };
      return { record, x, y, value: evaluateQuickly(record, [x, y], scope) };
    });
  });

test("EXA-40: a right product always passes, and every fault in a single element is found", () => {
  fc.assert(
    fc.property(product, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), ({ record, x, y, value }, wrong) => {
      assert.ok(checkProduct(record, x, y, value));
      for (let i = 0; i < value.data.length; i++) {
        const right = value.data[i]!;
        for (const fault of [right + 1, right - 1, wrong]) {
          if (fault === right) continue;
          value.data[i] = fault;
          assert.equal(checkProduct(record, x, y, value), false, `element ${i}: ${fault}, not ${right}`);
        }
        value.data[i] = right;
      }
    }),
    { numRuns: 200 },
  );
});

test("faults that cancel in every row sum are found too: the vectors are random", () => {
  const { record, x, y, value } = fc.sample(
    product.filter(({ value: { cols } }) => cols > 1),
    1,
  )[0]!;
  value.data[0]! += 1;
  value.data[1]! -= 1;
  assert.equal(checkProduct(record, x, y, value), false);
});

test("whoever knows the vectors beforehand can pass a wrong product: they must be drawn after the claim", () => {
  const [x, y] = [tensor(1, 1, [2]), tensor(1, 2, [3, 4])];
  const inputs = [x, y].map(({ rows, cols, dtype }, idx) => ({ kind: KIND.CONST, idx, dtype, rows, cols }));
  const shape = { outDtype: "int32", rows: 1, cols: 2 } as const;
  const record: OpRecord = { opcode: OP.MATMUL, flags: 0, ...shape, inputs, attrs: [], note: "product" };
  const forged = tensor(1, 2, [7, 7]);
  const known = (count: number) => new Uint32Array(count).fill(0x8000_0000);
  assert.ok(checkProduct(record, x, y, forged, { random: known }));
  assert.equal(checkProduct(record, x, y, forged), false);
});

test("rounds: entries keep sums below 2^53, and all of them together give the security asked for", () => {
  for (const cols of [1, 2, 10, 128, 2048]) {
    for (const bound of [0, 1000, 2 ** 24 - 1, 2 ** 26]) {
      const { bits, count } = roundsFor(cols, bound, 40)!;
      assert.ok(bits * count >= 40);
      assert.ok(BigInt(cols) * (2n ** BigInt(bits) - 1n) * BigInt(bound) < 2n ** 53n, `${cols} columns, ${bound}`);
    }
  }
  assert.equal(roundsFor(2 ** 30, 2 ** 24, 40), undefined);
});

for (const [name, change] of [
  ["dense", {}],
  ["convolutional", convolutional()],
] as const) {
  test(`EXA-41: a step of the ${name} network passes, and a fault in any record is blamed on that record`, () => {
    const { compiled, dataset } = compileSmall(change);
    const scope = {
      states: initialState(compiled, seed(1)),
      consts: constTensors(compiled, dataset),
      nonce: seed(2),
      step: 0,
    };
    const values = traceStep(compiled, scope);
    assert.equal(checkStep(compiled, scope, values), undefined);
    const reasons = new Set<string>();
    for (const [op, value] of values.entries()) {
      for (const at of new Set([0, value.data.length >> 1, value.data.length - 1])) {
        const data = value.data.slice();
        data[at] = data[at] === 1 ? 0 : 1;
        const found = checkStep(compiled, scope, values.with(op, { ...value, data }));
        assert.equal(found?.op, op);
        reasons.add(found.reason);
      }
    }
    assert.deepEqual([...reasons].sort(), ["product", "value"]);
    const short = { ...values[0]!, rows: values[0]!.rows - 1 };
    assert.equal(checkStep(compiled, scope, values.with(0, short))?.reason, "shape");
    assert.equal(checkStep(compiled, scope, values.slice(0, -1))?.reason, "missing");
  });
}

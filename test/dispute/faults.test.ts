import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Address } from "viem";
import { tensorRoot } from "../../exact/src/commit/tensor.ts";
import { buildsOf } from "./support/builds.ts";
import { Court } from "./support/court.ts";
import { FAULT_KINDS, fits } from "./support/fault-kinds.ts";
import { generator } from "./support/faults.ts";
import { PROGRAMS } from "./support/tasks.ts";
import { tryFault } from "./support/try-fault.ts";

describe("faults", () => {
  let court: Court;
  let challenger: Address;
  before(async () => {
    court = await Court.open(buildsOf());
    challenger = await court.fund(court.world.accounts[5]!, 10_000n * 10n ** 18n);
  });
  after(() => court.close());

  for (const [name, make] of Object.entries(PROGRAMS)) {
    const task = make();
    for (const kind of Object.keys(FAULT_KINDS).filter((kind) => fits(kind, task))) {
      test(`${kind}: ${name} is rejected`, async () => {
        await tryFault(court, challenger, task, kind, generator(20_260_101));
      });
    }
  }

  test("a zero that was computed as -0 is no fault: it is committed as 0 (X11)", () => {
    const tensor = (data: Int32Array) => ({ name: "zero", rows: 1, cols: 2, dtype: "int32" as const, data });
    const computed = Float32Array.from([-3, 5], (x) => x * -0);
    assert.ok(Object.is(computed[1], -0));
    assert.equal(tensorRoot(tensor(Int32Array.from(computed))), tensorRoot(tensor(new Int32Array(2))));
  });
});

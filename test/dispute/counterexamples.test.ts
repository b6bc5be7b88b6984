import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Address } from "viem";
import { buildsOf } from "./support/builds.ts";
import { COUNTEREXAMPLES, convicts } from "./support/counterexamples.ts";
import { Court } from "./support/court.ts";

describe("plays that beat a referee without one of its rules", () => {
  let court: Court;
  let challenger: Address;
  before(async () => {
    court = await Court.open(buildsOf());
    challenger = await court.fund(court.world.accounts[5]!);
  });
  after(() => court.close());

  for (const example of COUNTEREXAMPLES) {
    test(`${example.rule}: ${example.play}`, async () => {
      assert.equal(await convicts(court, example, challenger), true);
    });
  }
});

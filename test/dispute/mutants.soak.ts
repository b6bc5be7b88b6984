import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { buildsOf } from "./support/builds.ts";
import { COUNTEREXAMPLES, convicts } from "./support/counterexamples.ts";
import { Court } from "./support/court.ts";

// Each referee without one of its rules must be beaten by the play that the rule is there for; if it is not, the rule is
// not tested (npm run mutate:dispute).
describe("mutants", () => {
  for (const example of COUNTEREXAMPLES) {
    test(`${example.rule}: ${example.play}`, async () => {
      const court = await Court.open(buildsOf([example.patch]));
      try {
        const challenger = await court.fund(court.world.accounts[5]!);
        assert.equal(await convicts(court, example, challenger), false, "the mutant survives");
      } finally {
        await court.close();
      }
    });
  }
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { search } from "./adversary/play.ts";
import { BACKWARDS, nineOperators } from "./adversary/program.ts";
import { buildsOf } from "./support/builds.ts";
import { COUNTEREXAMPLES, convicts } from "./support/counterexamples.ts";
import { Court } from "./support/court.ts";

// Each referee without one of its rules must be beaten by the play that the rule is there for, and the adversary must find
// such a play by itself; else the rule is not tested, or the adversary is blind (npm run mutate:dispute).
describe("mutants", () => {
  for (const example of COUNTEREXAMPLES) {
    test(`${example.rule}: ${example.play}`, async (t) => {
      const court = await Court.open(buildsOf([example.patch]));
      try {
        const challenger = await court.fund(court.world.accounts[5]!);
        assert.equal(await convicts(court, example, challenger), false, "the mutant survives");
        const tallies = [];
        for (const task of [nineOperators(7, 2, BACKWARDS), nineOperators(7, 2)]) {
          tallies.push(await search(court, task, challenger, { full: false }));
          if (tallies.at(-1)?.escaped) break;
        }
        const plays = tallies.reduce((sum, tally) => sum + tally.plays, 0);
        assert.ok(tallies.at(-1)?.escaped, `${plays} plays, none of which beats the mutant`);
        t.diagnostic(`found by the adversary, play ${plays}: ${tallies.at(-1)?.escaped}`);
      } finally {
        await court.close();
      }
    });
  }
});

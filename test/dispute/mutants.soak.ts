import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accuseEverywhere } from "./adversary/accuse.ts";
import { search } from "./adversary/play.ts";
import { BACKWARDS, nineOperators } from "./adversary/program.ts";
import { buildsOf } from "./support/builds.ts";
import { COUNTEREXAMPLES, convicts } from "./support/counterexamples.ts";
import { Court } from "./support/court.ts";
import { FRAMES } from "./support/frames.ts";

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

// The other side: without one of these checks a challenger can bend what it brings, and the adversary must notice.
describe("mutants that frame an honest provider", () => {
  for (const { rule, play, patch } of FRAMES) {
    test(`${rule}: ${play}`, async () => {
      const court = await Court.open(buildsOf([patch]));
      try {
        const challenger = await court.fund(court.world.accounts[5]!);
        const task = nineOperators(3, 1);
        await assert.rejects(accuseEverywhere(court, task, challenger, { full: false }), /went through bent/);
      } finally {
        await court.close();
      }
    });
  }
});

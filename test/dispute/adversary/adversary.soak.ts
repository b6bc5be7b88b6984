import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Address } from "viem";
import { buildsOf } from "../support/builds.ts";
import { Court } from "../support/court.ts";
import { accuseEverywhere } from "./accuse.ts";
import { search } from "./play.ts";
import { nineOperators } from "./program.ts";

/** Steps and segment lengths: one segment, even and odd last segments, run trees with and without padding. */
const SIZES = [
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 2],
  [5, 2],
  [6, 2],
  [7, 2],
  [7, 3],
  [9, 2],
  [11, 3],
  [16, 4],
] as const;

describe("the adversary tries everything, on every size", () => {
  let court: Court;
  let challenger: Address;
  before(async () => {
    court = await Court.open(buildsOf());
    challenger = await court.fund(court.world.accounts[5]!);
  });
  after(() => court.close());

  for (const [steps, segmentLength] of SIZES) {
    test(`${steps} steps in segments of ${segmentLength}`, async (t) => {
      const task = nineOperators(steps, segmentLength);
      const tally = await search(court, task, challenger, { full: true });
      assert.equal(tally.escaped, undefined);
      assert.equal(tally.retries, 0);
      const places = await accuseEverywhere(court, task, challenger, { full: true });
      t.diagnostic(`${tally.plays} lies (${tally.outcomes.proof} judged), ${places} false accusations`);
    });
  }
});

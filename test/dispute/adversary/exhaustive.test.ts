import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Address } from "viem";
import { buildsOf } from "../support/builds.ts";
import { Court } from "../support/court.ts";
import { accuseEverywhere } from "./accuse.ts";
import { search } from "./play.ts";
import { BACKWARDS, nineOperators } from "./program.ts";

const EXTENT = { full: false };

// Four segments, the last one short: three boundaries in a tree with room for four. All sizes and every step: adversary.soak.ts.
describe("the adversary tries everything", () => {
  let court: Court;
  let challenger: Address;
  before(async () => {
    court = await Court.open(buildsOf());
    challenger = await court.fund(court.world.accounts[5]!);
  });
  after(() => court.close());

  test("every lie of a provider ends with its result rejected, by the first difference each time", async () => {
    const tally = await search(court, nineOperators(7, 2), challenger, EXTENT);
    assert.equal(tally.escaped, undefined);
    assert.equal(tally.retries, 0, "DSP-45: the first difference is always one the contract takes");
    assert.ok(tally.outcomes.proof > 500, `${tally.outcomes.proof} lies came to the judge`);
    assert.ok(tally.outcomes.silence > 200, `${tally.outcomes.silence} lies had no answer`);
  });

  test("a program listed backwards hides nothing (DSP-34, W8)", async () => {
    const tally = await search(court, nineOperators(7, 2, BACKWARDS), challenger, EXTENT);
    assert.equal(tally.plays, 1);
    assert.equal(tally.outcomes.proof, 1);
  });

  test("every accusation of an honest provider ends with the challenger's bond lost (J5)", async () => {
    const places = await accuseEverywhere(court, nineOperators(3, 1), challenger, EXTENT);
    assert.ok(places >= 200, `${places} places`);
  });
});

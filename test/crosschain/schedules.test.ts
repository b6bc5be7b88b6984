import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyTally, Schedule } from "./support/schedule.ts";

const SCHEDULES = 2_000;

test(`XCH-01 ${SCHEDULES} schedules of faults in the model: conserved at every moment, everything ends, once`, async () => {
  const tally = emptyTally();
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    await new Schedule(seed, tally).run(60).catch((error: Error) => {
      throw new Error(`schedule ${seed}: ${error.message}`, { cause: error });
    });
  }
  for (const [fault, count] of Object.entries(tally)) assert.ok(count > SCHEDULES / 10, `${fault}: ${count}`);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyJobModelTally, JobModelSchedule } from "./support/job-model.ts";
import { emptyTally, Schedule } from "./support/schedule.ts";

const SCHEDULES = 2_000;
const JOB_SCHEDULES = 1_000;

test(`XCH-01 ${SCHEDULES} schedules of faults in the model: conserved at every moment, everything ends, once`, async () => {
  const tally = emptyTally();
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    await new Schedule(seed, tally).run(60).catch((error: Error) => {
      throw new Error(`schedule ${seed}: ${error.message}`, { cause: error });
    });
  }
  for (const [fault, count] of Object.entries(tally)) assert.ok(count > SCHEDULES / 10, `${fault}: ${count}`);
});

test(`RJ-01 ${JOB_SCHEDULES} schedules of remote jobs in the model: everybody has what the market says`, () => {
  const tally = emptyJobModelTally();
  for (let seed = 1; seed <= JOB_SCHEDULES; seed++) {
    try {
      new JobModelSchedule(seed, tally).run(60);
    } catch (cause) {
      throw new Error(`schedule ${seed}: ${(cause as Error).message}`, { cause });
    }
  }
  for (const [met, count] of Object.entries(tally)) assert.ok(count > JOB_SCHEDULES / 20, `${met}: ${count}`);
});

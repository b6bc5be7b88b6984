import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyJobModelTally, JobModelSchedule } from "./support/job-model.ts";
import { runJobs } from "./support/jobs.ts";
import { runOnContracts } from "./support/mirror.ts";
import { createRemote } from "./support/remote.ts";
import { emptyTally, Schedule } from "./support/schedule.ts";

const MODEL_SCHEDULES = 100_000;
const REAL_SCHEDULES = 200;
const JOB_SCHEDULES = 200;

test(`XCH-01 ${MODEL_SCHEDULES} schedules of faults in the model`, async (context) => {
  const tally = emptyTally();
  for (let seed = 1; seed <= MODEL_SCHEDULES; seed++) await new Schedule(seed, tally).run(60);
  context.diagnostic(JSON.stringify(tally));
  for (const [fault, count] of Object.entries(tally)) assert.ok(count > MODEL_SCHEDULES / 10, `${fault}: ${count}`);
});

test(`XCH-01 ${REAL_SCHEDULES} schedules over the real gateways do what the model says`, async (context) => {
  const tally = await runOnContracts(1, REAL_SCHEDULES, 60);
  context.diagnostic(JSON.stringify(tally));
  for (const [fault, count] of Object.entries(tally)) assert.ok(count > REAL_SCHEDULES / 10, `${fault}: ${count}`);
});

test(`RJ-01 ${MODEL_SCHEDULES} schedules of remote jobs in the model`, (context) => {
  const tally = emptyJobModelTally();
  for (let seed = 1; seed <= MODEL_SCHEDULES; seed++) {
    try {
      new JobModelSchedule(seed, tally).run(60);
    } catch (cause) {
      throw new Error(`schedule ${seed}: ${(cause as Error).message}`, { cause });
    }
  }
  context.diagnostic(JSON.stringify(tally));
  for (const [met, count] of Object.entries(tally)) assert.ok(count > MODEL_SCHEDULES / 20, `${met}: ${count}`);
});

test(`RJ-01 ${JOB_SCHEDULES} schedules of remote jobs over the real gateways`, async (context) => {
  const remote = await createRemote([1, 2]);
  try {
    const tally = await runJobs(remote, 1, JOB_SCHEDULES, 60);
    context.diagnostic(JSON.stringify(tally));
    for (const [met, count] of Object.entries(tally)) assert.ok(count > JOB_SCHEDULES / 20, `${met}: ${count}`);
  } finally {
    await remote.link.close();
  }
});

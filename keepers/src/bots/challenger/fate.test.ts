import assert from "node:assert/strict";
import { test } from "node:test";
import { type Job, type JobStatus, jobStatuses, type SubmittedJob } from "@assay/sdk";
import { type Hex, keccak256 } from "viem";
import type { KeeperContext } from "../../bot.ts";
import { type Fate, fateOf, readFate } from "./fate.ts";

const MINE = keccak256("0x01");
const OTHER = keccak256("0x02");
const jobOf = (status: JobStatus, commitment: Hex = MINE) => ({ id: "0x01", status, commitment }) as unknown as Job;

test("a result is over when its job has ended or has another one, and not for an endpoint that is behind", () => {
  const fates = Object.fromEntries(jobStatuses.map((status) => [status, fateOf(jobOf(status), MINE)]));
  const over = { finalized: "ended", expired: "ended", cancelled: "ended", rejected: "ended", unresolved: "ended" };
  const early = { none: "unknown", open: "unknown", claimed: "unknown" };
  assert.deepEqual(fates, { ...early, submitted: "stands", ...over });
  assert.equal(fateOf(jobOf("submitted", OTHER), MINE), "ended");
  assert.equal(fateOf(undefined, MINE), "unknown");
});

test("a job that the index has not is read from its logs, for a game, until it is known to have ended", async () => {
  const job = jobOf("submitted") as SubmittedJob;
  const scene = (inIndex: Job | undefined, inLogs: Job | undefined) => {
    const asked: Hex[] = [];
    const getJob = async ({ id }: { id: Hex }) => {
      asked.push(id);
      if (!inLogs) throw new Error("no such job");
      return inLogs;
    };
    const context = { index: { get: () => inIndex }, client: { getJob } } as unknown as KeeperContext;
    const read = async (fate: Fate, inPlay: boolean) => [await readFate(context, { job, fate }, inPlay), asked.length];
    return read;
  };
  assert.deepEqual(await scene(undefined, jobOf("rejected"))("stands", true), ["ended", 1]);
  assert.deepEqual(await scene(undefined, jobOf("claimed"))("stands", true), ["unknown", 1]);
  assert.deepEqual(await scene(undefined, undefined)("stands", true), ["unknown", 1]);
  assert.deepEqual(await scene(undefined, jobOf("rejected"))("stands", false), ["unknown", 0]);
  assert.deepEqual(await scene(undefined, undefined)("ended", true), ["ended", 0]);
  // a reorganisation has taken the end back
  assert.deepEqual(await scene(jobOf("submitted"), undefined)("ended", true), ["stands", 0]);
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DaemonError } from "@assay/daemon-kit";
import { stateHash } from "@assay/sdk";
import { OUTPUT_FILE, RESULT_FILE } from "./run-files.ts";
import { filesFolder, forgetJob, jobsOnDisk, noteAttempts, readLocalRun, readResult, runFolder } from "./run-folder.ts";
import type { RunResult } from "./state.ts";
import { scratch, word } from "./test-kit.ts";

const JOB = word(1);
const NONCE = word(2);

function finishedRun(dataDir: string): { folder: string; result: RunResult; output: Uint8Array } {
  const folder = filesFolder(runFolder(dataDir, JOB, NONCE));
  const output = Uint8Array.from({ length: 50 }, (_, i) => i);
  const finalRoots = [word(3), word(4)];
  const result: RunResult = {
    runRoot: word(5),
    finalRoots,
    finalState: stateHash(100, finalRoots),
    outputHash: createHash("sha256").update(output).digest("hex"),
    outputBytes: output.length,
    loss: 1,
  };
  writeFileSync(join(folder, OUTPUT_FILE), output);
  writeFileSync(join(folder, RESULT_FILE), JSON.stringify(result));
  return { folder, result, output };
}

const isTorn = (error: unknown) =>
  error instanceof DaemonError && error.code === "CN-031" && error.kind === "Retryable";

test("a finished run is found again, with its output", (t) => {
  const dataDir = scratch(t);
  assert.equal(readLocalRun(dataDir, JOB, NONCE).finished, false);
  const { folder, result, output } = finishedRun(dataDir);
  assert.equal(readLocalRun(dataDir, JOB, NONCE).finished, true);
  const found = readResult(folder, 100);
  assert.deepEqual(found.result, result);
  assert.deepEqual(new Uint8Array(found.output), output);
});

test("a result that does not fit its output or its job is never submitted: it is removed and computed again", (t) => {
  const dataDir = scratch(t);
  const spoil: ((folder: string, result: RunResult) => void)[] = [
    (folder) => writeFileSync(join(folder, OUTPUT_FILE), "other bytes"),
    (folder) => rmSync(join(folder, OUTPUT_FILE)),
    (folder) => writeFileSync(join(folder, RESULT_FILE), '{"runRoot": "0x'),
    (folder, result) => writeFileSync(join(folder, RESULT_FILE), JSON.stringify({ ...result, finalState: word(9) })),
    (folder, result) => writeFileSync(join(folder, RESULT_FILE), JSON.stringify({ ...result, finalRoots: "all" })),
    (folder) => {
      renameSync(join(folder, OUTPUT_FILE), join(folder, "elsewhere"));
      symlinkSync(join(folder, "elsewhere"), join(folder, OUTPUT_FILE));
    },
  ];
  for (const damage of spoil) {
    const { folder, result } = finishedRun(dataDir);
    damage(folder, result);
    assert.throws(() => readResult(folder, 100), isTorn);
    assert.equal(existsSync(join(folder, RESULT_FILE)), false);
  }
  const { folder } = finishedRun(dataDir);
  assert.throws(() => readResult(folder, 101), isTorn, "another number of steps is another state");
});

test("failed attempts survive a restart; a deleted folder starts from nothing", (t) => {
  const dataDir = scratch(t);
  const gaveUp = { code: "CN-030", message: "given up" };
  noteAttempts(dataDir, JOB, { ...readLocalRun(dataDir, JOB, NONCE), attempts: 3, gaveUp });
  const found = readLocalRun(dataDir, JOB, NONCE);
  assert.deepEqual([found.attempts, found.gaveUp], [3, gaveUp]);
  assert.equal(readLocalRun(dataDir, JOB, word(7)).attempts, 0, "another nonce is another run");
  assert.deepEqual(jobsOnDisk(dataDir), [JOB]);
  forgetJob(dataDir, JOB);
  assert.deepEqual(jobsOnDisk(dataDir), []);
  assert.equal(readLocalRun(dataDir, JOB, NONCE).attempts, 0);
});

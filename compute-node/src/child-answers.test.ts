import assert from "node:assert/strict";
import { test } from "node:test";
import { DaemonError } from "@assay/daemon-kit";
import fc from "fast-check";
import { readMessage, readOutcome } from "./child-answers.ts";
import type { RunResult } from "./state.ts";
import type { Task } from "./tasks.ts";
import { word } from "./test-kit.ts";

const run = { task: "run" } as Extract<Task, { task: "run" }>;
const answer = { task: "answer" } as Extract<Task, { task: "answer" }>;
const result: RunResult = {
  runRoot: word(1),
  finalRoots: [word(2)],
  finalState: word(3),
  outputHash: "ab".repeat(32),
  outputBytes: 5,
  loss: Number.NaN,
};

const isLie = (error: unknown) => error instanceof DaemonError && error.code === "CN-033";

test("what a run says is taken as it is", () => {
  assert.deepEqual(readOutcome(run, result), result);
  const message = { kind: "progress", step: 1, steps: 2, loss: Number.POSITIVE_INFINITY, etaSeconds: 0 };
  assert.deepEqual(readMessage(message), message);
});

test("an outcome or a message with any part changed, missing or too many is refused", () => {
  const lies: unknown[] = [
    undefined,
    null,
    [],
    { ...result, finalRoots: [`0x${"AB".repeat(32)}`] },
    { ...result, finalRoots: Array.from({ length: 10_000 }, () => word(1)) },
    { ...result, outputBytes: -1 },
    { ...result, outputHash: "../../etc/passwd" },
    { ...result, more: 1 },
  ];
  for (const lie of lies) assert.throws(() => readOutcome(run, lie), isLie);
  assert.throws(() => readMessage({ kind: "started", step: 0, steps: 1, torn: "all" }), isLie);
  assert.throws(() => readMessage({ kind: "checkpoint", step: 0.5 }), isLie);
});

test("a child can name no function but the reveals", () => {
  for (const functionName of ["concede", "transfer", "revealAll"]) {
    assert.throws(() => readOutcome(answer, { moves: [{ functionName, args: [1, 2] }] }), isLie);
  }
});

test("whatever a child says, the answer is a result or CN-033", () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true }), (said) => {
      for (const read of [() => readOutcome(run, said), () => readOutcome(answer, said), () => readMessage(said)]) {
        assert.throws(read, isLie);
      }
    }),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { DaemonError, type ErrorKind } from "@assay/daemon-kit";
import { retryWait } from "./prepare.ts";

const error = (code: string, kind: ErrorKind) =>
  new DaemonError(code, "refused", { kind, found: "this", wanted: "that", hint: "do so" });

test("what may pass is tried again, later each time; what is wrong with the job is not", () => {
  const missing = error("ST-009", "Fatal");
  assert.deepEqual(
    [1, 2, 3, 8, 50].map((tries) => retryWait(missing, tries, 3)),
    [30_000, 60_000, 120_000, 1_800_000, 1_800_000],
  );
  assert.equal(retryWait(error("DK-068", "Retryable"), 9, 3), 5_000, "a full disk is no fault of the job");
  assert.equal(retryWait(error("ST-004", "Fatal"), 9, 3), 5_000, "as the cache of blocks calls it");
  assert.equal(retryWait(error("CN-020", "UserFault"), 1, 3), undefined);
});

test("inputs that crash the process which reads them are left alone after so many attempts", () => {
  const crashed = error("DK-062", "Retryable");
  assert.deepEqual(
    [1, 2, 3, 4].map((tries) => retryWait(crashed, tries, 3)),
    [30_000, 60_000, undefined, undefined],
  );
  assert.equal(retryWait(crashed, 1, 1), undefined);
});

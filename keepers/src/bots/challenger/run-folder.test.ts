import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Hex } from "viem";
import { caseFolder, casesUntouchedSince, dropCase } from "./run-folder.ts";

const [OLD, NEW] = [`0x${"1a".repeat(32)}`, `0x${"2b".repeat(32)}`] as [Hex, Hex];

test("only what nobody has touched for a while is taken for forgotten, and nothing else in the folder", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "assay-cases-"));
  try {
    assert.deepEqual(casesUntouchedSince(dataDir, Date.now()), []);
    for (const commitment of [OLD, NEW]) mkdirSync(caseFolder(dataDir, commitment), { recursive: true });
    mkdirSync(join(dataDir, "challenger", "other"));
    const anHourAgo = Date.now() - 3_600_000;
    utimesSync(caseFolder(dataDir, OLD), new Date(anHourAgo - 1000), new Date(anHourAgo - 1000));
    assert.deepEqual(casesUntouchedSince(dataDir, anHourAgo), [OLD]);
    dropCase(dataDir, OLD);
    assert.deepEqual(casesUntouchedSince(dataDir, Date.now() + 1000), [NEW]);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

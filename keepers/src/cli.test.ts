import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../bin/assay-keeper.mjs", import.meta.url));

function keeper(args: readonly string[], env: Record<string, string> = {}) {
  const dir = mkdtempSync(join(tmpdir(), "assay-keeper-"));
  try {
    writeFileSync(join(dir, "settings.yaml"), "version: 1\nsettle:\n  maxBatch: 7\n  jobs: all\n");
    const result = spawnSync(process.execPath, [BIN, ...args], {
      cwd: dir,
      env: { PATH: process.env.PATH, ...env },
      encoding: "utf8",
    });
    return { code: result.status, out: result.stdout, err: result.stderr };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test("help names the commands; config shows where each setting comes from, secrets apart", () => {
  assert.match(keeper(["--help"]).out, /start[\s\S]*status[\s\S]*config/);
  const { code, out } = keeper(["config", "--json", "-c", "settings.yaml", "--settle-jobs", "listed"], {
    ASSAY_KEEPER_SETTLE__MAX_BATCH: "9",
    ASSAY_KEEPER_PRIVATE_KEY: "0x1234567890",
  });
  const { values, sources } = JSON.parse(out) as {
    values: { settle: { maxBatch: number; jobs: string } };
    sources: Record<string, string>;
  };
  assert.equal(code, 0);
  assert.deepEqual([values.settle.maxBatch, sources["settle.maxBatch"]], [9, "env"]);
  assert.deepEqual([values.settle.jobs, sources["settle.jobs"]], ["listed", "flag"]);
  assert.equal(sources["challenger.rate"], "default");
  assert.ok(!out.includes("1234567890"));
});

test("exit code 1 for the caller's faults, each with its code; 75 where trying again helps", () => {
  const none = keeper(["start"]);
  assert.deepEqual([none.code, none.err.includes("KP-003")], [1, true]);
  const typo = keeper(["config"], { ASSAY_KEEPER_CHALLENGER__RATES: "1" });
  assert.deepEqual([typo.code, /DK-003[\s\S]*CHALLENGER__RATE\b/.test(typo.err)], [1, true]);
  const bad = keeper(["config"], { ASSAY_KEEPER_CHALLENGER__RATE: "1.5" });
  assert.deepEqual([bad.code, bad.err.includes("DK-004")], [1, true]);
  const key = `0x${"11".repeat(32)}`;
  const silent = keeper(["start", "--settle", "--rpc-urls", "http://127.0.0.1:9"], { ASSAY_KEEPER_PRIVATE_KEY: key });
  assert.ok(silent.err.includes("KP-002") || silent.err.includes("DK-040"));
  const absent = keeper(["status"]);
  assert.deepEqual([absent.code, absent.err.includes("KP-050")], [75, true]);
});

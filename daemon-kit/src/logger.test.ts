import assert from "node:assert/strict";
import { test } from "node:test";
import { DaemonError, exitCodeOf, formatError, suggest } from "./errors.ts";
import { maskUrl } from "./mask.ts";
import { memoryLog } from "./test-kit.ts";

test("no secret reaches a line: by name, in URLs, in errors", () => {
  const { log, lines } = memoryLog();
  log.info(
    {
      privateKey: "0xhush",
      nested: { password: "hush" },
      uploadToken: "hush",
      token: "0xa5",
      jobId: "7",
      wei: 10n ** 20n,
    },
    "job claimed",
  );
  log.error({ err: new Error("POST https://me:hush@rpc.example/v3/0123456789abcdefhush failed") }, "rpc failed");
  log.warn({ url: "wss://rpc.example/?apikey=hush" }, "rpc slow");
  const text = JSON.stringify(lines);
  assert.ok(!text.includes("hush"), text);
  assert.equal(lines[0]?.wei, "100000000000000000000");
  assert.equal(lines[0]?.jobId, "7");
  assert.equal(lines[0]?.token, "0xa5");
  assert.equal(lines[0]?.msg, "job claimed");
});

test("a coded error is logged with its facts", () => {
  const { log, lines } = memoryLog();
  const facts = { found: "x", wanted: "y", hint: "z" };
  log.error({ err: new DaemonError("DK-040", "m", { kind: "Retryable", ...facts }) }, "failed");
  const { code, found, wanted, hint } = (lines[0] as Record<string, Record<string, string>>).err ?? {};
  assert.deepEqual({ code, found, wanted, hint }, { code: "DK-040", ...facts });
});

test("URLs keep host and plain path, lose the rest", () => {
  assert.equal(maskUrl("http://127.0.0.1:8545"), "http://127.0.0.1:8545");
  assert.equal(maskUrl("https://rpc.example/v2/mainnet"), "https://rpc.example/v2/mainnet");
  assert.equal(maskUrl("https://a:b@rpc.example/v2/aaaaaaaa11111111?k=v"), "https://***@rpc.example/v2/***?k=***");
  assert.equal(maskUrl("not a url"), "***");
});

test("an error prints its four facts, one without a code is shown as a defect", () => {
  const error = new DaemonError("DK-012", "wrong password", { kind: "UserFault", found: "f", wanted: "w", hint: "h" });
  const text = "DK-012: wrong password\n  found:  f\n  wanted: w\n  do:     h\n  see:    docs/errors/DK-012.md";
  assert.equal(formatError(error), text);
  assert.match(formatError(new TypeError("oops")), /^DK-000: .*\n {2}found: {2}TypeError: oops/);
  assert.equal(exitCodeOf(error), 1);
  assert.equal(exitCodeOf(new DaemonError("DK-040", "m", { kind: "Retryable", found: "", wanted: "", hint: "" })), 75);
});

test("suggests what was meant, and nothing for a word that is far from all", () => {
  const known = ["rpcUrl", "dataDir", "logLevel"];
  assert.equal(suggest("rpcurl", known), "rpcUrl");
  assert.equal(suggest("datdir", known), "dataDir");
  assert.equal(suggest("verbosity", known), undefined);
});

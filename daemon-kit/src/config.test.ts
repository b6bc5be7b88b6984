import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { describeConfig, loadConfig } from "./config.ts";
import { scratch, withCode } from "./test-kit.ts";

const schema = z.strictObject({
  rpcUrl: z.url().default("http://127.0.0.1:8545"),
  logLevel: z.enum(["debug", "info"]).default("info"),
  storageToken: z.string().optional(),
  gas: z.strictObject({ maxFeeGwei: z.coerce.number().positive().default(500) }).prefault({}),
});

test("flag wins over environment, over file, over default, and each value knows its source", (t) => {
  const file = join(scratch(t), "node.yaml");
  writeFileSync(file, "version: 1\nrpcUrl: http://file:1\nlogLevel: debug\ngas:\n  maxFeeGwei: 7\n");
  const env = { ASSAY_RPC_URL: "http://env:1", ASSAY_GAS__MAX_FEE_GWEI: "8", OTHER: "x" };
  const all = loadConfig({ schema, file, env, flags: { rpcUrl: "http://flag:1", logLevel: undefined } });
  assert.deepEqual(all.values, { rpcUrl: "http://flag:1", logLevel: "debug", gas: { maxFeeGwei: 8 } });
  assert.deepEqual(all.sources, {
    rpcUrl: "flag",
    logLevel: "file",
    storageToken: "default",
    "gas.maxFeeGwei": "env",
  });
  const none = loadConfig({ schema });
  assert.deepEqual(none.values, { rpcUrl: "http://127.0.0.1:8545", logLevel: "info", gas: { maxFeeGwei: 500 } });
});

test("JSON is read too", (t) => {
  const file = join(scratch(t), "node.json");
  writeFileSync(file, JSON.stringify({ version: 1, gas: { maxFeeGwei: 3 } }));
  assert.equal(loadConfig({ schema, file }).values.gas.maxFeeGwei, 3);
});

test("a misspelt key is an error that names the nearest one, wherever it stands", (t) => {
  const file = join(scratch(t), "node.yaml");
  writeFileSync(file, "version: 1\nrpcURl: http://x\n");
  assert.throws(() => loadConfig({ schema, file }), withCode("DK-003", /rpcURl in .*node\.yaml rpcUrl\?/));
  writeFileSync(file, "version: 1\ngas:\n  maxFeGwei: 1\n");
  assert.throws(() => loadConfig({ schema, file }), withCode("DK-003", /gas\.maxFeGwei .*gas\.maxFeeGwei\?/));
  assert.throws(() => loadConfig({ schema, env: { ASSAY_RPC_ULR: "x" } }), withCode("DK-003", /ASSAY_RPC_URL\?/));
  assert.throws(() => loadConfig({ schema, flags: { logLevl: "x" } }), withCode("DK-003", /logLevel\?/));
  writeFileSync(file, '{"version": 1, "__proto__": {"rpcUrl": "http://x"}}');
  assert.throws(() => loadConfig({ schema, file }), withCode("DK-003", /__proto__/));
});

test("a bad value names its key, its value and its source", () => {
  const load = () => loadConfig({ schema, env: { ASSAY_LOG_LEVEL: "loud" } });
  assert.throws(load, withCode("DK-004", /logLevel = "loud" \(env\)/));
});

test("a file that is absent, broken or of another version", (t) => {
  const file = join(scratch(t), "node.yaml");
  assert.throws(() => loadConfig({ schema, file }), withCode("DK-001"));
  writeFileSync(file, "a: [");
  assert.throws(() => loadConfig({ schema, file }), withCode("DK-001"));
  writeFileSync(file, "rpcUrl: http://x\n");
  assert.throws(() => loadConfig({ schema, file }), withCode("DK-002", /not given/));
  writeFileSync(file, "");
  assert.throws(() => loadConfig({ schema, file }), withCode("DK-002"));
});

test("the printed configuration shows sources and no secret", () => {
  const flags = { rpcUrl: "https://user:pw@rpc.example/v2/abcdef0123456789abcdef?key=zzz", storageToken: "hush" };
  const text = describeConfig(loadConfig({ schema, flags }));
  assert.match(text, /^rpcUrl: "https:\/\/\*\*\*@rpc\.example\/v2\/\*\*\*\?key=\*\*\*" {2}\(flag\)$/m);
  assert.match(text, /^storageToken: "\*\*\*" {2}\(flag\)$/m);
  assert.match(text, /^gas\.maxFeeGwei: 500 {2}\(default\)$/m);
  for (const secret of ["hush", "pw", "zzz", "abcdef"]) assert.ok(!text.includes(secret), secret);
});

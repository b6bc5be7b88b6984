import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findBwrap } from "@assay/daemon-kit";
import { prepareInputs, probeEngine } from "./children.ts";
import { SPEC, scratch, someConfig } from "./test-kit.ts";

const CODE = "compiled";

test("a probe leaves compiled code, and a child that reads what a stranger wrote cannot add to it", async (t) => {
  const dataDir = scratch(t);
  const config = someConfig({ dataDir });
  const compiled = () => readdirSync(join(dataDir, CODE), { recursive: true });
  assert.equal((await probeEngine(config, "cpu")).engine, "cpu");
  assert.ok(compiled().length > 50, `the probe left ${compiled().length} files`);

  for (const name of readdirSync(join(dataDir, CODE))) rmSync(join(dataDir, CODE, name), { recursive: true });
  const inputs = { gateways: [], timeoutMs: 1000, blocks: join(dataDir, "blocks"), spec: SPEC, maxBytes: 1000 };
  await assert.rejects(prepareInputs(config, inputs, { logFile: join(dataDir, "prepare.log") }), { code: "ST-009" });
  // Without a sandbox nothing keeps it from writing wherever the node may.
  if ("version" in findBwrap()) assert.deepEqual(compiled(), []);
});

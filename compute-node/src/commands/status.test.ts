import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseMetrics } from "@assay/daemon-kit";
import { Registry } from "prom-client";
import { createMetrics } from "../metrics.ts";
import { serverOf } from "../test-kit.ts";
import { statusTable } from "./status.ts";

const BIN = fileURLToPath(new URL("../../bin/assay-node.mjs", import.meta.url));

test("the table is made of the metrics page alone: runs with their bars and ETAs, stake, disputes", async () => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  metrics.ready.set(1);
  metrics.info.set({ engine: "wasm", mode: "auto" }, 1);
  metrics.runStep.set({ slot: "0" }, 50);
  metrics.runSteps.set({ slot: "0" }, 200);
  metrics.runEta.set({ slot: "0" }, 3725);
  metrics.runLoss.set({ slot: "0" }, 0.5);
  metrics.stake.set({ kind: "free" }, 12.5);
  metrics.disputes.set(2);
  metrics.disputeClock.set(0.4);
  const table = statusTable(parseMetrics(await registry.metrics()));
  assert.match(table, /^node +ready, engine wasm, auto$/m);
  assert.match(table, /^run 0 +#{5}\.{15} 50\/200, loss 0\.5000, 1 h 2 min left$/m);
  assert.match(table, /12\.5 free/);
  assert.match(table, /2 in play, 40 % of the shortest clock left/);
  assert.doesNotMatch(table, /undefined|NaN/);
});

test("a table that is watched ends when nobody looks at it any more", async (t) => {
  let looks = 0;
  const url = await serverOf(t, (_, response) => {
    looks += 1;
    response.end("assay_node_ready 1\n");
  });
  const args = [BIN, "status", "--watch", "--url", url];
  const watch = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env.PATH } });
  t.after(() => watch.kill("SIGKILL"));
  let errors = "";
  watch.stderr.on("data", (part) => {
    errors += part;
  });
  await once(watch.stdout, "data");
  watch.stdout.destroy();
  assert.deepEqual(await once(watch, "close"), [0, null]);
  assert.deepEqual([errors, looks > 1], ["", true]);
});

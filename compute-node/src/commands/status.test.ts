import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMetrics } from "@assay/daemon-kit";
import { Registry } from "prom-client";
import { createMetrics } from "../metrics.ts";
import { statusTable } from "./status.ts";

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

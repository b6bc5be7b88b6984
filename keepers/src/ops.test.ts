// What stands in ops/ for keepers must fit what a keeper is: metrics that are named exist, panels do not overlap.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Registry } from "prom-client";
import { advisorMetrics } from "./bots/advisor/metrics.ts";
import { anomalyMetrics } from "./bots/anomaly/metrics.ts";
import { recoveryMetrics } from "./bots/axelar-recovery/metrics.ts";
import { relayMetrics } from "./bots/axelar-relay/metrics.ts";
import { challengerMetrics } from "./bots/challenger/metrics.ts";
import { settleMetrics } from "./bots/settle/metrics.ts";
import { topupMetrics } from "./bots/topup/metrics.ts";
import { dutyMetrics } from "./duty/metrics.ts";
import { createMetrics, satelliteMetrics } from "./metrics.ts";

const file = (path: string) => readFileSync(new URL(`../../ops/${path}`, import.meta.url), "utf8");

function knownMetrics(): Set<string> {
  const registry = new Registry();
  const all = [
    createMetrics,
    satelliteMetrics,
    dutyMetrics,
    settleMetrics,
    challengerMetrics,
    topupMetrics,
    relayMetrics,
    recoveryMetrics,
    advisorMetrics,
    anomalyMetrics,
  ];
  for (const make of all) make(registry);
  const own = registry.getMetricsAsArray().map(({ name }) => name);
  // Of the transaction senders, one on each chain.
  const sent = ["assay_keeper_", "assay_keeper_satellite_"].map((prefix) => `${prefix}nonces_mended_total`);
  return new Set([...own, ...sent]);
}

function assertKnown(expressions: readonly string[]): void {
  const known = knownMetrics();
  for (const expression of expressions) {
    const named = [...expression.matchAll(/\bassay_[a-z_]+/g)].map(([name]) => name);
    for (const name of named) assert.ok(known.has(name), `${name} in ${expression}`);
    assert.ok(named.length > 0 || /^up\{/.test(expression), expression);
  }
}

test("alert rules name metrics that exist, each says what to do", () => {
  const alerts = file("prometheus/assay-keeper.rules.yaml").split("      - alert: ").slice(1);
  assert.ok(alerts.length >= 10);
  assertKnown(alerts.map((alert) => /^ {8}expr: (.*)$/m.exec(alert)?.[1] ?? ""));
  const told = new Set(alerts.flatMap((alert) => alert.match(/assay_keeper_\w+/g) ?? []));
  const seen = new Registry();
  satelliteMetrics(seen);
  for (const { name } of seen.getMetricsAsArray()) assert.ok(told.has(name), `${name} has an alert`);
  for (const alert of alerts) {
    assert.match(alert, /^AssayKeeper[A-Za-z]+$/m);
    assert.match(alert, /severity: (warning|critical) \}\n {8}annotations:\n {10}summary: .{10,}\n {10}action: .{10,}/);
  }
});

test("alert rules that compare two metrics say by which labels: a sum has none of its own and would match nothing", () => {
  const rules = file("prometheus/assay-keeper.rules.yaml").matchAll(/^ {8}expr: (.*)$/gm);
  const parts = [...rules].flatMap(([, expression]) => expression!.split(" or "));
  const compared = parts
    .map((part) => / (?:==|<|>) (.*)$/.exec(part)?.[1] ?? "")
    .filter((right) => /assay_/.test(right));
  assert.ok(compared.length > 0);
  for (const right of compared) assert.match(right, /^on \(job, instance\) .*\bsum by \(job, instance\)/);
});

test("the dashboard's queries name metrics that exist, its panels do not overlap", () => {
  const { panels } = JSON.parse(file("grafana/assay-keeper.json")) as {
    panels: { id: number; gridPos: { x: number; y: number; w: number; h: number }; targets: { expr: string }[] }[];
  };
  assertKnown(panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)));
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  );
  assert.equal(new Set(cells).size, cells.length);
  assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24));
});

test("the service unit starts the keeper's own program", () => {
  const bin = /^ExecStart=\/opt\/assay\/(\S+) start /m.exec(file("systemd/assay-keeper.service"))?.[1] ?? "";
  assert.ok(existsSync(new URL(`../../${bin}`, import.meta.url)), bin);
});

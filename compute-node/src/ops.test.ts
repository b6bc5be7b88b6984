// What stands in ops/ must fit what the node is: metrics that are named exist, panels are whole, the unit starts the bin.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Registry } from "prom-client";
import { parse } from "yaml";
import { z } from "zod";
import { createMetrics } from "./metrics.ts";

const file = (path: string) => readFileSync(new URL(`../../ops/${path}`, import.meta.url), "utf8");

/** Names on the metrics page of a node, those of the transaction sender included. */
function knownMetrics(): Set<string> {
  const registry = new Registry();
  createMetrics(registry);
  const own = registry.getMetricsAsArray().map(({ name }) => name);
  const sent = ["tx_total", "tx_fee_bumps_total", "nonces_mended_total"].map((name) => `assay_node_${name}`);
  return new Set([...own, ...sent]);
}

function assertKnown(expression: string): void {
  const named = [...expression.matchAll(/\bassay_[a-z_]+/g)].map(([name]) => name);
  for (const name of named) assert.ok(knownMetrics().has(name), `${name} in ${expression}`);
  assert.ok(named.length > 0 || /^up\{/.test(expression), expression);
}

test("every metric ends in its unit, in `total`, or counts things", () => {
  const units = /_(seconds|eth|asy|mebibytes|ratio|nats|blocks|total|per_gmac)$/;
  const counts = ["info", "ready", "jobs", "disputes", "run_step", "run_steps", "head_block", "rpc_endpoints"];
  for (const name of knownMetrics()) {
    assert.ok(units.test(name) || counts.includes(name.replace("assay_node_", "")), name);
  }
});

const rules = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^AssayNode[A-Za-z]+$/),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+[smhd]$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(["warning", "critical"]) }),
          annotations: z.strictObject({ summary: z.string().min(10), action: z.string().min(10) }),
        }),
      ),
    }),
  ),
});

test("alert rules are whole and name metrics that exist", () => {
  const alerts = rules.parse(parse(file("prometheus/assay-node.rules.yaml"))).groups.flatMap(({ rules }) => rules);
  assert.equal(new Set(alerts.map(({ alert }) => alert)).size, alerts.length);
  for (const { expr } of alerts) assertKnown(expr);
});

const dashboard = z.looseObject({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.number(),
  panels: z.array(
    z.looseObject({
      id: z.number(),
      title: z.string(),
      gridPos: z.strictObject({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(z.looseObject({ refId: z.string(), expr: z.string() })).min(1),
    }),
  ),
});

test("the dashboard is whole: its queries name metrics that exist, its panels do not overlap", () => {
  const { panels } = dashboard.parse(JSON.parse(file("grafana/assay-node.json")));
  for (const { targets } of panels) for (const { expr } of targets) assertKnown(expr);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  );
  assert.equal(new Set(cells).size, cells.length);
  assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24));
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
});

test("the service unit starts the node's own program, and does not restart what only a person can mend", () => {
  const unit = file("systemd/assay-node.service");
  const bin = /^ExecStart=\/opt\/assay\/(\S+) start /m.exec(unit)?.[1] ?? "";
  assert.ok(existsSync(new URL(`../../${bin}`, import.meta.url)), bin);
  assert.match(unit, /^RestartPreventExitStatus=1$/m);
});

test("the image starts the node's own program, as an ordinary user, and holds no secret", () => {
  // Continued lines are one instruction.
  const lines = file("Dockerfile")
    .replace(/\\\n\s*/g, "")
    .split("\n");
  const instructions = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const known = /^(FROM|WORKDIR|COPY|RUN|USER|VOLUME|HEALTHCHECK|STOPSIGNAL|ENTRYPOINT|CMD) \S/;
  for (const line of instructions) assert.match(line, known);
  const all = (name: string) => instructions.filter((line) => line.startsWith(`${name} `));
  for (const line of all("FROM")) assert.match(line, /^FROM node:24-\S+( AS \w+)?$/);
  // What is run is a list of words: a shell in between would keep signals from the node.
  const words = [...all("ENTRYPOINT"), ...all("CMD")].flatMap(
    (line) => JSON.parse(line.slice(line.indexOf(" ") + 1)) as string[],
  );
  assert.deepEqual(words.slice(0, 3), ["node", "/opt/assay/compute-node/bin/assay-node.mjs", "start"]);
  assert.ok(existsSync(new URL(`../../${words[1]?.slice("/opt/assay/".length)}`, import.meta.url)));
  const last = instructions.findLastIndex((line) => line.startsWith("FROM "));
  const user = instructions.findIndex((line, i) => i > last && line.startsWith("USER "));
  assert.ok(user > last && !/^USER (root|0)\b/.test(instructions[user] ?? ""));
  assert.match(all("HEALTHCHECK").join(), /127\.0\.0\.1:9464\/readyz/);
  assert.doesNotMatch(instructions.join("\n"), /PRIVATE_KEY|PASSWORD=|SECRET|TOKEN/);
  const ignored = readFileSync(new URL("../../.dockerignore", import.meta.url), "utf8");
  for (const name of ["**/node_modules", ".git", "**/keystore*.json", "**/password*"])
    assert.ok(ignored.includes(name));
});

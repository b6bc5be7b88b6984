import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEther } from "viem";
import { loadNodeConfig } from "./config.ts";
import { type Circumstances, Conditions, conditionsOf, type NodeNotice } from "./notices.ts";

const ETHER = 10n ** 18n;
const NOW = 1_800_000_000_000;
const fine: Circumstances = {
  nowMs: NOW,
  headMs: NOW - 12_000,
  stake: 100n * ETHER,
  freeStake: 50n * ETHER,
  gasBalance: ETHER,
  poorEndpoints: [],
};
const config = loadNodeConfig({ flags: { chainId: 1, "webhooks.minFreeStake": "40" } }).config;
const names = (change: Partial<Circumstances>, limits = config) =>
  conditionsOf({ ...fine, ...change }, limits).map(({ event }) => event);

test("each condition is found, and none of them when all is well or nothing is known yet", () => {
  assert.deepEqual(names({}), []);
  const nothing = { headMs: undefined, stake: undefined, freeStake: undefined, gasBalance: undefined };
  assert.deepEqual(names(nothing), []);
  assert.deepEqual(names({ freeStake: 40n * ETHER - 1n }), ["STAKE_LOW"]);
  assert.deepEqual(names({ freeStake: 40n * ETHER }), []);
  assert.deepEqual(names({ gasBalance: parseEther("0.005") - 1n }), ["BALANCE_LOW"]);
  assert.deepEqual(names({ headMs: NOW - 301_000 }), ["RPC_BEHIND"]);
  assert.deepEqual(names({ headMs: NOW - 300_000 }), []);
  assert.deepEqual(names({ poorEndpoints: ["http://a (behind)"] }), ["RPC_BEHIND"]);
});

test("a stake of nothing is told without a minimum; an idle local chain is not behind", () => {
  const local = loadNodeConfig({}).config;
  assert.deepEqual(names({ stake: 0n, freeStake: 0n }, local), ["STAKE_LOW"]);
  assert.deepEqual(names({ headMs: NOW - 3_600_000 }, local), []);
});

test("a condition is told when it begins, once a day while it lasts, and rarely while it flaps", () => {
  const low: NodeNotice = { event: "BALANCE_LOW", text: "" };
  const behind: NodeNotice = { event: "RPC_BEHIND", text: "" };
  const conditions = new Conditions();
  const told = (found: NodeNotice[], minutes: number) =>
    conditions.news(found, NOW + minutes * 60_000).map(({ event }) => event);
  assert.deepEqual(told([low], 0), ["BALANCE_LOW"]);
  assert.deepEqual(told([low, behind], 1), ["RPC_BEHIND"]);
  assert.deepEqual(told([low], 20), []);
  assert.deepEqual(told([low, behind], 21), ["RPC_BEHIND"], "it was gone, and is back after a quarter of an hour");
  assert.deepEqual(told([], 22), []);
  assert.deepEqual(told([behind], 23), [], "it flaps");
  assert.deepEqual(told([behind], 35), [], "still within the quarter of an hour");
  assert.deepEqual(told([behind], 37), ["RPC_BEHIND"], "it lasts after all");
  assert.deepEqual(told([low], 40), ["BALANCE_LOW"]);
  assert.deepEqual(told([low], 40 + 24 * 60 - 1), []);
  assert.deepEqual(told([low], 40 + 24 * 60), ["BALANCE_LOW"]);
});

test("receivers are read from a list, and only their origin is shown", () => {
  const env = {
    ASSAY_NODE_WEBHOOKS__RECEIVERS: "https://a.example/hook/short, https://b.example/x",
    ASSAY_NODE_WEBHOOKS__EVENTS: "JOB_WON",
    ASSAY_NODE_WEBHOOK_SECRET: "s",
  };
  const { config } = loadNodeConfig({ env });
  assert.deepEqual(config.webhooks.receivers, ["https://a.example/hook/short", "https://b.example/x"]);
  assert.deepEqual(config.webhooks.events, ["JOB_WON"]);
  assert.throws(() => loadNodeConfig({ env: { ASSAY_NODE_WEBHOOKS__EVENTS: "JOB_LOST" } }), { code: "DK-004" });
  assert.throws(() => loadNodeConfig({ env: { ASSAY_NODE_WEBHOOKS__RECEIVERS: "ftp://a" } }), { code: "DK-004" });
});

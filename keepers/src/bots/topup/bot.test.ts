import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createLogger, OvertakenError, openJournal, type TxRequest } from "@assay/daemon-kit";
import { Registry } from "prom-client";
import { type Address, numberToHex, pad, parseEther } from "viem";
import type { KeeperContext } from "../../bot.ts";
import { Budget } from "../../budget.ts";
import type { ChainFacts } from "../../chain/observe.ts";
import { loadKeeperConfig } from "../../config.ts";
import { dutyMetrics } from "../../duty/metrics.ts";
import { Turns, turnOf } from "../../turns.ts";
import { openTopup } from "./bot.ts";

const [ME, HOT]: Address[] = [1, 2].map((n) => pad(numberToHex(n), { size: 20 })) as [Address, Address];
const SPREAD = 600;
const NOW = 1_800_000_000;

/** The bot on a made-up chain, on which somebody else fills the account up while the payment waits for its turn. */
function scene(t: TestContext) {
  const settings = { "topup.enabled": "true", "topup.accounts": HOT, "topup.spreadSeconds": String(SPREAD) };
  const { config } = loadKeeperConfig({ flags: settings, env: {} });
  const registry = new Registry();
  const budget = new Budget(":memory:");
  const journal = openJournal(":memory:");
  t.after(() => [budget, journal].map((part) => part.close()));
  const asked: { request: TxRequest; counted: bigint; due: boolean[] }[] = [];
  const hot = { pending: 0n };
  const send = async (request: TxRequest) => {
    const due = [await request.stillDue!()];
    hot.pending = 1n;
    due.push(await request.stillDue!());
    asked.push({ request, counted: budget.spent("balance-topup", "coin"), due });
    throw new OvertakenError(request.key);
  };
  const getBalance = async ({ blockTag }: { blockTag?: string }) => (blockTag === "pending" ? hot.pending : 0n);
  const context = {
    ...{ config, registry, budget, journal, turns: new Turns(config), duties: dutyMetrics(registry), wake: () => {} },
    ...{
      account: { address: ME },
      log: createLogger({ name: "keeper", level: "silent" }),
      approvals: { all: () => [] },
    },
    ...{ signal: new AbortController().signal, sender: { send }, rpc: { getBalance, call: async () => ({}) } },
  } as unknown as KeeperContext;
  const bot = openTopup(context);
  const look = async (now: number) => {
    context.turns.set(now);
    await bot.look({ now, gasBalance: parseEther("1") } as ChainFacts);
    await bot.idle();
  };
  return { look, asked, budget };
}

test("a payment waits for its turn, is asked about by the pending state, and counts only if it is made", async (t) => {
  const { look, asked, budget } = scene(t);
  const turn = turnOf(ME, NOW, SPREAD);
  assert.ok(turn > 1);
  await look(NOW);
  await look(NOW + turn - 1);
  assert.equal(asked.length, 0, "not yet");
  await look(NOW + turn);
  assert.deepEqual(
    asked.map(({ counted, due }) => [counted, due]),
    [[parseEther("0.2"), [true, false]]],
  );
  assert.equal(budget.spent("balance-topup", "coin"), 0n, "what was not signed leaves the day's limit as it was");
});

// The keeper's own part of a look, on chains that are made up.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type TxEntry, Waker } from "@assay/daemon-kit";
import { Registry } from "prom-client";
import { parseEther } from "viem";
import type { Bot, KeeperContext } from "./bot.ts";
import { Keeper } from "./keeper.ts";
import { createMetrics } from "./metrics.ts";

const START = 1_800_000_000;

/** A chain with one block, that may stop to answer. */
class FakeChain {
  answers = true;
  readonly balance: bigint;

  constructor(balance: bigint) {
    this.balance = balance;
  }

  #say<T>(answer: T): Promise<T> {
    return this.answers ? Promise.resolve(answer) : Promise.reject(new Error("fetch failed"));
  }

  readonly rpc = {
    getBlock: () => this.#say({ timestamp: BigInt(START - 5), number: 7n, hash: "0x07" }),
    getBalance: () => this.#say(this.balance),
    getGasPrice: () => this.#say(1n),
  };
  /** Signed, and in no block yet. */
  readonly entries: Partial<TxEntry>[] = [];
  /** Keys that the sender was asked for. */
  readonly asked: string[] = [];
  readonly sender = {
    tend: () => this.#say(undefined),
    reconcile: async () => {},
    open: () => this.entries,
    send: async ({ key }: { key: string }) => {
      this.asked.push(key);
      throw new Error("given up again");
    },
  };
}

/** A keeper at work, with one bot that counts its looks. */
function keeperOf(t: TestContext, home: FakeChain, satellite?: FakeChain) {
  t.mock.timers.enable({ apis: ["Date"], now: START * 1000 });
  const registry = new Registry();
  const stop = new AbortController();
  const log = { debug() {}, info() {}, warn() {} };
  const common = {
    config: { pollMs: 1 },
    account: { address: "0x01" },
    metrics: createMetrics(registry),
    signal: stop.signal,
    ...{ registry, log },
    turns: { set() {} },
    index: { refresh: async () => {}, all: () => [], close() {} },
  };
  const context = { ...common, rpc: home.rpc, sender: home.sender };
  const there = satellite && { context: { ...common, rpc: satellite.rpc, sender: satellite.sender } };
  let looks = 0;
  const look = async () => {
    looks += 1;
  };
  const bot = { name: "bot", look, idle: async () => {} } as unknown as Bot;
  const waker = new Waker();
  const keeper = new Keeper(
    { ...context, ...(there ? { satellite: there } : {}) } as unknown as KeeperContext,
    [bot],
    waker,
  );
  const value = async (name: string) => {
    const text = await registry.metrics();
    return new RegExp(`^assay_keeper_${name} (.*)$`, "m").exec(text)?.[1];
  };
  const working = keeper.work();
  t.after(async () => {
    stop.abort();
    await working;
    await keeper.settle();
  });
  /** Resolves when a metric has this value. */
  const until = async (name: string, wanted: RegExp) => {
    for (let asked = 0; !wanted.test((await value(name)) ?? "nothing"); asked++) {
      assert.ok(asked < 5_000, `${name} is ${await value(name)}, ${wanted} wanted`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  return { value, until, looks: () => looks };
}

test("coin and newest block of the satellite are told; one that does not answer grows old and holds up nothing at home", async (t) => {
  const [home, satellite] = [new FakeChain(parseEther("3")), new FakeChain(parseEther("0.25"))];
  const { until, looks } = keeperOf(t, home, satellite);
  await until("gas_balance_eth", /^3$/);
  await until("satellite_gas_balance_eth", /^0\.25$/);
  await until("satellite_head_age_seconds", /^5$/);
  satellite.answers = false;
  await until("rpc_errors_total", /^[1-9]/);
  const before = looks();
  t.mock.timers.setTime((START + 600) * 1000);
  await until("satellite_head_age_seconds", /^605$/);
  assert.ok(looks() > before, "the bots at home go on");
});

test("the home chain's newest block grows old while no endpoint answers; without a satellite nothing is told of one", async (t) => {
  const home = new FakeChain(parseEther("3"));
  const { until, value } = keeperOf(t, home);
  await until("head_age_seconds", /^5$/);
  assert.equal(await value("satellite_gas_balance_eth"), undefined);
  home.answers = false;
  t.mock.timers.setTime((START + 600) * 1000);
  await until("head_age_seconds", /^605$/);
});

test("what was given up is gone on with, on both chains; not at every look, and nothing that is waited for", async (t) => {
  const [home, satellite] = [new FakeChain(1n), new FakeChain(1n)];
  home.entries.push({ key: "bot:stuck", status: "abandoned" }, { key: "bot:fresh", status: "sent" });
  satellite.entries.push({ key: "bot:there", status: "abandoned" });
  const { until, looks } = keeperOf(t, home, satellite);
  await until("gas_balance_eth", /./);
  const before = looks();
  while (looks() < before + 5) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.deepEqual([home.asked, satellite.asked], [["bot:stuck"], ["bot:there"]]);
});

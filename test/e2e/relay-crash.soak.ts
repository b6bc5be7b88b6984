// Thirty kills of the relay, at random moments and at the moment it sends, with both chains' endpoints going away in between:
// npm run test:keeper-long
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { RELAYER } from "../../scripts/lib/two-chains.ts";
import type { Side } from "../../sdk/src/index.ts";
import { randomOf } from "./crash-run.ts";
import { ASY, openPair, type Pair } from "./relay-harness.ts";
import { type RpcProxy, startRpcProxy } from "./rpc-proxy.ts";

const KILLS = 30;
const USER = 1;
const SEED = 5;
const SIDES: readonly Side[] = ["home", "satellite"];

let pair: Pair;
const proxies: RpcProxy[] = [];
/** What is to happen to the next transaction of the relay: it is killed before or after the chain has it. */
const plan: { armed: boolean; after: boolean; struck: number } = { armed: false, after: false, struck: 0 };
/** Chains that do not answer now. */
const down = new Set<Side>();

before(async () => {
  pair = await openPair();
  for (const side of SIDES) {
    const onTransaction = () => {
      if (!plan.armed) return "forward" as const;
      plan.armed = false;
      plan.struck += 1;
      if (!plan.after) pair.relay().kill("SIGKILL");
      else setImmediate(() => pair.relay().kill("SIGKILL"));
      return plan.after ? ("dropAfter" as const) : ("dropBefore" as const);
    };
    const faultOf = () => (down.has(side) ? { kind: "dropBefore" as const } : undefined);
    const proxy = await startRpcProxy(pair[side].url, onTransaction, (call) => call, faultOf);
    proxies.push(proxy);
    pair.relayUrls[side] = proxy.url;
  }
  const user = pair.home.wallet(USER).account.address;
  await pair.give(user, ASY("10000"));
  await pair.startRelay();
});
after(async () => {
  await pair.close();
  await Promise.all(proxies.map((proxy) => proxy.close()));
});

test("thirty kills and endpoints that go away: every message is executed once, by one transaction each", async (t) => {
  const random = randomOf(SEED);
  const user = pair.home.wallet(USER).account.address;
  const remote = pair.remote(USER);
  const sent = { home: 0, satellite: 0 };
  const send = async (from: Side) => {
    await remote.bridge.transfer({ from, amount: ASY("1") });
    sent[from] += 1;
  };
  // something to send back from the start
  for (let n = 0; n < 3; n++) await send("home");
  await pair.until("the first have arrived", async () => (await pair.balance("satellite", user)) === ASY("3"), 10);
  for (let kills = 0; kills < KILLS; kills++) {
    plan.after = random() < 0.5;
    plan.armed = random() < 0.6;
    const exact = plan.armed;
    for (let n = 0; n < 1 + Math.floor(random() * 3); n++) {
      const back = random() < 0.4 && (await pair.balance("satellite", user)) >= ASY("1");
      await send(back ? "satellite" : "home");
    }
    if (exact) await pair.relay().exited;
    else {
      await new Promise((resolve) => setTimeout(resolve, random() * 1500));
      await pair.killRelay();
    }
    plan.armed = false;
    await pair.startRelay();
    if (random() < 0.3) await outage(random);
    if (kills % 10 === 9) t.diagnostic(`${kills + 1} kills, ${plan.struck} at the moment of sending`);
  }
  const settled = async () => {
    const { home, satellite } = await pair.counts();
    return satellite.executed >= sent.home && home.executed >= sent.satellite;
  };
  await pair.until("nothing is on its way", settled, 10);
  assert.deepEqual(await remote.message.list(), []);
  const counts = await pair.counts();
  assert.deepEqual(counts.satellite, { approved: sent.home, executed: sent.home }, "nothing lost, nothing twice");
  assert.deepEqual(counts.home, { approved: sent.satellite, executed: sent.satellite });
  for (const [side, messages] of [
    ["satellite", sent.home],
    ["home", sent.satellite],
  ] as const) {
    const address = pair.home.wallet(RELAYER).account.address;
    const nonce = await pair[side].publicClient.getTransactionCount({ address });
    assert.equal(nonce, 2 * messages, `one approval and one execution for each message to ${side}, and nothing else`);
  }
  assert.equal(await pair.balance("satellite", user), ASY(String(sent.home - sent.satellite)));
  assert.ok(plan.struck >= 8, `${plan.struck} kills at the moment of sending`);
  t.diagnostic(JSON.stringify({ kills: KILLS, struck: plan.struck, sent }));
});

/** One endpoint, or both, cut every connection for a while. */
async function outage(random: () => number): Promise<void> {
  for (const side of SIDES) if (random() < 0.7) down.add(side);
  await new Promise((resolve) => setTimeout(resolve, 500 + random() * 1500));
  down.clear();
}

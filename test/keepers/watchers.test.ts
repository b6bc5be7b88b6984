// The bots that only watch, against the real contracts in one process: price feeds that expire, advice tried on a copy.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AdvisorBot } from "../../keepers/src/bots/advisor/bot.ts";
import { AnomalyBot } from "../../keepers/src/bots/anomaly/bot.ts";
import { ASY_UNIT } from "../support/actor.ts";
import { createGoverned, decide, type Governed } from "../support/governed.ts";
import type { Target } from "../support/world.ts";
import { openBot } from "./keeper.ts";

const HEARTBEAT = 3_600;
const EVERY = 60;
let governed: Governed;
let feed: Target;
let round = 10n;

before(async () => {
  governed = await createGoverned();
  const { world, alice } = governed;
  feed = await world.create("mocks/TestAggregator.sol", [8, 50_000_000n]);
  const args = [world.asy.address, feed.address, HEARTBEAT, 500];
  await decide(governed, [{ to: world.feeds, functionName: "setFeed", args }]);
  await alice.deposit(1_000n * ASY_UNIT);
  for (let lane = 0; lane < 3; lane++) await alice.postNew({ lane });
});
after(() => governed.world.close());

async function answer(at: number): Promise<void> {
  const { world } = governed;
  await world.send(world.deployer, feed, "updateRoundData", [round++, 50_000_000n, at, at]);
}

test("a feed that has expired is one standing alert, and none once it answers again", async () => {
  const { world } = governed;
  const settings = { "anomaly.enabled": "true", "anomaly.everySeconds": String(EVERY) };
  const bot = await openBot(governed, settings, (context) => new AnomalyBot(context));
  const standing = () => bot.status<{ standing: { kind: string; text: string }[] }>().standing;
  try {
    await answer(world.now);
    await bot.look();
    assert.deepEqual(standing(), []);
    for (let looks = 0; looks < 2; looks++) {
      world.pass(HEARTBEAT + EVERY);
      await bot.look();
    }
    assert.deepEqual(
      standing().map(({ kind }) => kind),
      ["STALE_FEED"],
    );
    assert.match(standing()[0]!.text, /\(limit 3600\)/);
    assert.match(await bot.metric("assay_keeper_anomalies_total"), /\{kind="STALE_FEED"\} 1/, "told once");
    await answer(world.now);
    world.pass(EVERY);
    await bot.look();
    assert.deepEqual(standing(), []);
    assert.match(await bot.metric("assay_keeper_anomalies"), /\{kind="STALE_FEED"\} 0/);
  } finally {
    bot.close();
  }
});

/** An endpoint over the chain in this process: the simulation leaves it as it was. */
async function serve(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { id, method, params } = JSON.parse(Buffer.concat(parts).toString());
    const body = await governed.world.provider.request({ method, params }).then(
      (result) => ({ result }),
      (error: Error) => ({ error: { code: -32_000, message: error.message } }),
    );
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ jsonrpc: "2.0", id, ...body }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

test("advice says what it would change, tried on a copy; without a copy it says so, by code, and is drafted all the same", async () => {
  const { world } = governed;
  const copy = await serve();
  const gone = await serve();
  await gone.close();
  const minBond = async () =>
    (await world.read<readonly [boolean, number, bigint]>(world.market, "tokenConfig", [world.asy.address]))[2];
  const bond = await minBond();
  const seen: string[] = [];
  for (const forkUrl of [copy.url, gone.url]) {
    const settings = { "advisor.enabled": "true", "advisor.minJobs": "1", "advisor.forkUrl": forkUrl };
    const bot = await openBot(governed, settings, (context) => new AdvisorBot(context));
    try {
      await bot.look();
      const path = join(bot.context.config.dataDir, "proposals", "lower-bond.json");
      assert.deepEqual(bot.status<{ drafts: string[] }>().drafts, [path]);
      const draft = JSON.parse(readFileSync(path, "utf8")) as { description: string; calls: { args: unknown[] }[] };
      assert.equal(draft.calls[0]!.args[3], String(bond - bond / 5n));
      seen.push(draft.description);
      assert.equal(await bot.context.rpc.getTransactionCount({ address: bot.context.account.address }), 0);
    } finally {
      bot.close();
    }
  }
  await copy.close();
  assert.match(seen[0]!, /Simulated on a copy of block \d+:\n[\s\S]*\S/);
  assert.match(seen[1]!, /Not simulated \(KP-045\)/);
  assert.equal(await minBond(), bond, "nothing was changed by trying it");
});

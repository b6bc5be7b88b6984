// 2,000 random actions with reorganisations, after everything that happens rarely; compared after every tenth of them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { waitForIndex } from "../../scripts/subgraph/query.ts";
import { verifyIndex } from "../../scripts/subgraph/verify.ts";
import { Random } from "../support/random.ts";
import { type IndexedMarket, openIndexedMarket } from "./harness.ts";
import { playRounds } from "./rounds.ts";
import { playAll } from "./scene.ts";

const SEED = Number(process.env.ASSAY_SEED ?? 1);
let market: IndexedMarket;
before(async () => {
  market = await openIndexedMarket(playAll);
});
after(() => market?.close());

test(`2,000 random actions of seed ${SEED}: every entity is what contracts and raw logs say`, async (t) => {
  const random = new Random(SEED);
  const { publicClient } = market.chain;
  for (let part = 1; part <= 10; part++) {
    await playRounds(market, random, { rounds: 10, actions: 20 });
    const block = await publicClient.getBlockNumber();
    await waitForIndex(market.url, publicClient, block, 300_000);
    const { mismatches, entities } = await verifyIndex({ ...market, publicClient, block });
    assert.deepEqual(mismatches, []);
    t.diagnostic(`${part * 200} actions, block ${block}: ${entities} entities, no mismatch`);
  }
});

import { act } from "../../../test/indexer/actions.ts";
import { openIndexedMarket } from "../../../test/indexer/harness.ts";
import { Random } from "../../../test/support/random.ts";
import { waitForIndex } from "../../subgraph/query.ts";
import { verifyIndex } from "../../subgraph/verify.ts";

/** Actions between two points to which the chain may be set back. */
const ROUND = 20;

/** Does random things with reorganisations in between, and compares every entity of the index with the chain. */
export async function verifyAfterActions(count: number, seed: number, say: (text: string) => void) {
  const market = await openIndexedMarket();
  try {
    const random = new Random(seed);
    const dice = (n: number) => random.below(n);
    let [done, reorganisations] = [0, 0];
    while (done < count) {
      const snapshot = await market.rpc("evm_snapshot");
      const back = dice(4) === 0;
      for (let i = 0; i < (back ? 5 : ROUND) && done < count; i++, done++) await act(market, dice);
      if (back) await market.rpc("evm_revert", [snapshot]);
      reorganisations += back ? 1 : 0;
      if (done % 200 < ROUND) say(`${done} actions, ${reorganisations} reorganisations`);
    }
    const { publicClient } = market.chain;
    const block = await publicClient.getBlockNumber({ cacheTime: 0 });
    await waitForIndex(market.url, publicClient, block, 300_000);
    const { mismatches, entities } = await verifyIndex({
      url: market.url,
      publicClient,
      deployment: market.deployment,
      block,
    });
    for (const mismatch of mismatches.slice(0, 20)) say(JSON.stringify(mismatch));
    return { verifyMismatches: mismatches.length, entities, actions: done, reorganisations };
  } finally {
    await market.close();
  }
}

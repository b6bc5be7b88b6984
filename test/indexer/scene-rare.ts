import { readFileSync } from "node:fs";
import type { Abi, Hex } from "viem";
import { ASY, type IndexedMarket } from "./harness.ts";
import { addressOf, DAY, pass, send } from "./steps.ts";

const AGGREGATOR = new URL("../../artifacts/contracts/mocks/TestAggregator.sol/TestAggregator.json", import.meta.url);

/** Hot keys that come and go; stake that leaves in two parts, of which one is paid. */
export async function keysAndThaws({ people, ...market }: IndexedMarket): Promise<void> {
  const provider = people[1]!;
  const [first, second] = [8, 9].map((index) => market.chain.wallet(index).account.address) as [Hex, Hex];
  for (const allowed of [true, false, true]) await provider.setOperator({ operator: first, allowed });
  await provider.setOperator({ operator: second, allowed: true });
  await provider.setOperator({ operator: second, allowed: false });
  await provider.requestThaw({ amount: 20n * ASY });
  await pass({ people, ...market }, DAY);
  await provider.requestThaw({ amount: 30n * ASY });
  await provider.withdrawStake({ provider: addressOf(provider) });
}

/** A feed of prices that is replaced, one of the sequencer. */
export async function feeds(market: IndexedMarket): Promise<void> {
  const { publicClient } = market.chain;
  const { abi, bytecode } = JSON.parse(readFileSync(AGGREGATOR, "utf8")) as { abi: Abi; bytecode: Hex };
  const token = market.deployment.contracts.AssayToken.address;
  for (const heartbeat of [3_600, 7_200]) {
    const hash = await market.chain.wallet(0).deployContract({ abi, bytecode, args: [8, 200_000_000n] });
    const { contractAddress } = await publicClient.waitForTransactionReceipt({ hash });
    await send(market, 0, "PriceFeeds", "setFeed", token, contractAddress, heartbeat, 500);
    await send(market, 0, "PriceFeeds", "setSequencer", contractAddress, 900n);
  }
}

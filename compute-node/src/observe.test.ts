import assert from "node:assert/strict";
import { test } from "node:test";
import { stakingManagerAbi } from "@assay/sdk";
import { createPublicClient, custom, decodeFunctionData, encodeFunctionResult, type Hex, numberToHex } from "viem";
import type { ChainContext } from "./context.ts";
import { Observer } from "./observe.ts";
import { ASY, HOT, ME, word } from "./test-kit.ts";

/** A chain of which a test says the newest block and the provider's stake; `asked` counts the questions about the state. */
function someChain() {
  const chain = { head: 1, stake: 5n, asked: 0, isAway: false };
  const results: Record<string, () => unknown> = {
    stakeOf: () => [chain.stake, 0n, chain.stake],
    exposureOf: () => 5000n,
    isOperator: () => true,
  };
  const call = ({ data }: { data: Hex }): Hex => {
    const { functionName } = decodeFunctionData({ abi: stakingManagerAbi, data });
    const result = results[functionName]?.() as never;
    return encodeFunctionResult({ abi: stakingManagerAbi, functionName: functionName as "stakeOf", result });
  };
  const request = async ({ method, params }: { method: string; params: [never] }) => {
    if (method === "eth_getBlockByNumber") return blockOf(chain.head);
    chain.asked += 1;
    if (chain.isAway) throw new Error("away");
    return method === "eth_call" ? call(params[0]) : "0x7";
  };
  const rpc = createPublicClient({ transport: custom({ request } as never, { retryCount: 0 }) });
  const contracts = { AssayToken: { address: ASY }, StakingManager: { address: ME } };
  const context = { rpc, client: { deployment: { contracts } }, account: { address: HOT }, provider: ME };
  return { chain, context: context as unknown as ChainContext };
}

function blockOf(number: number) {
  const timestamp = numberToHex(1_800_000_000 + number);
  return {
    number: numberToHex(number),
    hash: word(number),
    timestamp,
    transactions: [],
    gasLimit: "0x0",
    gasUsed: "0x0",
  };
}

test("the state is read once for a block, and anew for the next one", async () => {
  const { chain, context } = someChain();
  const observer = new Observer(context, () => 0);
  const first = await observer.look();
  assert.deepEqual(
    [first.head, first.stake, first.exposureBps, first.gasBalance, first.isNew],
    [1n, 5n, 5000, 7n, true],
  );
  const { asked } = chain;
  const second = await observer.look();
  assert.deepEqual({ ...second, isNew: true }, first);
  assert.deepEqual([second.isNew, chain.asked], [false, asked]);
  Object.assign(chain, { head: 2, stake: 6n });
  const third = await observer.look();
  assert.deepEqual([third.head, third.stake, third.isNew], [2n, 6n, true]);
});

test("what was read is not believed for long, nor after a look that failed", async () => {
  const { chain, context } = someChain();
  let nowMs = 0;
  const observer = new Observer(context, () => nowMs);
  await observer.look();
  chain.stake = 6n; // the endpoint had not seen all of the block it named
  nowMs = 14_999;
  assert.equal((await observer.look()).stake, 5n);
  nowMs = 15_000;
  assert.equal((await observer.look()).stake, 6n);
  chain.stake = 7n;
  observer.forget();
  chain.isAway = true;
  await assert.rejects(observer.look());
  chain.isAway = false;
  const found = await observer.look();
  assert.deepEqual([found.stake, found.isNew], [7n, true]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Deployment, jobHubAbi, jobStatuses } from "@assay/sdk";
import {
  type Address,
  createPublicClient,
  custom,
  encodeAbiParameters,
  encodeEventTopics,
  type Hex,
  keccak256,
  numberToHex,
  pad,
} from "viem";
import { HomeJobs } from "./jobs.ts";
import type { Side } from "./side.ts";

const address = (n: number): Address => pad(numberToHex(n), { size: 20 });
const [HUB, MARKET, ACCOUNT, USER] = [address(1), address(2), address(3), address(4)];
const CHAIN = 7n;
/** Of the transfer that carries the job's change. */
const NUMBER = 5n;
const word = (n: bigint) => numberToHex(n, { size: 32 }).slice(2);

const topicsOf = {
  posted: encodeEventTopics({
    ...{ abi: jobHubAbi, eventName: "RemoteJobPosted" },
    args: { account: ACCOUNT, id: keccak256("0x01"), chainId: CHAIN },
  }),
  sent: encodeEventTopics({ abi: jobHubAbi, eventName: "RemoteOutcomeSent", args: { account: ACCOUNT } }),
};
const posted = encodeAbiParameters(
  [{ type: "address" }, { type: "uint64" }, { type: "address" }, { type: "uint64" }],
  [USER, 0n, USER, 1n],
);
const sent: Hex = `0x${word(NUMBER)}${word(4n)}${word(9n)}`;

test("change that came back is sent again, even where the hub did not answer when the bridge told of it", async () => {
  const chain = { head: 100, down: false };
  const logOf = (topics: unknown, data: Hex, logIndex: Hex) => ({
    ...{ address: HUB, topics, data, logIndex, blockNumber: "0xa", transactionIndex: "0x0", removed: false },
    ...{ blockHash: keccak256("0x02"), transactionHash: keccak256("0x03") },
  });
  const request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    const [first] = (params ?? []) as [Record<string, Hex>];
    if (method === "eth_blockNumber") return numberToHex(chain.head);
    if (method === "eth_getLogs") {
      if (chain.down) throw new Error("429");
      return Number(first.fromBlock) > 10
        ? []
        : [logOf(topicsOf.posted, posted, "0x0"), logOf(topicsOf.sent, sent, "0x1")];
    }
    assert.equal(method, "eth_call");
    if (first.to === MARKET) return `0x${word(1n)}${word(BigInt(jobStatuses.indexOf("finalized")))}`;
    return `0x${word(NUMBER)}${word(9n)}${word(0n)}`;
  };
  const rpc = createPublicClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 });
  let fate = "sent";
  const home = {
    args: { context: { rpc, client: {} }, startBlock: 0, confirmations: 0, name: "remote-jobs" },
    settled: [] as bigint[],
    outcomes: new Set<bigint>(),
    outgoingOf: async () => fate,
  };
  const there = { args: { chainId: Number(CHAIN) } } as unknown as Side;
  const deployment = { contracts: { JobMarketplace: { address: MARKET } } } as unknown as Deployment;
  const jobs = new HomeJobs(home as unknown as Side, there, deployment, HUB);
  const due = async () => (await jobs.duties(1, 0n, { report: true, settle: true })).map(({ key }) => key);
  await jobs.read();
  assert.deepEqual(await due(), [], "on its way");
  assert.deepEqual([...home.outcomes], [NUMBER]);
  fate = "returned";
  chain.head = 1_000;
  home.settled = [NUMBER];
  chain.down = true;
  await assert.rejects(jobs.read());
  chain.down = false;
  chain.head = 2_000;
  home.settled = [];
  await jobs.read();
  assert.deepEqual(await due(), [`remote-jobs:settle:${ACCOUNT}:${NUMBER}`]);
});

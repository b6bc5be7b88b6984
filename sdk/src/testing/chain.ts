import {
  type Abi,
  type Address,
  createPublicClient,
  custom,
  decodeFunctionData,
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionResult,
  type Hex,
  keccak256,
  multicall3Abi,
  numberToHex,
  type PublicClient,
  RpcRequestError,
  toHex,
} from "viem";
import { hardhat } from "viem/chains";
import { jobMarketplaceAbi } from "../abis.ts";
import type { AssayContext } from "../context.ts";
import { contractNames, type Deployment } from "../deployment.ts";
import type { JobEventName } from "../events/job.ts";

const CHAIN_ID = 4242;
const BATCHER: Address = "0xca11bde05977b3631167028862be2a173976ca11";

/** A deployment with addresses 0x...01, 0x...02 and so on. */
export function sampleDeployment(): Deployment {
  const contracts = Object.fromEntries(
    contractNames.map((name, index) => [
      name,
      { address: numberToHex(index + 1, { size: 20 }), version: "1.0.0", startBlock: 1 },
    ]),
  );
  return { chainId: CHAIN_ID, startBlock: 1, contracts } as unknown as Deployment;
}

interface Log {
  address: Address;
  topics: Hex[];
  data: Hex;
}

interface Block {
  number: number;
  hash: Hex;
  parentHash: Hex;
  timestamp: number;
  logs: Log[];
}

interface LogsAsked {
  fromBlock: Hex;
  toBlock: Hex;
  topics: (Hex | Hex[] | null)[];
}

/** A market's event as an endpoint would give it. */
export function marketLog(deployment: Deployment, eventName: JobEventName, args: Record<string, unknown>): Log {
  const item = jobMarketplaceAbi.filter((entry) => entry.type === "event").find(({ name }) => name === eventName);
  if (!item) throw new Error(`no event ${eventName}`);
  const plain = item.inputs.filter((input) => !input.indexed);
  return {
    address: deployment.contracts.JobMarketplace.address,
    topics: encodeEventTopics({ abi: jobMarketplaceAbi as Abi, eventName, args }) as Hex[],
    data: encodeAbiParameters(
      plain,
      plain.map(({ name }) => args[name]),
    ),
  };
}

/** A chain in memory behind viem's own client: blocks that tests mine and take back, logs, and an endpoint's limits. */
export class FakeChain {
  readonly deployment = sampleDeployment();
  /** Most blocks that one eth_getLogs may span. */
  maxRange = Number.POSITIVE_INFINITY;
  /** Blocks by which the head that is told is behind the newest block. */
  behind = 0;
  /** What the logs of a single job wait for. */
  held: Promise<void> | undefined;
  /** Newest blocks whose logs are not there yet. */
  logsBehind = 0;
  /** Thrown by the next requests, one each. */
  readonly failures: unknown[] = [];
  /** Ranges of the answered log requests. */
  readonly ranges: [number, number][] = [];
  /** The word of a lane, where a test has calls answered. */
  laneOf: ((requester: Address, lane: bigint) => bigint) | undefined;
  #blocks: Block[] = [];
  #forks = 0;

  constructor() {
    this.mine();
  }

  get head(): Block {
    const head = this.#blocks.at(-1);
    if (!head) throw new Error("no block");
    return head;
  }

  blockAt(number: number): Block {
    const block = this.#blocks[number];
    if (!block) throw new Error(`no block ${number}`);
    return block;
  }

  mine(logs: Log[] = []): Block {
    const number = this.#blocks.length;
    const hash = keccak256(toHex(`block ${number} of fork ${this.#forks}`));
    const parentHash = this.#blocks.at(-1)?.hash ?? numberToHex(0, { size: 32 });
    this.#blocks.push({ number, hash, parentHash, timestamp: 1_700_000_000 + 12 * number, logs });
    return this.head;
  }

  /** Takes the last blocks back; what is mined next is another fork. */
  drop(count: number): void {
    this.#blocks = this.#blocks.slice(0, -count);
    this.#forks++;
  }

  context(): AssayContext {
    const transport = custom({ request: (call) => this.#answer(call) }, { retryCount: 0 });
    const multicall3 = { address: BATCHER };
    const chain = { ...hardhat, id: CHAIN_ID, contracts: { multicall3 } };
    const publicClient = createPublicClient({ chain, transport, cacheTime: 0 }) as PublicClient;
    return { publicClient, deployment: this.deployment };
  }

  async #answer({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
    const failure = this.failures.shift();
    if (failure) throw failure;
    const [first] = (params ?? []) as unknown[];
    switch (method) {
      case "eth_chainId":
        return numberToHex(CHAIN_ID);
      case "eth_blockNumber":
        return numberToHex(this.head.number - this.behind);
      case "eth_getBlockByNumber":
        return this.#show(first === "latest" ? this.head : this.#blocks[Number(first)]);
      case "eth_getBlockByHash":
        return this.#show(this.#blocks.find(({ hash }) => hash === first));
      case "eth_getLogs":
        return this.#logs(first as LogsAsked);
      case "eth_call":
        return this.#call(first as { to: Address; data: Hex });
      default:
        throw new Error(`the fake chain does not answer ${method}`);
    }
  }

  /** Lane words, each asked for through the batch contract. */
  #call({ to, data }: { to: Address; data: Hex }): Hex {
    const { laneOf } = this;
    if (!laneOf || to.toLowerCase() !== BATCHER) throw new Error("the fake chain answers no such call");
    const { args } = decodeFunctionData({ abi: multicall3Abi, data });
    const calls = args?.[0] as readonly { callData: Hex }[];
    const result = calls.map(({ callData }) => {
      const [requester, lane] = decodeFunctionData({ abi: jobMarketplaceAbi, data: callData }).args as [
        Address,
        bigint,
      ];
      const returnData = encodeFunctionResult({
        abi: jobMarketplaceAbi,
        functionName: "laneOf",
        result: [laneOf(requester, lane), 0],
      });
      return { success: true, returnData };
    });
    return encodeFunctionResult({ abi: multicall3Abi, functionName: "aggregate3", result });
  }

  #show(block: Block | undefined): unknown {
    if (!block) return null;
    const { number, hash, parentHash, timestamp } = block;
    return { number: numberToHex(number), hash, parentHash, timestamp: numberToHex(timestamp), transactions: [] };
  }

  async #logs({ fromBlock, toBlock, topics }: LogsAsked): Promise<unknown[]> {
    if (topics[1]) await this.held;
    const [from, to] = [Number(fromBlock), Number(toBlock)];
    if (to - from + 1 > this.maxRange) throw rpcError(-32602, "range too large");
    this.ranges.push([from, to]);
    const there = Math.min(to, this.head.number - this.logsBehind);
    return this.#blocks.slice(from, there + 1).flatMap((block) =>
      block.logs
        .map((log, index) => ({ ...log, index }))
        .filter((log) => topics.every((topic, at) => topic === null || [topic].flat().includes(log.topics[at] ?? "0x")))
        .map(({ index, ...log }) => ({
          ...log,
          logIndex: numberToHex(index),
          blockNumber: numberToHex(block.number),
          blockHash: block.hash,
          transactionHash: keccak256(toHex(`${block.hash} ${index}`)),
          transactionIndex: numberToHex(index),
          removed: false,
        })),
    );
  }
}

/** What viem makes of an endpoint's error answer. */
export function rpcError(code: number, message: string, data?: unknown): RpcRequestError {
  return new RpcRequestError({ body: {}, url: "http://127.0.0.1", error: { code, message, data } });
}

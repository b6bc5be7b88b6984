import assert from "node:assert/strict";
import { test } from "node:test";
import { axelarGatewayAbi } from "@assay/sdk";
import {
  type Address,
  createPublicClient,
  custom,
  encodeAbiParameters,
  encodeEventTopics,
  type Hex,
  keccak256,
  numberToHex,
} from "viem";
import type { KeeperContext } from "../../bot.ts";
import { MessageBook, type RelayEnd } from "./messages.ts";

const GATEWAY: Address = "0x00000000000000000000000000000000000000a1";
const ADAPTER: Address = "0x00000000000000000000000000000000000000b2";
const TX = keccak256("0x01");
const PAYLOAD = "0x1234";

/** A chain of empty blocks but for one with one message, as an endpoint shows it. */
class FakeChain {
  head = 100;
  /** The block of the message. */
  readonly at = 10;
  /** Another fork has other hashes. */
  fork = 0;
  hasReceipt = true;
  /** Questions about what became of messages. */
  calls = 0;

  hashOf(number: number): Hex {
    return keccak256(numberToHex((this.fork << 20) + number));
  }

  request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    const [first] = (params ?? []) as [Record<string, Hex> & Hex];
    if (method === "eth_blockNumber") return numberToHex(this.head);
    if (method === "eth_getBlockByNumber") return this.#block(Number(first));
    if (method === "eth_getTransactionReceipt") return this.hasReceipt && this.head >= this.at ? this.#receipt() : null;
    if (method === "eth_getLogs") {
      const [from, to] = [Number(first.fromBlock), Number(first.toBlock)];
      return this.hasReceipt && from <= this.at && this.at <= to ? [this.#log()] : [];
    }
    if (method === "eth_call") {
      this.calls += 1;
      return numberToHex(0, { size: 32 });
    }
    throw new Error(`unexpected ${method}`);
  };

  #block(number: number): unknown {
    if (number > this.head) return null;
    return { number: numberToHex(number), hash: this.hashOf(number), timestamp: numberToHex(number), transactions: [] };
  }

  #log() {
    const topics = encodeEventTopics({
      abi: axelarGatewayAbi,
      eventName: "ContractCall",
      args: { sender: ADAPTER, payloadHash: keccak256(PAYLOAD) },
    });
    const data = encodeAbiParameters(
      [{ type: "string" }, { type: "string" }, { type: "bytes" }],
      ["there", ADAPTER, PAYLOAD],
    );
    const place = { blockNumber: numberToHex(this.at), blockHash: this.hashOf(this.at), transactionHash: TX };
    return { ...place, address: GATEWAY, topics, data, logIndex: "0x0", transactionIndex: "0x0", removed: false };
  }

  #receipt() {
    const { blockHash, blockNumber } = this.#log();
    return { transactionHash: TX, blockHash, blockNumber, status: "0x1", logs: [this.#log()], type: "0x2" };
  }
}

async function scene() {
  const chain = new FakeChain();
  const rpc = createPublicClient({ transport: custom(chain, { retryCount: 0 }), cacheTime: 0 });
  const axelar = { gateway: GATEWAY, gasService: "0x00000000000000000000000000000000000000c3", name: "here" };
  const end = {
    context: { rpc } as unknown as KeeperContext,
    axelar,
    adapter: ADAPTER,
    startBlock: 0,
    confirmations: 2,
  };
  const here = { ...end, name: "here", domain: TX } as RelayEnd;
  const there = { ...here, name: "there" } as RelayEnd;
  const clock = { ms: 1_000_000 };
  const ends = new Map([here, there].map((each) => [each.name, each]));
  const book = new MessageBook(here, ends, () => clock.ms);
  const [view] = await book.read();
  assert.ok(view);
  // far beyond what is read again
  chain.head = 1_000;
  await book.read();
  return { chain, book, clock, id: view.id };
}

test("a message is not forgotten for an endpoint that is behind, or has not its receipt yet", async () => {
  const { chain, book, id } = await scene();
  assert.equal(await book.confirm(id), true);
  for (const behind of [5, 11]) {
    chain.head = behind;
    assert.equal(await book.confirm(id), false, `the head is ${behind}`);
  }
  chain.head = 1_000;
  chain.hasReceipt = false;
  assert.equal(await book.confirm(id), false);
  chain.hasReceipt = true;
  assert.ok(book.get(id), "it is still known");
  assert.equal(await book.confirm(id), true);
});

test("a message whose block was replaced is not carried, and forgotten", async () => {
  const { chain, book, id } = await scene();
  chain.fork = 1;
  chain.hasReceipt = false;
  assert.equal(await book.confirm(id), false);
  assert.equal(book.get(id), undefined);
  assert.deepEqual(await book.read(), []);
});

test("a message that is held is asked about now and then only, one that is not at every look", async () => {
  const { chain, book, clock, id } = await scene();
  const asked = async (held: Iterable<string>) => {
    const before = chain.calls;
    const views = await book.read(new Set(held));
    assert.deepEqual(
      views.map((view) => view.id),
      [id],
    );
    return chain.calls - before;
  };
  assert.equal(await asked([]), 2);
  assert.equal(await asked([id]), 0);
  clock.ms += 29_999;
  assert.equal(await asked([id]), 0);
  assert.equal(await asked([]), 2, "not held any more");
  clock.ms += 30_000;
  assert.equal(await asked([id]), 2);
  assert.equal(await asked([id]), 0);
});

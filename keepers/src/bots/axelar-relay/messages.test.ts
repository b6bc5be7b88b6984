import assert from "node:assert/strict";
import { test } from "node:test";
import { axelarGasServiceAbi, axelarGatewayAbi } from "@assay/sdk";
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
import { MessageBook, type MessageBookOptions, type RelayEnd } from "./messages.ts";

const GATEWAY: Address = "0x00000000000000000000000000000000000000a1";
const GAS_SERVICE: Address = "0x00000000000000000000000000000000000000c3";
const ADAPTER: Address = "0x00000000000000000000000000000000000000b2";
const TX = keccak256("0x01");
const PAYLOAD = "0x1234";

/** A chain of empty blocks but for some with one message each, as an endpoint shows it. */
class FakeChain {
  head = 100;
  /** The block of each message. */
  readonly sent = new Map<Hex, number>([[TX, 10]]);
  /** Of those that our adapter has not sent. */
  readonly senders = new Map<Hex, Address>();
  /** What was added to the fee of the first message of each transaction, wei. */
  readonly added = new Map<Hex, bigint>();
  /** Logs that an endpoint has handed out. */
  logs = 0;
  /** Receipts that are late, or refused with too many requests. */
  readonly late = new Set<Hex>();
  readonly refused = new Set<Hex>();
  /** Another fork has other hashes. */
  fork = 0;
  hasReceipt = true;
  receipts = 0;
  /** Questions about what became of messages. */
  calls = 0;

  hashOf(number: number): Hex {
    return keccak256(numberToHex((this.fork << 20) + number));
  }

  request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    const [first] = (params ?? []) as [Record<string, Hex> & Hex];
    if (method === "eth_blockNumber") return numberToHex(this.head);
    if (method === "eth_getBlockByNumber") return this.#block(Number(first));
    if (method === "eth_getTransactionReceipt") return this.#receipt(first);
    if (method === "eth_getLogs") {
      const [from, to] = [Number(first.fromBlock), Number(first.toBlock)];
      const all = [...[...this.sent.keys()].map((hash) => this.#log(hash)), ...this.#additions()];
      const found = all.filter((log) => {
        const at = Number(log.blockNumber);
        return this.hasReceipt && from <= at && at <= to && isWanted(log.topics as Hex[], params as [{ topics?: [] }]);
      });
      this.logs += found.length;
      return found;
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

  #log(transactionHash: Hex) {
    const at = this.sent.get(transactionHash)!;
    const topics = encodeEventTopics({
      abi: axelarGatewayAbi,
      eventName: "ContractCall",
      args: { sender: this.senders.get(transactionHash) ?? ADAPTER, payloadHash: keccak256(PAYLOAD) },
    });
    const data = encodeAbiParameters(
      [{ type: "string" }, { type: "string" }, { type: "bytes" }],
      ["there", ADAPTER, PAYLOAD],
    );
    const place = { blockNumber: numberToHex(at), blockHash: this.hashOf(at), transactionHash };
    return { ...place, address: GATEWAY, topics, data, logIndex: "0x0", transactionIndex: "0x0", removed: false };
  }

  #additions() {
    return [...this.added].map(([txHash, amount], n) => {
      const topics = encodeEventTopics({
        abi: axelarGasServiceAbi,
        eventName: "NativeGasAdded",
        args: { txHash, logIndex: 0n },
      });
      const data = encodeAbiParameters([{ type: "uint256" }, { type: "address" }], [amount, ADAPTER]);
      const place = { blockNumber: numberToHex(50), blockHash: this.hashOf(50), transactionHash: keccak256(txHash) };
      const logIndex = numberToHex(n);
      return { ...place, address: GAS_SERVICE, topics, data, logIndex, transactionIndex: "0x0", removed: false };
    });
  }

  #receipt(transactionHash: Hex): unknown {
    this.receipts += 1;
    if (this.refused.has(transactionHash)) throw new Error("429");
    if (!this.hasReceipt || this.late.has(transactionHash) || this.head < this.sent.get(transactionHash)!) return null;
    const log = this.#log(transactionHash);
    const { blockHash, blockNumber } = log;
    return { transactionHash, blockHash, blockNumber, status: "0x1", logs: [log], type: "0x2" };
  }
}

/** Whether a log has what is asked for in each place: a value, one of several, or anything. */
function isWanted(topics: readonly Hex[], [{ topics: wanted = [] }]: [{ topics?: (Hex | Hex[] | null)[] }]): boolean {
  return wanted.every((each, place) => each === null || [each].flat().includes(topics[place]!));
}

function bookOf(chain: FakeChain, options: MessageBookOptions = {}) {
  const rpc = createPublicClient({ transport: custom(chain, { retryCount: 0 }), cacheTime: 0 });
  const axelar = { gateway: GATEWAY, gasService: GAS_SERVICE, name: "here" };
  const end = {
    context: { rpc, log: { warn() {} } } as unknown as KeeperContext,
    axelar,
    adapter: ADAPTER,
    startBlock: 0,
    confirmations: 2,
  };
  const here = { ...end, name: "here", domain: TX } as RelayEnd;
  const there = { ...here, name: "there" } as RelayEnd;
  const clock = { ms: 1_000_000 };
  const ends = new Map([here, there].map((each) => [each.name, each]));
  return { clock, book: new MessageBook(here, ends, { clock: () => clock.ms, ...options }) };
}

async function scene() {
  const chain = new FakeChain();
  const { clock, book } = bookOf(chain);
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

test("a message whose receipt cannot be read is read later, however much later, and holds up no other", async () => {
  const HASHES = [TX, keccak256("0x02"), keccak256("0x03")] as const;
  for (const trouble of ["late", "refused"] as const) {
    const chain = new FakeChain();
    for (const [n, hash] of HASHES.entries()) chain.sent.set(hash, 10 + n);
    chain[trouble].add(TX);
    const { book } = bookOf(chain);
    // the first look may be at the whole history, and the later ones are far beyond what is read again
    const seen: number[] = [];
    for (const head of [100, 1_000, 2_000]) {
      chain.head = head;
      seen.push((await book.read()).length);
    }
    assert.equal(seen.at(-1), 2, trouble);
    chain[trouble].clear();
    chain.head = 9_000;
    assert.equal((await book.read()).length, 3, trouble);
    const asked = chain.receipts;
    assert.equal((await book.read()).length, 3);
    assert.equal(chain.receipts, asked, "and is then known");
  }
});

test("a message whose receipt never came, and whose block was replaced, is asked for no more", async () => {
  const chain = new FakeChain();
  chain.late.add(TX);
  const { book } = bookOf(chain);
  assert.deepEqual(await book.read(), []);
  chain.fork = 1;
  chain.hasReceipt = false;
  assert.deepEqual(await book.read(), []);
  const asked = chain.receipts;
  assert.deepEqual(await book.read(), []);
  assert.equal(chain.receipts, asked);
});

test("of a public gateway only the own adapter's messages are asked for, with what was added to their fees", async () => {
  const chain = new FakeChain();
  const strangers = [2, 3, 4, 5].map((n) => keccak256(numberToHex(n)));
  for (const [n, hash] of strangers.entries()) {
    chain.sent.set(hash, 11 + n);
    chain.senders.set(hash, "0x00000000000000000000000000000000000000d4");
    chain.added.set(hash, 9n);
  }
  chain.added.set(TX, 7n);
  const all = bookOf(chain).book;
  assert.equal((await all.read()).length, 5, "a relay carries everybody's");
  Object.assign(chain, { logs: 0, receipts: 0, calls: 0 });
  const { book } = bookOf(chain, { sender: ADAPTER });
  const views = await book.read();
  assert.deepEqual(
    views.map(({ id, paid }) => [id, paid]),
    [[`${TX}-0`, 7n]],
  );
  assert.deepEqual([chain.receipts, chain.calls], [1, 2], "nothing is asked about the others");
  assert.equal(chain.logs, 1 + chain.added.size);
});

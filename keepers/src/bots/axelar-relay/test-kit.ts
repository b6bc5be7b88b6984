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
  stringToHex,
  toFunctionSelector,
} from "viem";
import type { KeeperContext } from "../../bot.ts";
import type { RelayEnd } from "./messages.ts";

const GATEWAY: Address = "0x00000000000000000000000000000000000000a1";
const GAS_SERVICE: Address = "0x00000000000000000000000000000000000000c3";
export const ADAPTER: Address = "0x00000000000000000000000000000000000000b2";
export const TX = keccak256("0x01");
const APPROVED = toFunctionSelector("isMessageApproved(string,string,string,address,bytes32)");
const PAYLOAD = "0x1234";

/** A chain of empty blocks but for some with one message each, as an endpoint shows it. */
export class FakeChain {
  head = 100;
  /** The block of each message. */
  readonly sent = new Map<Hex, number>([[TX, 10]]);
  /** Of those that our adapter has not sent. */
  readonly senders = new Map<Hex, Address>();
  /** What was added to the fee of the first message of each transaction, wei. */
  readonly added = new Map<Hex, bigint>();
  addedAt = 50;
  /** Logs that an endpoint has handed out. */
  logs = 0;
  /** Receipts that are late, or refused with too many requests. */
  readonly late = new Set<Hex>();
  readonly refused = new Set<Hex>();
  /** Another fork has other hashes. */
  fork = 0;
  hasReceipt = true;
  receipts = 0;
  /** Transactions whose message its destination's gateway lets through. */
  readonly approved = new Set<Hex>();
  /** And those of which only the pending state knows it. */
  readonly approvedSoon = new Set<Hex>();
  /** Questions about what became of messages. */
  calls = 0;

  hashOf(number: number): Hex {
    return keccak256(numberToHex((this.fork << 20) + number));
  }

  request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    const [first] = (params ?? []) as [Record<string, Hex> & Hex];
    if (method === "eth_blockNumber") return numberToHex(this.head);
    if (method === "eth_getBlockByNumber") return this.#block(String(first) === "latest" ? this.head : Number(first));
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
      const isAbout = (hash: Hex) => first.data!.includes(stringToHex(`${hash}-0`).slice(2));
      const [, tag] = params as [unknown, string];
      const approved = [...this.approved, ...(tag === "pending" ? this.approvedSoon : [])];
      const isApproved = first.data!.startsWith(APPROVED) && approved.some(isAbout);
      return numberToHex(isApproved ? 1 : 0, { size: 32 });
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
      const place = {
        blockNumber: numberToHex(this.addedAt),
        blockHash: this.hashOf(this.addedAt),
        transactionHash: keccak256(txHash),
      };
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

/** Two ends of a relay, "here" and "there"; on one chain if no other is given. */
export function endsOn(chain: FakeChain, other = chain): [here: RelayEnd, there: RelayEnd] {
  const end = (on: FakeChain, name: string) => {
    const rpc = createPublicClient({ transport: custom(on, { retryCount: 0 }), cacheTime: 0 });
    const context = { rpc, log: { warn() {} } } as unknown as KeeperContext;
    const axelar = { gateway: GATEWAY, gasService: GAS_SERVICE, name: "here" };
    return { context, axelar, adapter: ADAPTER, startBlock: 0, confirmations: 2, name, domain: TX };
  };
  return [end(chain, "here"), end(other, "there")];
}
